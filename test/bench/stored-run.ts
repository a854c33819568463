/**
 * Writes a finished run with as many rollouts as somebody asks for into a project, as a trainer would have: groups of eight, steps of 128, texts and tokens
 * of the sample's length.
 *   node stored-run.cjs PROJECT ROLLOUTS
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { parseRecipe } from "../../server/recipes/parse";
import { exampleRollout, exampleRun } from "../../server/runs/example-run";
import { openRunWriter } from "../../server/runs/writer";
import { randomInteger, randomStream } from "../../server/shared/random";

const [project, count] = z.tuple([z.string(), z.coerce.number().int().positive()]).parse(process.argv.slice(2));
const recipeFile = "chain-sum.lab.json";
const { recipe } = parseRecipe(readFileSync(join(project, recipeFile), "utf8"));
if (!recipe) throw new Error(`${recipeFile} is no recipe.`);
const [samples, groups] = [8, 16];
const steps = Math.ceil(count / (samples * groups));
const folder = exampleRun(project, {
  recipe,
  name: recipe.name,
  recipeFile,
  stages: [{ name: "reasoning-rl", kind: "reasoning-rl", steps, from: null }],
});
const random = randomStream("bench", "stored run");
const vocabulary = Array.from("<think>/answer=+-;0123456789abcdefg");
const writer = openRunWriter(folder);
writer.recordVocabulary(vocabulary);
let left = count;
for (let step = 1; step <= steps; step++) {
  const rollouts = [];
  for (let group = 0; group < groups && left > 0; group++) {
    const terms = Array.from({ length: 6 }, () => randomInteger(random, 1, 9));
    const answer = String(terms.reduce((sum, term) => sum + term, 0));
    const prompt = `${terms.map((term, index) => `${"abcdef"[index]!}${term}`).join("+")}=`;
    for (let sample = 0; sample < samples && left > 0; sample++, left--) {
      const isRight = randomInteger(random, 0, 1) === 1;
      const thinking = terms.map((term, index) => `${"abcdef"[index]!}+${term}=${term + index}`).join(";");
      const completion = `<think>${thinking}</think><answer>${isRight ? answer : "0"}</answer>`;
      const tokens = Int32Array.from(completion, (character) => Math.max(0, vocabulary.indexOf(character)));
      const each = (value: number): Float32Array => new Float32Array(tokens.length).fill(value);
      rollouts.push(
        exampleRollout({
          step,
          group,
          sample,
          prompt,
          promptAsSeen: prompt,
          completion,
          answer,
          extracted: isRight ? answer : "0",
          correct: isRight ? 1 : 0,
          rewards: {
            correct: { kind: "score", score: isRight ? 1 : 0, extras: {} },
            wellFormed: { kind: "score", score: 1, extras: {} },
          },
          reward: isRight ? 1.1 : 0.1,
          advantage: isRight ? 0.5 : -0.5,
          length: tokens.length,
          perToken: {
            tokens,
            logprobs: null,
            oldLogprobs: each(-0.5),
            referenceLogprobs: null,
            entropy: each(0.2),
            ratio: each(1),
            clipped: new Uint8Array(tokens.length),
            top: null,
          },
        }),
      );
    }
  }
  writer.recordRollouts(rollouts);
  writer.appendMetrics({ stage: "reasoning-rl", step, time: Date.now(), reward: 0.6, reward_hash: "hash", loss: 0 });
}
writer.update((record) => ({
  ...record,
  status: "completed",
  process: null,
  stages: record.stages.map((stage) => ({ ...stage, status: "completed", step: steps })),
}));
writer.close();
process.stdout.write(`${folder}\n`);
