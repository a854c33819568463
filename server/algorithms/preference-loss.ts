/**
 * The loss of a batch of preferences with its gradient by log-probabilities, in double precision: DPO (arXiv 2305.18290) and its relatives.
 * Conventions are TRL's (1.16, `DPOTrainer._compute_loss`).
 */
import { eachCompletion } from "./packed";
import { pairLossTypes } from "../protocol/loss-types";
import { pairLoss, smoothedLoss, type PairLossOptions, type Side } from "./pair-loss";
import { preferenceScore, type DivergenceOptions } from "./preference-score";

/** `aot` and `aot_unpaired` compare sorted batches, `sft` looks at the chosen completions alone; the others are losses of pairs. */
export const preferenceLossTypes = [...pairLossTypes, "aot", "aot_unpaired", "sft"] as const;
export type PreferenceLossType = (typeof preferenceLossTypes)[number];

export interface PreferenceLossOptions extends PairLossOptions, DivergenceOptions {
  /** The losses that are added up. */
  readonly loss_type: readonly PreferenceLossType[];
  /** `[loss_type]`; null: 1 each. */
  readonly loss_weights: readonly number[] | null;
  /** Weight of the tokens that a completion is longer than the other of its pair (LD-DPO, arXiv 2409.06411, eq. 9); null: 1. */
  readonly ld_alpha: number | null;
}

/** The chosen, or the rejected, completions of the pairs, one after the other, without padding. */
export interface Completions {
  /** `[pairs]` tokens of each. */
  readonly lengths: readonly number[];
  /** `[tokens]` */
  readonly logprobs: ArrayLike<number>;
  /** `[tokens]` zeros: no reference policy. */
  readonly referenceLogprobs: ArrayLike<number>;
}

export interface PreferenceLoss {
  readonly loss: number;
  /** `[tokens]` d loss / d log π. */
  readonly chosenGradient: Float64Array;
  readonly rejectedGradient: Float64Array;
  /** Pairs whose sides have the same reward: `rewards/accuracies` counts them as wrong, as TRL does. */
  readonly ties: number;
  /** By TRL's names: means over the pairs. */
  readonly metrics: Readonly<Record<PreferenceMetric, number>>;
}

export type PreferenceMetric =
  "rewards/chosen" | "rewards/rejected" | "rewards/accuracies" | "rewards/margins" | "logps/chosen" | "logps/rejected";

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** `[tokens]` 1, or `ld_alpha` behind the length of the shorter completion of the pair. */
function tokenWeights(lengths: readonly number[], others: readonly number[], ld_alpha: number | null): Float64Array {
  const weights = new Float64Array(lengths.reduce((sum, length) => sum + length, 0)).fill(1);
  eachCompletion(lengths, (start, end, pair) => {
    weights.fill(ld_alpha ?? 1, Math.min(start + others[pair]!, end), end);
  });
  return weights;
}

/** `[pairs]` weighted sums of `[tokens]`. */
function sums(lengths: readonly number[], values: ArrayLike<number>, weights: Float64Array): number[] {
  const result = lengths.map(() => 0);
  eachCompletion(lengths, (start, end, pair) => {
    for (let token = start; token < end; token++) result[pair]! += values[token]! * weights[token]!;
  });
  return result;
}

/** Places of the values from the smallest to the largest. */
const order = (values: readonly number[]): number[] =>
  values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);

interface BatchLoss {
  /** Mean over the pairs. */
  readonly value: number;
  /** `[pairs]` d value / d log-ratio. */
  readonly byChosen: number[];
  readonly byRejected: number[];
}

/**
 * Alignment by optimal transport (AOT, arXiv 2406.05882, eq. 5 and 6): the k-th smallest of one list against the k-th smallest of the other.
 * The gradients are those by `upper` and `lower`.
 */
function sortedLoss(
  upper: readonly number[],
  lower: readonly number[],
  { beta, label_smoothing }: PairLossOptions,
): BatchLoss {
  const [places, others] = [order(upper), order(lower)];
  const [byChosen, byRejected] = [upper.map(() => 0), lower.map(() => 0)];
  const values = places.map((place, rank) => {
    const other = others[rank]!;
    const [value, slope] = smoothedLoss(beta * (upper[place]! - lower[other]!), label_smoothing);
    byChosen[place] = (slope * beta) / upper.length;
    byRejected[other] = (-slope * beta) / upper.length;
    return value;
  });
  return { value: mean(values), byChosen, byRejected };
}

/** Pair k is the k-th chosen with the k-th rejected completion. Throws where their numbers differ, or are 0. */
export function preferenceLoss(
  chosen: Completions,
  rejected: Completions,
  options: PreferenceLossOptions,
): PreferenceLoss {
  const { beta, loss_type, loss_weights, ld_alpha } = options;
  const pairs = chosen.lengths.length;
  if (pairs === 0 || rejected.lengths.length !== pairs) {
    throw new Error(`A preference loss needs pairs: ${pairs} chosen, ${rejected.lengths.length} rejected completions.`);
  }
  if (loss_weights && loss_weights.length !== loss_type.length) {
    throw new Error(`${loss_weights.length} loss_weights for ${loss_type.length} losses.`);
  }
  const sideOf = (side: Completions, other: Completions) => {
    const weights = tokenWeights(side.lengths, other.lengths, ld_alpha);
    const logps = sums(side.lengths, side.logprobs, weights);
    const reference = sums(side.lengths, side.referenceLogprobs, weights);
    const logRatios = logps.map((logp, pair) => logp - reference[pair]!);
    const sides = logRatios.map((logRatio, pair): Side => ({
      logRatio,
      score: preferenceScore(logRatio, options),
      length: side.lengths[pair]!,
    }));
    return { weights, logps, reference, logRatios, sides };
  };
  const [won, lost] = [sideOf(chosen, rejected), sideOf(rejected, chosen)];
  const chosenGradient = new Float64Array(chosen.logprobs.length);
  const rejectedGradient = new Float64Array(rejected.logprobs.length);

  const batchLoss = (type: Exclude<PreferenceLossType, "sft">): BatchLoss => {
    if (type === "aot") {
      const differences = won.logps.map((logp, pair) => logp - lost.logps[pair]!);
      const reference = won.reference.map((logp, pair) => logp - lost.reference[pair]!);
      const { value, byChosen } = sortedLoss(differences, reference, options);
      return { value, byChosen, byRejected: byChosen.map((slope) => -slope) };
    }
    if (type === "aot_unpaired") return sortedLoss(won.logRatios, lost.logRatios, options);
    const losses = won.sides.map((side, pair) => pairLoss(type, side, lost.sides[pair]!, options));
    return {
      value: mean(losses.map(({ value }) => value)),
      byChosen: losses.map(({ byChosen }) => byChosen / pairs),
      byRejected: losses.map(({ byRejected }) => byRejected / pairs),
    };
  };
  const spread = (
    gradient: Float64Array,
    lengths: readonly number[],
    weights: Float64Array,
    slopes: readonly number[],
  ): void =>
    eachCompletion(lengths, (start, end, pair) => {
      for (let token = start; token < end; token++) gradient[token]! += slopes[pair]! * weights[token]!;
    });

  let loss = 0;
  loss_type.forEach((type, index) => {
    const weight = loss_weights?.[index] ?? 1;
    if (type === "sft") {
      const tokens = chosen.logprobs.length;
      loss -= (weight * Array.from(chosen.logprobs).reduce((sum, value) => sum + value, 0)) / tokens;
      for (let token = 0; token < tokens; token++) chosenGradient[token]! -= weight / tokens;
      return;
    }
    const { value, byChosen, byRejected } = batchLoss(type);
    loss += weight * value;
    const weighted = (slopes: readonly number[]): number[] => slopes.map((slope) => weight * slope);
    spread(chosenGradient, chosen.lengths, won.weights, weighted(byChosen));
    spread(rejectedGradient, rejected.lengths, lost.weights, weighted(byRejected));
  });

  const good = won.logRatios.map((logRatio) => beta * logRatio);
  const bad = lost.logRatios.map((logRatio) => beta * logRatio);
  return {
    loss,
    chosenGradient,
    rejectedGradient,
    ties: good.filter((reward, pair) => reward === bad[pair]).length,
    metrics: {
      "rewards/chosen": mean(good),
      "rewards/rejected": mean(bad),
      "rewards/accuracies": mean(good.map((reward, pair) => (reward > bad[pair]! ? 1 : 0))),
      "rewards/margins": mean(good.map((reward, pair) => reward - bad[pair]!)),
      "logps/chosen": mean(won.logps),
      "logps/rejected": mean(lost.logps),
    },
  };
}
