import type { RewardOutcome } from "../protocol/traces";
import type { RewardSpec } from "../recipes/schema";
import { rewardNames } from "../recipes/reward-names";

/** Weighted sum of the scores of a completion of a reasoning prompt's scores, functions that do not apply left out; null when none scored it, or one failed. */
export function weightedReward(
  rewards: readonly RewardSpec[],
  outcomes: Readonly<Record<string, RewardOutcome>>,
): number | null {
  const names = rewardNames(rewards);
  const own = rewards.flatMap(({ weight, prompts }, index) =>
    prompts === "general" ? [] : [{ weight, outcome: outcomes[names[index]!]! }],
  );
  if (own.some(({ outcome }) => outcome.kind === "error")) return null;
  const scored = own.flatMap(({ weight, outcome }) => (outcome.kind === "score" ? [weight * outcome.score] : []));
  return scored.length === 0 ? null : scored.reduce((sum, score) => sum + score, 0);
}
