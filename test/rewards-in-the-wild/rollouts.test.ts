/** What is told from rollouts: each fault by its rule, and nothing of sound rewards. */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openRewardPool } from "../../server/processes/rewards/reward-pool";
import { plainReward } from "../../server/processes/rewards/pool-reward";
import { findRewardRuntime } from "../../server/processes/runtime";
import { temporaryFolder, testInstallation } from "../../server/processes/installation.testing";
import type { Installation } from "../../server/processes/installation";
import { recipeSchema } from "../../server/recipes/schema";
import { readContext } from "../../server/rewards/lint/context";
import { declaredRange } from "../../server/rewards/lint/range";
import { rolloutRemarks, type ScoredRollout } from "../../server/rewards/lint/rollout-rules";
import { usualRules } from "../../server/rewards/lint/rule-settings";
import { isRule, ruleOf } from "../../server/rewards/lint/rules";
import { isFile } from "../../server/files/workspace-file";
import { randomInteger, randomStream } from "../../server/shared/random";
import { wildRewards, type WildReward } from "./collection.testing";

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
  process.setMaxListeners(100);
});

/** Twelve groups of eight: half of them right, of any length, one of them empty. */
const random = randomStream("rollouts in the wild");
const groups = Array.from({ length: 12 }, (_, group) => {
  const answer = String(group * 3);
  const samples = Array.from({ length: 8 }, (_sample, sample) => {
    const right = sample % 2 === 0;
    const thinking = Array.from(
      { length: randomInteger(random, 1, 12) },
      (_step, step) => `${step + 1}. I add ${step * 7 + group} to it`,
    ).join("\n");
    const completion = `<think>${thinking}</think><answer>${right ? answer : String(group * 3 + 1 + (sample % 3))}</answer>`;
    return group === 7 && sample === 3 ? { completion: "", right: false } : { completion, right };
  });
  return { prompt: `${group}+${group * 2}=`, answer, samples };
});

const weightsOf = (file: string): ReadonlyMap<string, number> => {
  const path = file.replace(/\.reward\.ts$/, ".lab.json");
  if (!isFile(path)) return new Map();
  const { rewards } = recipeSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  return new Map(rewards.map(({ function: reference, weight }) => [reference.split("#")[1]!, weight]));
};

async function remarks({ file, source }: WildReward) {
  const context = readContext(source)!;
  const known = weightsOf(file);
  const weights = new Map(context.rewards.map(({ name }) => [name, known.get(name) ?? 1]));
  const pool = openRewardPool({
    rewards: [...weights.keys()].map((name) => plainReward(`${basename(file)}#${name}`)),
    folder: dirname(file),
    bundleFolder: temporaryFolder("bundles"),
    installation,
    runtime: await findRewardRuntime(""),
    log: () => undefined,
  });
  try {
    const { outcomes } = await pool.score(
      groups.map(({ prompt, answer, samples }) => ({
        prompt,
        answer,
        row: {},
        completions: samples.map(({ completion }) => completion),
      })),
      5,
    );
    const rollouts = groups.flatMap(({ samples }, group): ScoredRollout[] => {
      const scored = samples.map(({ completion, right }, sample) => {
        const scores = Object.fromEntries(
          Object.entries(outcomes).map(([name, all]) => {
            const outcome = all[group]![sample]!;
            return [name, outcome.kind === "score" ? outcome.score : null];
          }),
        );
        const total = Object.entries(scores).reduce(
          (sum, [name, score]) => sum + (score ?? 0) * (weights.get(name) ?? 0),
          0,
        );
        return { completion, right, sample, scores, total };
      });
      const mean = scored.reduce((sum, { total }) => sum + total, 0) / scored.length;
      return scored.map(({ completion, right, sample, scores, total }) => ({
        place: { folder: "/r", stage: "rl", step: 1, purpose: "train", group, sample },
        scores,
        total,
        advantage: total - mean,
        correct: right ? 1 : 0,
        length: completion.length,
      }));
    });
    return rolloutRemarks(
      {
        rollouts,
        history: [],
        names: new Map([...weights.keys()].map((name) => [name, name])),
        weights,
        ranges: new Map(
          context.rewards.flatMap((reward) => {
            const range = declaredRange(context, reward);
            return range && "low" in range ? [[reward.name, range] as const] : [];
          }),
        ),
      },
      usualRules,
    );
  } finally {
    pool.close();
  }
}

const ofRollouts = ({ caughtBy }: WildReward): string[] =>
  caughtBy.filter((rule) => isRule(rule) && ruleOf(rule).from === "rollouts");
const faulty = wildRewards("faulty").filter(
  (reward) => ofRollouts(reward).length > 0 && !reward.file.includes(join("faulty", "beyond-its-range")),
);
const sound = wildRewards("sound").filter(({ source }) => !source.includes("http://127.0.0.1"));

test.concurrent.each(faulty.map((reward) => [reward.name, reward] as const))(
  "%s is told by its rollouts",
  async (_name, reward) => {
    const told = await remarks(reward);
    expect(
      told.map(({ rule }) => rule),
      JSON.stringify(told, null, 1),
    ).toEqual(expect.arrayContaining(ofRollouts(reward)));
    // Each names the sample that proves it.
    for (const { message, sample } of told) expect([message, sample?.stage]).toEqual([message, "rl"]);
  },
);

test.concurrent.each(sound.map((reward) => [reward.name, reward] as const))(
  "%s has rollouts of which there is nothing to say",
  async (_name, reward) => {
    const told = await remarks(reward);
    // Of a reward that is about length, for information, rollouts do say that it goes with length; one that never applies here gives all the same.
    const faults = told.filter(({ rule }) => ruleOf(rule).severity !== "information");
    const allSame = faults.filter(({ rule }) => rule !== "constant-in-groups");
    expect(allSame).toEqual([]);
  },
);
