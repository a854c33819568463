import { expect, test } from "vitest";
import { groupAdvantages } from "../../algorithms/advantages";
import type { RewardOutcome } from "../../protocol/traces";
import type { Rollout } from "../../rollouts/generate";
import { completionMetrics, judgeMetrics, rewardMetrics, signalMetrics } from "./step-metrics";

const score = (value: number): RewardOutcome => ({ kind: "score", score: value, extras: {} });
const failed: RewardOutcome = { kind: "error", message: "no", file: null, line: null, column: null };

const rollout = (length: number, finishReason: Rollout["finishReason"], entropy: number): Rollout => ({
  group: 0,
  sample: 0,
  prompt: [7],
  completion: new Int32Array(length),
  logprobs: new Float32Array(length),
  entropy: new Float32Array(length).fill(entropy),
  finishReason,
});

test("errors and what did not apply are counted apart, never as a score", () => {
  const late: RewardOutcome = { ...failed, timedOut: true };
  const outcomes = { correct: [score(1), score(0), failed, late, { kind: "not-applicable" } as const] };
  expect(rewardMetrics(outcomes, { correct: 10 })).toEqual({
    "rewards/correct/mean": 0.5,
    "rewards/correct/std": Math.SQRT1_2,
    "verifier/correct/errors": 2,
    "verifier/correct/milliseconds": 2,
    "verifier/errors": 2,
    "verifier/timeouts": 1,
    "verifier/not_applicable": 1,
  });
  expect(rewardMetrics({ correct: [failed] }, {})).toMatchObject({
    "rewards/correct/mean": null,
    "rewards/correct/std": null,
  });
});

test("a judge's metrics have a cost where it has a price, and disagreement where it compared", () => {
  const counts = { calls: 4, cached: 2, cost: null, seconds: 1.5, pairs: 0, disagreed: 0 };
  expect(judgeMetrics({ free: counts, dear: { ...counts, cost: 0.25, pairs: 2, disagreed: 1 } })).toEqual({
    "judge/free/calls": 4,
    "judge/free/cached": 2,
    "judge/free/seconds": 1.5,
    "judge/dear/calls": 4,
    "judge/dear/cached": 2,
    "judge/dear/cost": 0.25,
    "judge/dear/seconds": 1.5,
    "judge/dear/disagreed": 0.5,
  });
});

test("a step in which everything scores the same but nothing is right is all wrong", () => {
  const advantages = groupAdvantages([[0], [0], [0], [0]], [1], { num_generations: 2, scale_rewards: "group" });
  expect(signalMetrics(advantages, [false, false, false, false])).toEqual({
    reward: 0,
    reward_std: 0,
    frac_reward_zero_std: 1,
    "signal/all_wrong": 1,
    "signal/all_right": 0,
    "signal/with_signal": 0,
  });
});

test("a group counts by its own samples", () => {
  const rewards = [[1], [1], [1], [0], [0], [0], [1], [1]];
  const advantages = groupAdvantages(rewards, [1], { num_generations: 2, scale_rewards: "group" });
  const metrics = signalMetrics(advantages, [true, true, true, false, false, false, true, true]);
  expect(metrics).toMatchObject({
    frac_reward_zero_std: 0.75,
    "signal/all_right": 0.5,
    "signal/all_wrong": 0.25,
    "signal/with_signal": 0.25,
  });
});

test("lengths are in tokens, entropy is a mean over tokens, cut completions are told apart", () => {
  const metrics = completionMetrics([rollout(2, "stop", 1), rollout(6, "length", 0.5)]);
  expect(metrics).toMatchObject({
    "completions/mean_length": 4,
    "completions/min_length": 2,
    "completions/max_length": 6,
    "completions/mean_terminated_length": 2,
    "completions/clipped_ratio": 0.5,
    entropy: 5 / 8,
  });
  expect(completionMetrics([rollout(6, "length", 0)])["completions/mean_terminated_length"]).toBeNull();
});
