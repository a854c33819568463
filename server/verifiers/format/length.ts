import { isCorrect, lengthOf, type CompletionLength, type Correctness } from "./measure";

export interface LengthOptions {
  /** What a sample is whose gold answer cannot be parsed. `skip`: null, and its length does not count. `correct`: right, as in open-r1. */
  readonly unknown?: "skip" | "correct";
}

/**
 * Rewards short right answers within a group (Kimi k1.5, section 2.3.3; open-r1's `len_reward`): with
 * `λ = 0.5 − (length − shortest) / (longest − shortest)`, a right answer gets λ and a wrong one `min(0, λ)`; all get 0 when all are equally long.
 * `completions` and `correct` are `[samples]`; so is the result, with null for what is skipped. Lengths are tokens where numbers or token ids
 * are given; open-r1 counts characters. Throws a RangeError when the two are not equally many.
 */
export function length(
  completions: readonly CompletionLength[],
  correct: readonly Correctness[],
  { unknown = "skip" }: LengthOptions = {},
): (number | null)[] {
  if (completions.length !== correct.length)
    throw new RangeError(
      `length: ${completions.length} completions, but ${correct.length} say whether they are right.`,
    );
  const counted = completions.map((completion, index) =>
    correct[index] === null && unknown === "skip" ? null : lengthOf(completion),
  );
  const present = counted.filter((value) => value !== null);
  const shortest = present.reduce((least, value) => Math.min(least, value), Infinity);
  const longest = present.reduce((most, value) => Math.max(most, value), -Infinity);
  return counted.map((value, index) => {
    if (value === null) return null;
    if (longest === shortest) return 0;
    const lambda = 0.5 - (value - shortest) / (longest - shortest);
    return isCorrect(correct[index]!) || correct[index] === null ? lambda : Math.min(0, lambda);
  });
}
