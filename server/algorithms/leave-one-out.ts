/** RLOO (arXiv 2402.14740, eq. 6): each reward against the mean of the others of its group. Conventions are TRL's (1.16, `RLOOTrainer`). */
import { sampleStd } from "./advantages";
import { mean } from "./mean";

export interface LeaveOneOutOptions {
  readonly num_generations: number;
  /** Then (A − mean) / (std + 1e-4) over the batch. */
  readonly normalize_advantages: boolean;
}

/**
 * `[samples]` advantages.
 *
 * @param rewards `[samples]`, the KL penalty of whole completions taken off already; null: could not be scored. It gets 0 and is in no baseline.
 */
export function leaveOneOutAdvantages(
  rewards: readonly (number | null)[],
  { num_generations, normalize_advantages }: LeaveOneOutOptions,
): number[] {
  const advantages = rewards.map((reward, sample) => {
    const group = Math.floor(sample / num_generations) * num_generations;
    const others = rewards
      .slice(group, group + num_generations)
      .filter((other, index): other is number => other !== null && group + index !== sample);
    if (reward === null || others.length === 0) return null;
    return reward - mean(others);
  });
  if (!normalize_advantages) return advantages.map((advantage) => advantage ?? 0);
  const known = advantages.filter((advantage) => advantage !== null);
  const centre = mean(known);
  const std = sampleStd(known);
  return advantages.map((advantage) =>
    advantage === null || Number.isNaN(std) ? 0 : (advantage - centre) / (std + 1e-4),
  );
}
