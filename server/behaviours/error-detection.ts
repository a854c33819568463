/** Whether doubt falls on what is wrong: the flag rate on wrong steps beside that on correct ones. */

/** A step with its label, offsets in the thinking, end excluded. */
export interface LabelledStep {
  readonly start: number;
  readonly end: number;
  readonly correct: boolean;
}

export interface FlagRate {
  readonly flagged: number;
  readonly of: number;
  /** Null of none. */
  readonly rate: number | null;
}

export interface ErrorDetection {
  readonly wrong: FlagRate;
  readonly correct: FlagRate;
  /** Rate on wrong steps minus rate on correct ones: above 0 where errors are detected, about 0 where doubt falls anywhere. */
  readonly difference: number | null;
}

/**
 * A step is flagged when a question mark follows it, white space aside, as authors who slip write. Steps behind a wrong one that was left standing
 * are not counted: they go on from a wrong number, and nothing on them is there to be detected.
 */
export function detectErrors(
  thinkings: readonly { readonly thinking: string; readonly steps: readonly LabelledStep[] }[],
): ErrorDetection {
  const counts = { wrong: { flagged: 0, of: 0 }, correct: { flagged: 0, of: 0 } };
  for (const { thinking, steps } of thinkings)
    for (const { end, correct } of steps) {
      const flagged = /^\s*\?/.test(thinking.slice(end, end + 16));
      const side = correct ? counts.correct : counts.wrong;
      side.of++;
      if (flagged) side.flagged++;
      else if (!correct) break;
    }
  return errorDetection(counts);
}

/** Rates and their difference, from counts. */
export function errorDetection(counts: Readonly<Record<"wrong" | "correct", Omit<FlagRate, "rate">>>): ErrorDetection {
  const rate = ({ flagged, of }: Omit<FlagRate, "rate">): FlagRate => ({
    flagged,
    of,
    rate: of === 0 ? null : flagged / of,
  });
  const [wrong, correct] = [rate(counts.wrong), rate(counts.correct)];
  return {
    wrong,
    correct,
    difference: wrong.rate === null || correct.rate === null ? null : wrong.rate - correct.rate,
  };
}
