/**
 * Writes a finished run of one step into a project whose completions are as long as somebody asks for, with all numbers of their tokens and a hundred
 * lines of thinking a thousand tokens: two groups of eight.
 *   node long-completions.cjs PROJECT TOKENS
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { groupAdvantages } from "../../server/algorithms/advantages";
import { parseRecipe } from "../../server/recipes/parse";
import { exampleRollout, exampleRun } from "../../server/runs/example-run";
import { openRunWriter } from "../../server/runs/writer";
import { randomInteger, randomStream } from "../../server/shared/random";

const [project, tokens] = z.tuple([z.string(), z.coerce.number().int().min(100)]).parse(process.argv.slice(2));
const recipeFile = "chain-sum.lab.json";
const { recipe } = parseRecipe(readFileSync(join(project, recipeFile), "utf8"));
if (!recipe) throw new Error(`${recipeFile} is no recipe.`);
const samples = 8;
const folder = exampleRun(project, {
  recipe,
  name: recipe.name,
  recipeFile,
  stages: [{ name: "reasoning-rl", kind: "reasoning-rl", steps: 1, from: null }],
});
const words = [
  "<think>",
  "</think>",
  "<answer>",
  "</answer>",
  "\n",
  " ",
  "so",
  " the",
  " sum",
  " is",
  " wait",
  ",",
  ".",
];
const vocabulary = [...words, ...Array.from("0123456789+-=*/abcdefghijklmnopqrstuvwxyz")];
const random = randomStream("bench", "long run");
const writer = openRunWriter(folder);
writer.recordVocabulary(vocabulary);
const floats = (of: (index: number) => number): Float32Array =>
  Float32Array.from({ length: tokens }, (_, index) => of(index));
for (let group = 0; group < 2; group++) {
  const rewards = Array.from({ length: samples }, () => [randomInteger(random, 0, 1)]);
  const { advantages } = groupAdvantages(rewards, [1], { num_generations: samples, scale_rewards: "group" });
  writer.recordRollouts(
    rewards.map(([score], sample) => {
      const thinking = Array.from({ length: tokens - 5 }, (_, index) =>
        index % 10 === 9 ? vocabulary.indexOf("\n") : randomInteger(random, words.length - 8, vocabulary.length - 1),
      );
      const ids = [0, ...thinking, 1, 2, vocabulary.indexOf("7"), 3];
      const old = floats(() => -4 * random() ** 3);
      return exampleRollout({
        group,
        sample,
        prompt: `How much is ${group}?`,
        promptAsSeen: `How much is ${group}?`,
        completion: ids.map((id) => vocabulary[id]!).join(""),
        answer: "7",
        extracted: "7",
        rewards: { correct: { kind: "score", score: score!, extras: {} } },
        reward: score!,
        advantage: advantages[sample]!,
        length: tokens,
        perToken: {
          tokens: Int32Array.from(ids),
          oldLogprobs: old,
          logprobs: old.map((value) => value + 0.02 * (random() - 0.5)),
          referenceLogprobs: old.map((value) => value + 0.2 * (random() - 0.5)),
          entropy: floats(() => random() ** 2),
          ratio: floats(() => 1 + 0.4 * (random() - 0.5)),
          clipped: Uint8Array.from({ length: tokens }, () => (random() < 0.02 ? 1 : 0)),
          top: null,
        },
      });
    }),
  );
}
writer.update((record) => ({
  ...record,
  status: "completed",
  process: null,
  stages: record.stages.map((stage) => ({ ...stage, status: "completed", step: 1 })),
}));
writer.close();
process.stdout.write(`${folder}\n`);
