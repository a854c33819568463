/** What a program printed, beside what it must print. */
import type { Tolerance } from "../../protocol/sandbox";
import { toleratedDifference } from "./tolerance";

/** Lines without the white space at their ends, and without empty lines at the end: what judges of programming contests compare. */
const printedLines = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();

/** A number that stands alone: not within a word, a version or a date. */
const numbers = /(?<![\w.])[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?(?![\w.])/g;

const hasFraction = (number: string): boolean => /[.eE]/.test(number);

/**
 * The largest difference of a number between what was printed and what must be, where all else is the same; 0: the texts are the same. Null: they are not. Only
 * numbers that are expected with a fraction may differ.
 */
export function printedDifference(printed: string, expected: string, tolerance: Tolerance): number | null {
  const [given, wanted] = [printedLines(printed), printedLines(expected)];
  if (given === wanted) return 0;
  if (tolerance.absolute === 0 && tolerance.relative === 0) return null;
  const [ours, theirs] = [given.matchAll(numbers), wanted.matchAll(numbers)];
  let [largest, givenEnd, wantedEnd] = [0, 0, 0];
  for (;;) {
    const [our, their] = [ours.next(), theirs.next()];
    const between = given.slice(givenEnd, our.done ? undefined : our.value.index);
    if (between !== wanted.slice(wantedEnd, their.done ? undefined : their.value.index)) return null;
    if (our.done || their.done) return our.done === their.done ? largest : null;
    const [number, must] = [our.value[0], their.value[0]];
    if (number !== must) {
      const difference = hasFraction(must) ? toleratedDifference(Number(number), Number(must), tolerance) : null;
      if (difference === null) return null;
      largest = Math.max(largest, difference);
    }
    givenEnd = our.value.index + number.length;
    wantedEnd = their.value.index + must.length;
  }
}
