export interface ReasoningStepsOptions {
  /** Steps that give a reward of 1; fewer give their share. */
  readonly steps?: number;
  /**
   * `strict`: a step counts with text of its own, that no other step has, before the next one. `open-r1`: exactly open-r1's
   * `reasoning_steps_reward`. Known faults: `First,First,First,` counts as three steps, and `1.` at the start of the completion only.
   */
  readonly style?: "strict" | "open-r1";
}

/** Python's `\d` is any decimal digit. */
const openR1 = /Step \p{Nd}+:|^\p{Nd}+\.|\n-|\n\*|First,|Second,|Next,|Finally,/gu;
const everyLine = /Step \p{Nd}+:|^\p{Nd}+\.|\n-|\n\*|First,|Second,|Next,|Finally,/gmu;

/** Different texts that stand behind a mark and before the next. */
function stepsWithText(completion: string): number {
  const marks = [...completion.matchAll(everyLine)];
  const texts = marks.map(({ index, 0: mark }, place) =>
    completion.slice(index + mark.length, marks[place + 1]?.index),
  );
  const plain = texts.map((text) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
      .trim(),
  );
  return new Set(plain.filter((text) => text !== "")).size;
}

/**
 * `min(1, n / steps)`, where n counts what looks like a step: `Step 1:`, `1.`, list items with `-` or `*`, and `First,`, `Second,`, `Next,`,
 * `Finally,`. It says nothing of what the steps are worth and needs a reward for the answer beside it.
 */
export function reasoningSteps(
  completion: string,
  { steps = 3, style = "strict" }: ReasoningStepsOptions = {},
): number {
  if (!(steps > 0)) throw new RangeError(`reasoningSteps: steps is a number above 0, not ${steps}.`);
  const found = style === "open-r1" ? (completion.match(openR1)?.length ?? 0) : stepsWithText(completion);
  return Math.min(1, found / steps);
}
