import { sampleStd } from "../algorithms/advantages";
import type { RewardOutcome } from "../protocol/traces";

export interface OutcomeSummary {
  readonly samples: number;
  /** Over the samples that got a score; null without one. */
  readonly mean: number | null;
  /** Sample standard deviation; 0 for a single score, null without one. */
  readonly std: number | null;
  readonly notApplicable: number;
  readonly errors: number;
}

/** What one reward function said of many samples. */
export function summariseOutcomes(outcomes: readonly RewardOutcome[]): OutcomeSummary {
  const scores = outcomes.flatMap((outcome) => (outcome.kind === "score" ? [outcome.score] : []));
  const count = (kind: RewardOutcome["kind"]): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  return {
    samples: outcomes.length,
    mean: scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length,
    std: scores.length === 0 ? null : scores.length === 1 ? 0 : sampleStd(scores),
    notApplicable: count("not-applicable"),
    errors: count("error"),
  };
}
