/** How completions are counted: in characters, words or tokens. */

/** A completion's length: a number of tokens, the tokens themselves, or its text, which counts in characters. */
export type CompletionLength = number | string | readonly number[];

/** Characters are code points, as in Python. Throws a RangeError when a number is no length. */
export function lengthOf(completion: CompletionLength): number {
  if (typeof completion === "string")
    return completion.length - (completion.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
  const length = typeof completion === "number" ? completion : completion.length;
  if (!Number.isFinite(length) || length < 0) throw new RangeError(`A length is a number from 0 on, not ${length}.`);
  return length;
}

/** What Python's `str.split()` splits at; JavaScript's `\s` is another set. */
const whiteSpace = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Words between white space, as Python's `str.split()` gives them. */
export const wordsOf = (text: string): string[] => text.split(whiteSpace).filter((word) => word !== "");

/** Times that `part` occurs, not counting overlaps, as Python's `str.count`. `part` is not empty. */
export function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

/** Whether an answer is right: 1 or true; wrong: anything else; null: nobody knows, as its gold answer cannot be parsed. */
export type Correctness = number | boolean | null;

export const isCorrect = (correct: Correctness): boolean => correct === 1 || correct === true;
