/** Places of words and phrases in a text. */

/** A piece of a text: UTF-16 units, end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Words whose rate DeepSeek-R1's authors watched (supplement to arXiv 2501.12948v2). */
export const reflectionWords: readonly string[] = [
  "wait",
  "mistake",
  "however",
  "but",
  "retry",
  "error",
  "verify",
  "wrong",
  "evaluate",
  "check",
];

/** What announces another way to the same end. */
export const alternativePhrases: readonly string[] = [
  "alternatively",
  "another way",
  "another approach",
  "another method",
  "a different approach",
  "a different way",
  "let's try",
  "let me try",
  "try instead",
];

/** What announces that work is thrown away and taken up at an earlier place. */
export const backtrackingPhrases: readonly string[] = [
  "go back",
  "going back",
  "start over",
  "start again",
  "from the beginning",
  "scratch that",
  "dead end",
  "let me redo",
  "redo",
];

/** What doubts the step before it. *No* does where a pause follows: "there is no other way" doubts nothing. */
export const doubtPhrases: readonly string[] = [
  "wait",
  "no,",
  "no.",
  "no:",
  "no;",
  "no!",
  "no -",
  "no –",
  "no —",
  "no…",
  "no wait",
  "no that",
  "actually",
  "mistake",
  "wrong",
  "error",
  "oops",
  "scratch that",
  "correction",
  "not right",
  "incorrect",
  "let me redo",
  "redo",
];

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Patterns by list: lists are few, texts are many. */
const compiled = new WeakMap<readonly string[], RegExp | null>();

/** Null of a list without words. */
function patternOf(words: readonly string[]): RegExp | null {
  const known = compiled.get(words);
  if (known !== undefined) return known;
  const patterns = words
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .sort((a, b) => b.length - a.length)
    .map((word) => escape(word).replace(/\s+/g, "\\s+").replaceAll("'", "['’]"));
  // A letter, digit or underscore on either side makes it part of another word.
  const pattern =
    patterns.length === 0
      ? null
      : new RegExp(`(?<![\\p{L}\\p{N}_])(?:${patterns.join("|")})(?![\\p{L}\\p{N}_])`, "giu");
  compiled.set(words, pattern);
  return pattern;
}

/** Where words stand as whole words, case aside; longer ones first, none within another. An apostrophe may be curly. */
export function findWords(text: string, words: readonly string[]): Span[] {
  const pattern = patternOf(words);
  if (pattern === null) return [];
  return [...text.matchAll(pattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
  }));
}
