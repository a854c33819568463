/** Answers that a thinking gives on its way, and whether two of them are the same. */
import { verifyMath } from "../verifiers/maths/verify-math";
import type { Span } from "./find-words";

export interface GivenAnswer extends Span {
  readonly value: string;
}

/** Answers in one word that are looked for behind *the answer is*, where most words are not the answer: *the answer is clear*. */
const answerWords: ReadonlySet<string> = new Set(["none", "yes", "no", "true", "false", "undefined"]);

// Every repetition is bounded, so that matching stays linear in the text whatever it holds.
const announced = "\\banswer\\s{0,2}(?:is|:|=|must be|should be)[\\s:*$]{0,4}(?:\\\\\\()?\\s{0,2}";
const number = "[-−]?[\\d(][\\d.,()+*/^−-]{0,40}";
const word = "\\p{L}{1,30}(?=[*\\s]{0,4}(?:[.,;!?:)<$]|$))";
const boxed = "\\\\boxed\\{((?:[^{}]|\\{[^{}]{0,60}\\}){1,80})\\}";
const pattern = new RegExp(`${announced}(?:(${number})|(${word}))|${boxed}`, "giu");

/** In the order they stand. `final`: the answer of the completion; where it is made of words, any word may be one of the thinking. */
export function findAnswers(thinking: string, final: string | null): GivenAnswer[] {
  const inWords = final !== null && !/\d/.test(final);
  return [...thinking.matchAll(pattern)].flatMap((match): GivenAnswer[] => {
    const [text, announcedNumber, announcedWord, inBox] = match;
    if (announcedWord !== undefined && !inWords && !answerWords.has(announcedWord.toLowerCase())) return [];
    // What follows the number in its sentence is not a part of it.
    const value = announcedNumber?.replace(/[-−+*/^.,(]+$/, "") ?? announcedWord ?? inBox!;
    return value === "" ? [] : [{ start: match.index, end: match.index + text.length, text, value }];
  });
}

const plain = (answer: string): string => answer.trim().replaceAll(",", "").replaceAll("−", "-").toLowerCase();

/** Whether two answers say the same: sign for sign, or by their value, `$4$` and *the answer is 4.0* say. */
export const sameAnswer = (a: string, b: string): boolean => plain(a) === plain(b) || verifyMath(a, b).score === 1;
