/** What a group's numbers say of it. */
import type { GroupSummary } from "../../server/protocol/traces";
import { noSpread } from "../shared/format";

/** Mean and standard deviation with n − 1, as the list of groups and TRL's `reward_std` have it; 0 for one value, null of nothing. */
export function meanAndDeviation(values: readonly number[]): { mean: number | null; deviation: number | null } {
  if (values.length === 0) return { mean: null, deviation: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** Whether nothing can be learned from the group: it has rewards, and they do not differ. Of a file without rewards nothing is said. */
export function withoutSignal(group: Pick<GroupSummary, "rewardMean" | "rewardStd">): boolean {
  return group.rewardMean !== null && (group.rewardStd === null || group.rewardStd < noSpread);
}
