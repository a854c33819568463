export interface ReasoningStepsOptions {
  /** Steps that give a reward of 1; fewer give their share. */
  readonly steps?: number;
  /**
   * Count `1.`, `2.`, … at the start of every line. open-r1's `reasoning_steps_reward` (false) means to, but counts them at the start of the
   * completion only.
   */
  readonly numberedLines?: boolean;
}

/** Python's `\d` is any decimal digit. */
const atStart = /Step \p{Nd}+:|^\p{Nd}+\.|\n-|\n\*|First,|Second,|Next,|Finally,/gu;
const everyLine = /Step \p{Nd}+:|^\p{Nd}+\.|\n-|\n\*|First,|Second,|Next,|Finally,/gmu;

/**
 * `min(1, n / steps)`, where n counts what looks like a step: `Step 1:`, `1.`, list items with `-` or `*`, and `First,`, `Second,`, `Next,`,
 * `Finally,`. open-r1's `reasoning_steps_reward`. Steps without content count as well, so it needs a reward for the answer beside it.
 */
export function reasoningSteps(
  completion: string,
  { steps = 3, numberedLines = false }: ReasoningStepsOptions = {},
): number {
  if (!(steps > 0)) throw new RangeError(`reasoningSteps: steps is a number above 0, not ${steps}.`);
  const found = completion.match(numberedLines ? everyLine : atStart)?.length ?? 0;
  return Math.min(1, found / steps);
}
