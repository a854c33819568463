/** Advantages without a critic, by `advantage_estimator`: one number a completion, or one a token where the KL penalty is in the reward. */
import { groupAdvantages, type AdvantageOptions } from "./advantages";
import { generalisedAdvantages, tokenRewards } from "./generalised-advantage";
import { leaveOneOutAdvantages } from "./leave-one-out";
import { mean } from "./mean";
import { eachCompletion, meansOf, perTokenOf } from "./packed";
import { whiten } from "./whiten";

export const advantageEstimators = [
  "group",
  "rloo",
  "reinforce",
  "reinforce_plus_plus",
  "reinforce_plus_plus_baseline",
  "opo",
  "pass_at_k",
] as const;
export type AdvantageEstimator = (typeof advantageEstimators)[number];

export interface EstimatorOptions extends AdvantageOptions {
  readonly advantage_estimator: AdvantageEstimator;
  readonly normalize_advantages: boolean;
  readonly gamma: number;
}

export interface EstimatorInput {
  /** `[samples][functions]` scores; null: the function could not score the sample. */
  readonly scores: readonly (readonly (number | null)[])[];
  /** `[functions]` */
  readonly weights: readonly number[];
  /** `[samples]` tokens of each completion. */
  readonly lengths: readonly number[];
  /** `[tokens]` β · KL of each token, taken off the reward; null: none. */
  readonly penalties: ArrayLike<number> | null;
}

export interface EstimatedAdvantages {
  /** `[tokens]` */
  readonly perToken: Float64Array;
  /** `[samples]` means over a completion's tokens. */
  readonly perSample: number[];
}

/** Calls `change` with the scored values of each group; what it returns stands in their places, 0 in the others. */
function inGroups(
  rewards: readonly (number | null)[],
  size: number,
  change: (scored: readonly number[], samples: readonly number[]) => readonly number[],
): number[] {
  const result = rewards.map(() => 0);
  for (let start = 0; start < rewards.length; start += size) {
    const samples = rewards
      .slice(start, start + size)
      .flatMap((reward, index) => (reward === null ? [] : [start + index]));
    const changed = change(
      samples.map((sample) => rewards[sample]!),
      samples,
    );
    samples.forEach((sample, index) => (result[sample] = changed[index]!));
  }
  return result;
}

/** Baseline Σ length·R / Σ length of the group: the one of the least variance when gradients grow with length (OPO, arXiv 2505.23585, eq. 9). */
export const opoAdvantages = (
  rewards: readonly (number | null)[],
  lengths: readonly number[],
  size: number,
): number[] =>
  inGroups(rewards, size, (scored, samples) => {
    const tokens = samples.map((sample) => lengths[sample]!);
    const all = tokens.reduce((sum, length) => sum + length, 0);
    // Relative to the first reward, so that equal rewards give exactly 0.
    const first = scored[0] ?? NaN;
    const baseline =
      all === 0
        ? mean(scored)
        : first + scored.reduce((sum, reward, index) => sum + (reward - first) * tokens[index]!, 0) / all;
    return scored.map((reward) => reward - baseline);
  });

/** The best of a group gets its lead over the second, the others 0 (Pass@k policy optimisation, arXiv 2505.15201; verl's `grpo_passk`). */
export const passAtKAdvantages = (rewards: readonly (number | null)[], size: number): number[] =>
  inGroups(rewards, size, (scored) => {
    const [best = 0, second = best] = [...scored].sort((a, b) => b - a);
    const winner = scored.indexOf(best);
    return scored.map((_, index) => (index === winner ? best - second : 0));
  });

/** R − mean of the batch (REINFORCE with a baseline; Williams 1992). */
const reinforceAdvantages = (rewards: readonly (number | null)[]): number[] => {
  const scored = rewards.filter((reward) => reward !== null);
  const baseline = scored.length === 0 ? 0 : mean(scored);
  return rewards.map((reward) => (reward === null ? 0 : reward - baseline));
};

/**
 * REINFORCE++ (arXiv 2501.03262, eq. 3 and 4; verl's `reinforce_plus_plus`): the discounted return of each token, whitened over the batch's
 * tokens; with the group baseline the mean of its group is taken off the reward before. Tokens of a sample without a reward get 0.
 */
function plusPlusAdvantages(
  rewards: readonly (number | null)[],
  { lengths, penalties }: Pick<EstimatorInput, "lengths" | "penalties">,
  gamma: number,
): Float64Array {
  const scores = rewards.map((reward) => reward ?? 0);
  const returns = tokenRewards(lengths, scores, penalties);
  // The return is the advantage over a critic that says 0.
  const { advantages } = generalisedAdvantages(lengths, returns, new Float64Array(returns.length), { gamma, lam: 1 });
  const known: number[] = [];
  eachCompletion(lengths, (start, end, sample) => {
    if (rewards[sample] !== null) for (let token = start; token < end; token++) known.push(token);
  });
  const whitened = whiten(Float64Array.from(known, (token) => advantages[token]!));
  const result = new Float64Array(advantages.length);
  known.forEach((token, index) => (result[token] = whitened[index]!));
  return result;
}

/** Σ of a completion's penalties taken off its reward: KL in the reward, where one number stands for a completion (RLOO). */
function penalised(
  rewards: readonly (number | null)[],
  lengths: readonly number[],
  penalties: ArrayLike<number> | null,
): (number | null)[] {
  if (!penalties) return [...rewards];
  const result = [...rewards];
  eachCompletion(lengths, (start, end, sample) => {
    const reward = result[sample] ?? null;
    if (reward === null) return;
    let sum = 0;
    for (let token = start; token < end; token++) sum += penalties[token]!;
    result[sample] = reward - sum;
  });
  return result;
}

/** The advantages of a step. `rewards` `[samples]`: the weighted sums of the scores; null where a sample has none. */
export function estimateAdvantages(
  rewards: readonly (number | null)[],
  input: EstimatorInput,
  options: EstimatorOptions,
): EstimatedAdvantages {
  const { advantage_estimator, num_generations: size, gamma } = options;
  const { lengths, penalties } = input;
  if (advantage_estimator === "reinforce_plus_plus") {
    return bySample(plusPlusAdvantages(rewards, input, gamma), lengths);
  }
  if (advantage_estimator === "reinforce_plus_plus_baseline") {
    const centred = inGroups(rewards, size, (scored) => scored.map((reward) => reward - mean(scored)));
    const kept = rewards.map((reward, sample) => (reward === null ? null : centred[sample]!));
    return bySample(plusPlusAdvantages(kept, input, gamma), lengths);
  }
  const paid = penalised(rewards, lengths, penalties);
  const perSample = ((): number[] => {
    switch (advantage_estimator) {
      case "group":
        return penalties
          ? groupAdvantages(
              paid.map((reward) => [reward]),
              [1],
              options,
            ).advantages
          : groupAdvantages(input.scores, input.weights, options).advantages;
      case "rloo":
        return leaveOneOutAdvantages(paid, options);
      case "reinforce":
        return reinforceAdvantages(paid);
      case "opo":
        return opoAdvantages(paid, lengths, size);
      case "pass_at_k":
        return passAtKAdvantages(paid, size);
    }
  })();
  return { perToken: perTokenOf(perSample, lengths), perSample };
}

const bySample = (perToken: Float64Array, lengths: readonly number[]): EstimatedAdvantages => ({
  perToken,
  perSample: meansOf(perToken, lengths),
});
