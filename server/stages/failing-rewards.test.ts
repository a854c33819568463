/** Steps, batches and evaluations whose rewards fail: what cannot be used pauses the run, and is made again once the rewards work. */
import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import type { RewardOutcome } from "../protocol/traces";
import type { Recipe } from "../recipes/schema";
import { latestCheckpoint } from "../runs/checkpoints";
import { readRecord } from "../runs/record";
import { openTraces } from "../runs/trace-reader";
import { RewardsFailed } from "./context";
import { recipeOf, rl, sampling } from "./recipe.testing";
import { mergedMetricsOf, newRun, runStages, score, weightsOf, type TestRun } from "./run.testing";
import { messageOf } from "../shared/user-error";

testEngine("simd");

const error: RewardOutcome = { kind: "error", message: "returned false.", file: "r.reward.ts", line: 2, column: 3 };
const none: RewardOutcome = { kind: "not-applicable" };

/** Scores as ever, but for what `change` says of one function's outcomes at one call, from 1. */
function scorerWith(change: (call: number, name: string, outcome: RewardOutcome, group: number) => RewardOutcome) {
  let call = 0;
  const scorer: typeof score = async (groups) => {
    const scored = await score(groups);
    const at = ++call;
    const outcomes = Object.entries(scored.outcomes).map(([name, byGroup]) => [
      name,
      byGroup.map((samples, group) => samples.map((outcome) => change(at, name, outcome, group))),
    ]);
    return { ...scored, outcomes: Object.fromEntries(outcomes) as typeof scored.outcomes };
  };
  return scorer;
}

const both = [{ function: "r.reward.ts#length" }, { function: "r.reward.ts#digits" }];
const loop: Recipe = recipeOf([{ kind: "reasoning-rl", ...rl, steps: 3, prompts_per_step: 2 }], {
  rewards: both,
  general_task: undefined,
});

async function failed(folder: string, run: TestRun): Promise<string> {
  const reason: unknown = await runStages(folder, run).catch((thrown: unknown) => thrown);
  expect(reason).toBeInstanceOf(RewardsFailed);
  return messageOf(reason);
}

test.each([
  [
    "every function throws",
    (name: string) => (name === "" ? none : error),
    /none of the 6 samples of step 2 has a valid/,
  ],
  [
    "one function throws on all",
    (name: string) => (name === "digits" ? error : none),
    /: 6 reward errors\. The first: digits at/,
  ],
] as const)("a step in which %s pauses the run and is made again", async (_, outcome, message) => {
  const whole = newRun(loop);
  await runStages(whole, { of: loop });
  const folder = newRun(loop);
  // Six errors are fewer than max_reward_errors (16).
  const text = await failed(folder, {
    of: loop,
    scorer: scorerWith((call, name, said) => (call === 2 ? outcome(name) : said)),
  });
  expect(text).toMatch(message);
  expect(text).toContain("r.reward.ts:2: returned false. Nothing was learned from it. Fix the reward and resume");
  expect(latestCheckpoint(folder, "reasoning-rl")).toMatch(/reasoning-rl-1$/);
  const traces = openTraces(folder);
  const show = { stage: "reasoning-rl", step: 2, purpose: null, group: null, text: "", where: "error" } as const;
  expect(traces.groups(show, 0, 10).total).toBe(2);
  traces.close();
  expect(await runStages(folder, { of: loop })).toBe("completed");
  expect(weightsOf(folder, "reasoning-rl").equals(weightsOf(whole, "reasoning-rl"))).toBe(true);
  expect(mergedMetricsOf(folder).at(-1)).toEqual(mergedMetricsOf(whole).at(-1));
});

test("one function of several that fails on all it is for pauses the run, though others scored", async () => {
  const of = recipeOf([{ kind: "reasoning-rl", ...rl, steps: 1, prompts_per_step: 2 }], { rewards: both });
  const scorer = scorerWith((_, name, said, group) => (name === "digits" ? (group === 0 ? error : none) : said));
  expect(await failed(newRun(of), { of, scorer })).toContain(
    "digits failed on all 3 samples of step 1 that it was to score",
  );
});

test("a step to which no reward applies pauses the run; skipped, it teaches nothing", async () => {
  const folder = newRun(loop);
  const nothing = { of: loop, scorer: scorerWith((call, _, said) => (call === 1 ? none : said)) };
  expect(await failed(folder, nothing)).toMatch(/of step 1 has a valid reward: every reward said null/);
  const skipping = scorerWith((call, _, said) => (call === 1 ? none : said));
  expect(await runStages(folder, { of: loop, scorer: skipping, skipBatch: true })).toBe("completed");
  expect(mergedMetricsOf(folder).find(({ step }) => step === 1)).toMatchObject({ reward: null, loss: 0 });
});

test("a stage that ends with some errors says how many, over its resumes", async () => {
  const folder = newRun(loop);
  const some = () => scorerWith((_, name, said, group) => (name === "digits" && group === 0 ? error : said));
  await runStages(folder, { of: loop, scorer: some(), stop: (_, step) => step === 1 });
  await runStages(folder, { of: loop, scorer: some() });
  expect(readRecord(folder).stages[0]!.notes).toEqual([
    "9 reward errors (digits 9) in 3 of 3 steps: their samples were left out",
  ]);
});

test("rejection sampling pauses where a batch has no valid reward, and draws it again", async () => {
  const of = recipeOf([{ ...sampling, general_share: 0 }], { rewards: both });
  const folder = newRun(of);
  const scorer = scorerWith((call, name, said) => (call === 2 && name === "length" ? error : said));
  expect(await failed(folder, { of, scorer })).toMatch(/none of the 16 samples of batch 2 has a valid reward/);
  const some = scorerWith((_, name, said, group) => (name === "length" && group === 0 ? error : said));
  expect(await runStages(folder, { of, scorer: some })).toBe("completed");
  expect(readRecord(folder).stages[0]!.notes).toContain(
    "2 reward errors (length 2) in 80 samples: they count as not right",
  );
  const traces = openTraces(folder);
  // A sample whose reward failed has no reward; 0 would be a score.
  const failing = traces.group({ stage: "rejection-sampling", step: 2, purpose: "sampling", group: 32 });
  expect(failing.map(({ reward }) => reward)).toEqual([null, null]);
  traces.close();
});

test("best-of-k pauses where every held-out sample fails, and says how many did else", async () => {
  const of = recipeOf([{ kind: "evaluation", prompts: 4, samples: 2 }], { rewards: both });
  const folder = newRun(of);
  const all = scorerWith((_, name, said) => (name === "length" ? error : said));
  expect(await failed(folder, { of, scorer: all })).toContain("none of the 8 held-out samples has a valid reward");
  const some = scorerWith((_, name, said, group) => (name === "length" && group === 0 ? error : said));
  expect(await runStages(folder, { of, scorer: some })).toBe("completed");
  expect(readRecord(folder).stages[0]!.notes).toContain(
    "2 reward errors (length 2) in 8 samples: best-of-k does not pick them",
  );
});
