import type { RewardOutcome } from "../protocol/traces";
import type { Scored } from "../protocol/trainer";
import type { RewardSpec } from "../recipes/schema";
import { rewardNames } from "../recipes/reward-names";
import type { OutcomesByName } from "./reward-failure";

/** Weighted sum of the scores of a completion of a reasoning prompt's scores, functions that do not apply left out; null when none scored it, or one failed. */
export function weightedReward(
  rewards: readonly Pick<RewardSpec, "function" | "weight" | "prompts">[],
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

/** `[samples]` of reasoning prompts: what each function said that is for them, and their weighted rewards. */
export function weightedRewards(
  rewards: readonly RewardSpec[],
  { outcomes }: Pick<Scored, "outcomes">,
): {
  readonly outcomes: OutcomesByName;
  readonly samples: readonly Readonly<Record<string, RewardOutcome>>[];
  readonly rewards: readonly (number | null)[];
} {
  const names = rewardNames(rewards);
  const flat = names.map((name) => [name, outcomes[name]!.flat()] as const);
  const samples = flat[0]![1].map((_, sample) => Object.fromEntries(flat.map(([name, said]) => [name, said[sample]!])));
  return {
    outcomes: Object.fromEntries(flat.filter((_, index) => rewards[index]!.prompts !== "general")),
    samples,
    rewards: samples.map((said) => weightedReward(rewards, said)),
  };
}
