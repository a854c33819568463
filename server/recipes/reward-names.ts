import { splitRewardReference } from "./check";
import type { RewardSpec } from "./schema";

/** Names of a recipe's reward functions, as metrics and traces show them: the export, or `file#export` where two share it. */
export function rewardNames(rewards: readonly Pick<RewardSpec, "function">[]): string[] {
  const exports = rewards.map(({ function: reference }) => splitRewardReference(reference).name);
  return exports.map((name, index) =>
    exports.filter((other) => other === name).length > 1 ? rewards[index]!.function : name,
  );
}
