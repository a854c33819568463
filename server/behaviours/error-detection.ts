/** Whether doubt falls on what is wrong: the flag rate on wrong steps beside that on right ones. */

/** A step with its label, offsets in the thinking, end excluded. */
export interface LabelledStep {
  readonly start: number;
  readonly end: number;
  readonly right: boolean;
}

export interface FlagRate {
  readonly flagged: number;
  readonly of: number;
  /** Null of none. */
  readonly rate: number | null;
}

export interface ErrorDetection {
  readonly wrong: FlagRate;
  readonly right: FlagRate;
  /** Rate on wrong steps minus rate on right ones: above 0 where errors are detected, about 0 where doubt falls anywhere. */
  readonly difference: number | null;
}

/** A step is flagged when a question mark follows it, white space aside, as recipe S's authors write. */
export function detectErrors(
  thinkings: readonly { readonly thinking: string; readonly steps: readonly LabelledStep[] }[],
): ErrorDetection {
  const all = thinkings.flatMap(({ thinking, steps }) =>
    steps.map(({ end, right }) => ({ right, flagged: /^\s*\?/.test(thinking.slice(end, end + 16)) })),
  );
  const rate = (side: boolean): FlagRate => {
    const of = all.filter(({ right }) => right === side);
    const flagged = of.filter((step) => step.flagged).length;
    return { flagged, of: of.length, rate: of.length === 0 ? null : flagged / of.length };
  };
  const [wrong, right] = [rate(false), rate(true)];
  return { wrong, right, difference: wrong.rate === null || right.rate === null ? null : wrong.rate - right.rate };
}
