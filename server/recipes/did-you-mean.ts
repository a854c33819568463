import { nearestWord } from "../shared/nearest-word";

/** More are no help to read. */
const mostListed = 16;

/** `a, b or c` */
const alternatives = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)!}`;

/** ` Did you mean "x"?`, or the words that could stand there, if they are few. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known);
  if (near !== null) return ` Did you mean "${near}"?`;
  return known.length === 0 || known.length > mostListed ? "" : ` It can be ${alternatives(known)}.`;
}
