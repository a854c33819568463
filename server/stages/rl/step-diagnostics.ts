/** What shows whether an RL step was a healthy one: ratios, clips, KL, advantages, lengths. Names are TRL's where TRL has one. */
import { learntNumbers, placeOfLearnt } from "../../models/packing";
import { klEstimate, klEstimators } from "../../algorithms/kl";
import type { RlSpec } from "../../recipes/stages";
import type { Rollout } from "../../rollouts/generate";
import type { RolloutWithAdvantages } from "./step-advantages";
import type { UpdateResult } from "./update-result";
import { mean } from "./step-metrics";
import { largestOf, smallestOf } from "../../shared/extremes";

type Metrics = Record<string, number | null>;

/** Upper ends of the histogram's bins. */
const bounds = [-2, -1, -0.5, -1e-9, 1e-9, 0.5, 1, 2] as const;
const labels = ["<-2", "-2..-1", "-1..-0.5", "-0.5..0", "0", "0..0.5", "0.5..1", "1..2", ">2"] as const;

/** `advantages/*`: share of samples in each bin, and the extremes. */
export function advantageMetrics(perSample: readonly number[]): Metrics {
  const counts = labels.map(() => 0);
  for (const advantage of perSample) {
    const bin = bounds.findIndex((bound) => advantage < bound);
    counts[bin < 0 ? labels.length - 1 : bin]!++;
  }
  return {
    "advantages/min": smallestOf(perSample),
    "advantages/max": largestOf(perSample),
    ...Object.fromEntries(labels.map((label, bin) => [`advantages/share/${label}`, counts[bin]! / perSample.length])),
  };
}

/** `completions/mean_length_*` of completions with and without the gold answer. */
export function solvedLengths(rollouts: readonly Rollout[], correct: readonly (boolean | null)[]): Metrics {
  const lengths = (wanted: boolean): number[] =>
    rollouts.flatMap(({ completion }, sample) => (correct[sample] === wanted ? [completion.length] : []));
  return {
    "completions/mean_length_solved": mean(lengths(true)),
    "completions/mean_length_unsolved": mean(lengths(false)),
  };
}

/**
 * `clip_ratio/*` as shares of all tokens of the step, `ratio/*` of the last pass. `ratio/effective_sample_size`: (Σρ)² / (n·Σρ²), 1 on-policy.
 * `ratio/max_group`, `ratio/max_sample`, `ratio/max_token`: where the largest ratio is, counted from 1.
 */
export function ratioMetrics(
  rollouts: readonly Pick<RolloutWithAdvantages, "rollout">[],
  { records }: Pick<UpdateResult, "records">,
  tokens: number,
): Metrics {
  let [sum, squares, count] = [0, 0, 0];
  let smallest = Infinity;
  let largest = { ratio: -Infinity, group: 0, sample: 0, token: 0 };
  const shares = records.map(({ ratio, sides }, index) => {
    const { rollout } = rollouts[index]!;
    ratio?.forEach((value, token) => {
      sum += value;
      squares += value ** 2;
      count++;
      smallest = Math.min(smallest, value);
      if (value > largest.ratio) {
        const place = placeOfLearnt(rollout, token);
        largest = { ratio: value, group: rollout.group + 1, sample: rollout.sample + 1, token: place + 1 };
      }
    });
    const of = (side: string): number => sides.filter((found) => found === side).length;
    return { low: of("low"), high: of("high"), tokens: sides.length };
  });
  const total = (side: "low" | "high"): number =>
    shares.reduce((all, share) => all + share[side], 0) / Math.max(1, tokens);
  const ends = (side: "low" | "high", pick: (...values: number[]) => number): number =>
    pick(...shares.map((share) => share[side] / Math.max(1, share.tokens)));
  return {
    "clip_ratio/low_mean": total("low"),
    "clip_ratio/high_mean": total("high"),
    "clip_ratio/region_mean": total("low") + total("high"),
    "clip_ratio/low_min": ends("low", Math.min),
    "clip_ratio/high_max": ends("high", Math.max),
    "ratio/effective_sample_size": squares === 0 ? 1 : sum ** 2 / (count * squares),
    "ratio/max": largest.ratio,
    "ratio/min": smallest,
    "ratio/max_group": largest.group,
    "ratio/max_sample": largest.sample,
    "ratio/max_token": largest.token,
  };
}

/** `kl` by the stage's estimator and `kl/k1` to `kl/k3`, means over the tokens that learn; empty without a reference policy. */
export function klMetrics(
  { kl_estimator }: RlSpec,
  rollouts: readonly Pick<RolloutWithAdvantages, "rollout" | "referenceLogprobs">[],
  records: UpdateResult["records"] | null,
): Metrics {
  const sums = { k1: 0, k2: 0, k3: 0 };
  let tokens = 0;
  rollouts.forEach(({ referenceLogprobs, rollout }, index) => {
    const logprobs = records?.[index]?.logprobs ?? learntNumbers(rollout, rollout.logprobs);
    referenceLogprobs?.forEach((reference, token) => {
      for (const estimator of klEstimators) sums[estimator] += klEstimate(estimator, logprobs[token]!, reference);
      tokens++;
    });
  });
  if (tokens === 0) return {};
  const means = Object.fromEntries(klEstimators.map((estimator) => [`kl/${estimator}`, sums[estimator] / tokens]));
  return { kl: sums[kl_estimator] / tokens, ...means };
}
