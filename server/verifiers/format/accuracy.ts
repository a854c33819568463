import type { AnswerSource } from "../maths/extract";
import { verifyMath, type MathOptions } from "../maths/verify-math";

/** Judges a completion against a gold answer. `score` is null when the gold answer cannot be read. */
export type AnswerVerifier = (completion: string, answer: string) => { readonly score: 0 | 1 | null };

export interface AccuracyOptions extends MathOptions {
  /**
   * `trl`: an answer counts only where TRL and open-r1 take it, in `\boxed` or in LaTeX behind words such as "the answer is" (`\fbox` marks none); a
   * gold answer without a digit and without LaTeX cannot be read; and a number with a decimal point agrees to 6 decimals with what is not written
   * as a whole number. docs/rewards.md lists what differs still. `any` (the default): wherever `verifyMath` finds it; words are answers as well.
   */
  readonly style?: "any" | "trl";
  /**
   * The answer is judged as if it were the gold answer and the other way round, as open-r1's length reward does by mistake. It matters where
   * the two are not equals, for example for an equation as the gold answer and a number as the answer.
   */
  readonly swapped?: boolean;
  /** What judges instead of `verifyMath`; the other options are `verifyMath`'s. */
  readonly verify?: AnswerVerifier;
}

const trlSources: ReadonlySet<AnswerSource> = new Set(["boxed", "final answer", "answer is"]);

/** Math-Verify rounds numbers with a decimal point, but not beside one that is written as a whole number. */
const isWhole = (text: string): boolean => /^[\s$]*-?\d+[\s$]*$/.test(text);

/**
 * 1 where the answer is right, 0 where it is wrong or there is none, null where the gold answer cannot be read: TRL's and open-r1's
 * `accuracy_reward`. (Older versions of open-r1 give 1 for null.)
 */
export function accuracy(completion: string, answer: string, options: AccuracyOptions = {}): 0 | 1 | null {
  const { verify, swapped = false, style = "any", ...rest } = options;
  if (verify) return verify(completion, answer).score;
  const strict = style === "trl";
  if (strict && completion.includes("\\fbox"))
    return accuracy(completion.replaceAll(/\\fbox\s*/g, ""), answer, options);
  if (strict && !/[\p{Nd}\\$]/u.test(answer)) return null;
  const verdict = verifyMath(completion, answer, strict ? { ...rest, notation: "latex" } : rest);
  if (verdict.score === null) return null;
  if (verdict.source === null || (strict && !trlSources.has(verdict.source))) return 0;
  if (strict && verdict.score === 0 && rest.decimals === undefined && !isWhole(answer) && !isWhole(verdict.answer))
    return accuracy(completion, answer, { ...options, decimals: 6 });
  if (!swapped) return verdict.score;
  // A gold answer is the whole of its text; a completion has to mark its own.
  const marked = /\$|\\boxed/.test(answer) ? answer : `\\boxed{${answer}}`;
  return verifyMath(marked, verdict.answer, { ...rest, notation: "any" }).score ?? 0;
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
  { reasoning_delimiters = ["</think>"], ...options }: ReasoningAccuracyOptions = {},
): 0 | 1 | null {
  const delimiter = reasoning_delimiters.find((one) => completion.includes(one));
  if (delimiter === undefined) return 0;
  return accuracy(completion.slice(completion.lastIndexOf(delimiter) + delimiter.length), answer, options);
}
