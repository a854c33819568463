/** What a sample's outcomes come to as numbers: of a step, and of one that is scored again. */
import type { RewardOutcome } from "../../protocol/traces";
import type { RlSpec } from "../../recipes/stages";
import { softOverlongPunishment } from "../../verifiers/format/soft-overlong-punishment";

/** `[functions]` scores of a sample. One error leaves the sample out as a whole: a sum without that function would be another reward. */
export function scoresOf(outcomes: readonly RewardOutcome[]): (number | null)[] {
  const failed = outcomes.some(({ kind }) => kind === "error");
  return outcomes.map((outcome) => (outcome.kind === "score" && !failed ? outcome.score : null));
}

/** The soft overlong punishment (DAPO), of a sample that has a reward. */
export const punishmentOf = (
  { max_completion_length, soft_punish_cache }: RlSpec,
  length: number,
  scores: readonly (number | null)[],
): number | null =>
  scores.every((score) => score === null)
    ? null
    : softOverlongPunishment(length, { max_completion_len: max_completion_length, soft_punish_cache });
