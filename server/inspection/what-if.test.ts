/** What-if on steps that training made: as the run had it, it gives what the run recorded. */
import { beforeAll, describe, expect, test } from "vitest";
import type { WhatIfChange } from "../protocol/what-if";
import { testKernels } from "../engine/simd/kernels.testing";
import { startEngine } from "../engine/start-engine";
import { groupAdvantages } from "../algorithms/advantages";
import { openTraces } from "../runs/trace-reader";
import { unpackedDoubles } from "../shared/packed-numbers";
import { recipeOf, rl } from "../stages/recipe.testing";
import { newRun, runStages } from "../stages/run.testing";
import { whatIfAnswers } from "./what-if";

const built = testKernels();
beforeAll(async () => {
  await startEngine("simd", { kernels: built.file, tensorflow: null });
});

const evaluation = {
  prompts: 2,
  samples: 1,
  every: 0,
  max_completion_length: 4,
  during_prompts: 1,
  general_prompts: 2,
};

/** A run of two steps of three prompts each; its folder. */
async function trained(settings: object): Promise<string> {
  const stage = { kind: "reasoning-rl", steps: 2, prompts_per_step: 3, ...rl, ...settings };
  const of = recipeOf([stage], { evaluation });
  const folder = newRun(of);
  await runStages(folder, { of });
  return folder;
}

const unchanged: WhatIfChange = { scores: [], weights: {} };
const at = (folder: string, step = 2, group = 1) => ({
  folder,
  stage: "reasoning-rl",
  step,
  purpose: "train" as const,
  group,
  sample: 0,
});

describe("the recorded settings give the recorded advantages and loss", () => {
  test.each([
    ["on-policy DAPO", {}, true],
    ["GRPO with KL", { loss_type: "grpo", beta: 0.1 }, true],
    ["batch scaling, truncation masked", { scale_rewards: "batch", mask_truncated_completions: true }, true],
    ["GDPO, soft punishment", { multi_objective_aggregation: "normalize_then_sum", soft_punish_cache: 6 }, true],
    ["Dr. GRPO", { loss_type: "dr_grpo", scale_rewards: "none" }, true],
    ["mini-batches", { num_mini_batches: 2, loss_type: "grpo", learning_rate: 0.05 }, true],
    ["CISPO", { loss_type: "cispo", epsilon_high: 5 }, true],
    ["RLOO with the KL in the reward", { advantage_estimator: "rloo", kl_in_reward: true, beta: 0.1 }, true],
    ["REINFORCE++", { advantage_estimator: "reinforce_plus_plus", kl_in_reward: true, beta: 0.05 }, true],
    ["passes, clipped", { num_iterations: 3, num_mini_batches: 2, learning_rate: 0.05, epsilon: 0.05 }, false],
    [
      "a thinking with a budget",
      { loss_type: "grpo", beta: 0.1, max_completion_length: 14, thinking_token_budget: 3 },
      true,
    ],
    ["GSPO", { importance_sampling_level: "sequence", num_iterations: 2, learning_rate: 0.02 }, false],
  ])("%s", async (_, settings, exact) => {
    const folder = await trained(settings);
    for (const step of [1, 2]) {
      const { loss, reproduces, samples } = whatIfAnswers()({ ...at(folder, step), change: unchanged });
      expect(reproduces).toEqual({ advantages: true, loss: true, problem: null });
      expect(loss.before).toBe(loss.after);
      expect(Math.abs(loss.before! - loss.recorded!)).toBeLessThan(exact ? 1e-12 : 1e-6);
      for (const { recordedAdvantage, advantage } of samples)
        expect(advantage.before).toBeCloseTo(recordedAdvantage!, 12);
    }
  });
});

test("changed scores, weights and settings change what they should, and nothing that is stored", async () => {
  const folder = await trained({ loss_type: "grpo" });
  const ask = whatIfAnswers();
  const of = (change: Partial<WhatIfChange>) => ask({ ...at(folder), change: { ...unchanged, ...change } });
  const { samples, settings } = of({});
  expect(settings.before).toEqual(settings.after);
  expect(settings.before.weights).toEqual({ length: 1, digits: 0.5 });

  const higher = { sample: 1, reward: "length", score: 100 };
  const scored = of({ scores: [higher] });
  const rewards = samples.map(({ scores }) => [scores["length"]!, scores["digits"]!]);
  rewards[1]![0] = 100;
  const expected = groupAdvantages(rewards, [1, 0.5], { num_generations: 3, scale_rewards: "group" }).advantages;
  expect(scored.samples.map(({ advantage }) => advantage.after)).toEqual(expected);
  expect(scored.samples.map(({ advantage }) => advantage.before)).toEqual(
    samples.map(({ recordedAdvantage }) => recordedAdvantage),
  );
  expect(scored.samples[1]!.after.up).toBeGreaterThan(0);
  expect(scored.samples[1]!.after).toMatchObject({ down: 0, clipped: 0 });

  const unscaled = of({ scale_rewards: "none", weights: { digits: 0 } });
  const sums = samples.map(({ scores }) => scores["length"]!);
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  unscaled.samples.forEach(({ advantage, reward }, index) => {
    expect(reward.after).toBe(sums[index]);
    expect(advantage.after).toBeCloseTo(sums[index]! - mean, 12);
  });

  const failed = of({ scores: [0, 1, 2].map((sample) => ({ sample, reward: "length", score: null })) });
  expect(failed.samples.map(({ changedScores }) => changedScores["length"])).toEqual([null, null, null]);

  // On-policy the slope of a clipped loss is −A · weight of the token.
  const { tokens, samples: open } = of({ loss_type: "dr_grpo", scores: [{ ...higher, sample: 0 }] });
  const length = tokens!.count;
  const push = unpackedDoubles(tokens!.push.after, length, "push");
  push.forEach((value) => expect(value).toBeCloseTo(open[0]!.advantage.after! / (9 * rl.max_completion_length), 12));
  expect(
    openTraces(folder)
      .group(at(folder))
      .map(({ advantage }) => advantage),
  ).toEqual(samples.map(({ recordedAdvantage }) => recordedAdvantage));
});

test("a narrower clip stops tokens that an off-policy step had moved, and says how many", async () => {
  const folder = await trained({ num_mini_batches: 2, learning_rate: 0.05, epsilon: 0.2, loss_type: "grpo" });
  const clipped = (change: Partial<WhatIfChange>): number =>
    [0, 1, 2]
      .flatMap((group) => whatIfAnswers()({ ...at(folder, 2, group), change: { ...unchanged, ...change } }).samples)
      .reduce((sum, { after }) => sum + after.clipped, 0);
  expect(clipped({ epsilon: 1e-6 })).toBeGreaterThan(clipped({}));
  expect(clipped({ epsilon: 1e6 })).toBe(0);
});

test("what is not stored is said, and is no number", async () => {
  const folder = await trained({});
  const ask = whatIfAnswers();
  const { locked } = ask({ ...at(folder), change: unchanged });
  expect(locked.beta).toMatch("no reference policy");
  expect(() => ask({ ...at(folder), change: { ...unchanged, beta: 0.1 } })).toThrow("no KL can be computed");
  expect(() => ask({ ...at(folder, 9), change: unchanged })).toThrow("not recorded whole: it has 0");
  expect(() => ask({ ...at(folder), stage: "none", change: unchanged })).toThrow("no stage of RL");
  const estimator = await trained({ advantage_estimator: "rloo", loss_type: "sapo" });
  expect(Object.keys(whatIfAnswers()({ ...at(estimator), change: unchanged }).locked)).toEqual([
    "scale_rewards",
    "epsilon",
    "epsilon_high",
    "beta",
  ]);
  const critic = await trained({ advantage_estimator: "gae" });
  expect(() => ask({ ...at(critic), change: unchanged })).toThrow("critic, whose values are not stored");
});
