/** Group-relative advantages, with TRL's names and conventions (GRPOTrainer 1.16, `_generate_and_score_completions`). */

import { mean } from "./mean";

export type ScaleRewards = "group" | "batch" | "none";

export interface AdvantageOptions {
  readonly num_generations: number;
  readonly scale_rewards: ScaleRewards;
  /** `normalize_then_sum` is GDPO: each reward function normalised in its group, then the sum in the batch; ignores `scale_rewards`. */
  readonly multi_objective_aggregation?: "sum_then_normalize" | "normalize_then_sum";
}

export interface Advantages {
  /** `[samples]`; 0 for a sample that no function could score. */
  readonly advantages: number[];
  /** `[samples]` weighted sums; null where no function could score the sample. */
  readonly rewards: (number | null)[];
  /** `[groups]`: whether all scored samples of the group got the same reward, so that the group teaches nothing. */
  readonly zeroStd: boolean[];
  /** Share of groups with equal rewards, as TRL counts it: `batch` and `normalize_then_sum` look at the whole batch. */
  readonly frac_reward_zero_std: number;
}

/** Added to the standard deviation, as in TRL. */
const epsilon = 1e-4;

/** Sample standard deviation (n − 1); NaN for fewer than two values. */
export function sampleStd(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** A group of one has no spread at all, as in TRL; one scored sample in a larger group has an undefined one. */
const groupStd = (group: readonly (number | null)[]): number => (group.length === 1 ? 0 : sampleStd(scored(group)));

const scored = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

function groupsOf<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: values.length / size }, (_, group) => values.slice(group * size, (group + 1) * size));
}

/** (value − centre) / (std + ε); 0 for a value that is missing, and for all where the std is undefined. */
function normalise(values: readonly (number | null)[], centre: number, std: number): number[] {
  return values.map((value) => (value === null || Number.isNaN(std) ? 0 : (value - centre) / (std + epsilon)));
}

/** torch.isclose(std, 0): within 1e-8. NaN is not close to 0. */
const isZero = (std: number): boolean => Math.abs(std) <= 1e-8;

/** All values equal, by their range rather than by a rounded std. */
const allEqual = (values: readonly number[]): boolean => values.every((value) => value === values[0]);

/** `[samples]` weighted sums of what scored a sample; null where no function could. See {@link groupAdvantages}. */
export const rewardSums = (
  perFunction: readonly (readonly (number | null)[])[],
  weights: readonly number[],
): (number | null)[] =>
  perFunction.map((row) =>
    row.every((value) => value === null)
      ? null
      : row.reduce<number>((sum, value, index) => sum + (value ?? 0) * weights[index]!, 0),
  );

/** `[groups]` whether all scored samples of a group got the same reward, so that it teaches nothing. */
export const equalRewards = (rewards: readonly (number | null)[], num_generations: number): boolean[] =>
  groupsOf(rewards, num_generations).map((group) => allEqual(scored(group)));

/**
 * Advantages of completions relative to their group (DeepSeekMath, arXiv 2402.03300, section 4.1.2: A = (r − mean) / std), here with the sample
 * std + 1e-4.
 *
 * @param perFunction `[samples][functions]`; samples of a group are consecutive; null: the function could not score the sample. A sample that
 *   all functions left out is left out of the baseline and has advantage 0; else the functions that scored it are summed.
 * @param weights `[functions]`
 */
export function groupAdvantages(
  perFunction: readonly (readonly (number | null)[])[],
  weights: readonly number[],
  options: AdvantageOptions,
): Advantages {
  const size = options.num_generations;
  if (perFunction.length % size !== 0) {
    throw new Error(`${perFunction.length} samples do not divide into groups of ${size}.`);
  }
  const rewards = rewardSums(perFunction, weights);
  const groups = groupsOf(rewards, size);
  const zeroStd = equalRewards(rewards, size);

  if (options.multi_objective_aggregation === "normalize_then_sum") {
    const columns = weights.map((_, column) =>
      groupsOf(
        perFunction.map((row) => row[column] ?? null),
        size,
      ).flatMap((group) => {
        const present = scored(group);
        const centred = normalise(group, mean(present), groupStd(group));
        return group.map((value, index) => (value === null ? null : centred[index]!));
      }),
    );
    const sums = rewards.map((reward, sample) =>
      reward === null
        ? null
        : weights.reduce((sum, weight, column) => sum + weight * (columns[column]![sample] ?? 0), 0),
    );
    const present = scored(sums);
    const std = sampleStd(present);
    return {
      advantages: normalise(sums, mean(present), std),
      rewards,
      zeroStd,
      frac_reward_zero_std: isZero(std) ? 1 : 0,
    };
  }

  const batchStd = sampleStd(scored(rewards));
  const advantages = groups.flatMap((group) => {
    const present = scored(group);
    const centre = mean(present);
    if (options.scale_rewards === "none") return group.map((reward) => (reward === null ? 0 : reward - centre));
    return normalise(group, centre, options.scale_rewards === "batch" ? batchStd : groupStd(group));
  });
  const frac_reward_zero_std =
    options.scale_rewards === "batch"
      ? isZero(batchStd)
        ? 1
        : 0
      : mean(groups.map((group) => (isZero(groupStd(group)) ? 1 : 0)));
  return { advantages, rewards, zeroStd, frac_reward_zero_std };
}
