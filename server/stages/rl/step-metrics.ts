/** The metrics of a GRPO step, under TRL's names where TRL has them. */
import { sampleStd } from "../../algorithms/advantages";
import type { ScoredSteps } from "../../algorithms/process-advantages";
import { smallestOf } from "../../shared/extremes";
import type { JudgeCounts } from "../../protocol/judges";
import type { RewardOutcome } from "../../protocol/traces";
import { learntNumbers, learntTokens } from "../../models/packing";
import type { Rollout } from "../../rollouts/generate";
import type { ScoredRollouts } from "./generate-and-score";
import { quantile } from "../../statistics/quantile";
import { errorMetrics } from "../reward-failure";

/** Null without values. */
export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
const std = (values: readonly number[]): number | null => (values.length < 2 ? null : sampleStd(values));

/**
 * `rewards/<name>/mean` and `/std` over the samples that the function scored, and its errors.
 *
 * @param milliseconds in which calls of a function ran, by name
 * @param times milliseconds of each sample's own call, by name, in no order
 */
export function rewardMetrics(
  outcomes: Readonly<Record<string, readonly RewardOutcome[]>>,
  milliseconds: Readonly<Record<string, number>>,
  times: Readonly<Record<string, readonly number[]>> = {},
): Record<string, number | null> {
  const metrics: Record<string, number | null> = {
    "verifier/errors": 0,
    "verifier/timeouts": 0,
    "verifier/not_applicable": 0,
  };
  for (const [name, samples] of Object.entries(outcomes)) {
    const scores = samples.flatMap((outcome) => (outcome.kind === "score" ? [outcome.score] : []));
    metrics[`rewards/${name}/mean`] = mean(scores);
    metrics[`rewards/${name}/std`] = std(scores);
    metrics[`verifier/${name}/milliseconds`] = (milliseconds[name] ?? 0) / Math.max(1, samples.length);
    const sorted = (times[name] ?? []).toSorted((a, b) => a - b);
    if (sorted.length > 0) {
      metrics[`verifier/${name}/p50_milliseconds`] = quantile(sorted, 0.5);
      metrics[`verifier/${name}/p99_milliseconds`] = quantile(sorted, 0.99);
    }
    metrics["verifier/errors"]! += samples.filter(({ kind }) => kind === "error").length;
    metrics["verifier/timeouts"]! += samples.filter((said) => said.kind === "error" && said.timedOut).length;
    metrics["verifier/not_applicable"]! += samples.filter(({ kind }) => kind === "not-applicable").length;
  }
  return { ...metrics, ...errorMetrics(outcomes) };
}

/** `process/*`: what rewards gave to the steps of completions. `steps`: `[samples]`, null where none did. */
export function stepMetrics(steps: readonly (ScoredSteps | null)[]): Record<string, number | null> {
  const scored = steps.filter((one) => one !== null);
  const scores = scored.flatMap((one) => one.scores);
  return {
    "process/scored": scored.length / Math.max(1, steps.length),
    "process/steps": mean(scored.map((one) => one.scores.length)),
    "process/reward": mean(scores),
    "process/reward_std": std(scores),
    "process/least_reward": mean(scored.flatMap((one) => (one.scores.length === 0 ? [] : [smallestOf(one.scores)]))),
  };
}

/** `judge/<name>/*`: what each judge was asked for the step, and what it cost. */
export function judgeMetrics(judges: Readonly<Record<string, JudgeCounts>>): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [name, { calls, cached, cost, seconds, pairs, disagreed }] of Object.entries(judges)) {
    metrics[`judge/${name}/calls`] = calls;
    metrics[`judge/${name}/cached`] = cached;
    if (cost !== null) metrics[`judge/${name}/cost`] = cost;
    metrics[`judge/${name}/seconds`] = seconds;
    if (pairs > 0) metrics[`judge/${name}/disagreed`] = disagreed / pairs;
  }
  return metrics;
}

/**
 * `reward`, `reward_std`, and which groups have a signal: all of a group wrong or all right teaches nothing.
 *
 * @param correct `[samples]`: whether the task reads a correct answer from a completion that ended by itself, null where it cannot say. Rewards alone cannot tell a group
 *   that got everything from one that got nothing when the whole step scores the same.
 */
export function signalMetrics(
  { rewards: all, zeroStd }: Pick<ScoredRollouts, "rewards" | "zeroStd">,
  correct: readonly (boolean | null)[],
): Record<string, number | null> & { readonly reward: number | null } {
  const rewards = all.filter((reward) => reward !== null);
  const groups = zeroStd.length;
  const size = correct.length / groups;
  const equalWhere = (verdict: boolean): number =>
    zeroStd.filter(
      (zero, group) => zero && correct.slice(group * size, (group + 1) * size).every((one) => one === verdict),
    ).length / groups;
  const withoutSignal = zeroStd.filter(Boolean).length / groups;
  return {
    reward: mean(rewards),
    reward_std: std(rewards),
    frac_reward_zero_std: withoutSignal,
    "signal/all_wrong": equalWhere(false),
    "signal/all_right": equalWhere(true),
    "signal/with_signal": 1 - withoutSignal,
  };
}

/** Share of completions whose thinking was closed by its budget. */
export const forcedShare = (rollouts: readonly Pick<Rollout, "learnt">[]): number =>
  rollouts.filter(({ learnt }) => learnt).length / rollouts.length;

/** `completions/*` in tokens, `entropy` in nats a drawn token. `terminated`: ended by the end-of-sequence token. `hasBudget`: thinking has one. */
export function completionMetrics(rollouts: readonly Rollout[], hasBudget = false): Record<string, number | null> {
  const lengths = rollouts.map(({ completion }) => completion.length);
  const terminated = rollouts.flatMap(({ completion, finishReason }) =>
    finishReason === "stop" ? [completion.length] : [],
  );
  const tokens = rollouts.reduce((sum, rollout) => sum + learntTokens(rollout), 0);
  const entropies = rollouts.reduce(
    (sum, rollout) => sum + learntNumbers(rollout, rollout.entropy).reduce((part, value) => part + value, 0),
    0,
  );
  const ends = (values: readonly number[], pick: (...values: number[]) => number): number | null =>
    values.length === 0 ? null : pick(...values);
  return {
    "completions/mean_length": mean(lengths),
    "completions/min_length": ends(lengths, Math.min),
    "completions/max_length": ends(lengths, Math.max),
    "completions/mean_terminated_length": mean(terminated),
    "completions/min_terminated_length": ends(terminated, Math.min),
    "completions/max_terminated_length": ends(terminated, Math.max),
    "completions/clipped_ratio": 1 - terminated.length / rollouts.length,
    entropy: entropies / tokens,
    ...(hasBudget ? { "completions/thinking_forced_ratio": forcedShare(rollouts) } : {}),
  };
}
