/**
 * Between what the numbers of a list lie: what their colours mean. Over all groups that were loaded for a question, so that a colour never means less than it did.
 * Over all that match it would take the server a second in a million rollouts.
 */
import type { GroupSummary } from "../../server/protocol/traces";

type Range = readonly [low: number, high: number];

export interface Scales {
  readonly reward: Range;
  readonly spread: Range;
  readonly tokens: Range;
}

const empty: Range = [Infinity, -Infinity];
export const noScales: Scales = { reward: empty, spread: [0, 0], tokens: empty };

const wider = (range: Range, values: readonly (number | null)[]): Range => {
  let [low, high] = range;
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low === range[0] && high === range[1] ? range : [low, high];
};

/** With further groups. */
export const widened = (
  { reward, spread, tokens }: Scales,
  groups: readonly Pick<GroupSummary, "rewardMean" | "rewardStd" | "lengthMean">[],
): Scales => ({
  reward: wider(
    reward,
    groups.map(({ rewardMean }) => rewardMean),
  ),
  spread: wider(
    spread,
    groups.map(({ rewardStd }) => rewardStd),
  ),
  tokens: wider(
    tokens,
    groups.map(({ lengthMean }) => lengthMean),
  ),
});

/** 0 to 1: where a number stands; 0 where nothing differs. */
export const shareOf = (value: number | null, [low, high]: Range): number =>
  value === null || !(high > low) ? 0 : (value - low) / (high - low);
