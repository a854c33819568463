/** Judges a completion against a gold answer; `verifyMath` is one. `score` is null when the gold answer cannot be parsed. */
export type AnswerVerifier = (completion: string, answer: string) => { readonly score: 0 | 1 | null };

export interface AccuracyOptions {
  readonly verify: AnswerVerifier;
}

/**
 * 1 where the answer is right, 0 where it is wrong or there is none, null where the gold answer cannot be parsed: TRL's `accuracy_reward`.
 * open-r1's does the same; its older versions gave 1 where the gold answer could not be parsed.
 */
export function accuracy(completion: string, answer: string, { verify }: AccuracyOptions): 0 | 1 | null {
  return verify(completion, answer).score;
}

export interface ReasoningAccuracyOptions extends AccuracyOptions {
  /** What ends the thinking. The first of them that occurs counts, and of it the last occurrence. */
  readonly reasoning_delimiters?: readonly string[];
}

/**
 * {@link accuracy} of what stands behind the thinking; 0 where the thinking does not end, whatever the gold answer is. TRL's
 * `reasoning_accuracy_reward`. (TRL's documentation says that the last occurrence of any delimiter counts; its code does as said here.)
 */
export function reasoningAccuracy(
  completion: string,
  answer: string,
  { verify, reasoning_delimiters = ["</think>"] }: ReasoningAccuracyOptions,
): 0 | 1 | null {
  const delimiter = reasoning_delimiters.find((one) => completion.includes(one));
  if (delimiter === undefined) return 0;
  return accuracy(completion.slice(completion.lastIndexOf(delimiter) + delimiter.length), answer, { verify });
}
