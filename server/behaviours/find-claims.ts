/** Claims of a thinking: that something on the left of `=` is what stands on its right. */
import type { Span } from "./find-words";

export interface Claim extends Span {
  /** What is claimed of, without white space, in lower case, `×` and `÷` as `*` and `/`. */
  readonly left: string;
  /** The value, a number without separators. */
  readonly right: string;
  /** The left side is arithmetic: it has one value, so two claims of it with different values contradict each other. */
  readonly computed: boolean;
}

// Every repetition is bounded, so that matching stays linear in the text whatever it holds.
const value = "-?\\d{1,20}(?:,\\d{3}){0,5}(?:\\.\\d{1,20})?";
const operand = "[-(]{0,3}\\d[\\d.,]{0,20}";
// A label of one letter may be glued to the first number: `b6+4`.
const arithmetic = `[a-z]?(?<!\\p{L}[a-z])${operand}(?:\\s{0,2}[-+*/×÷%−()]\\s{0,2}${operand}\\){0,3}){1,20}`;
const name = "(?<![\\p{L}\\p{N}_])\\p{L}[\\p{L}_]{0,30}";
const pattern = new RegExp(`(${arithmetic}|${name})\\s{0,2}=\\s{0,2}\\$?(${value})(?![\\d*/×÷%+(]|[-.,]\\d)`, "giu");

const plain = (text: string): string =>
  text.toLowerCase().replace(/\s+/g, "").replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-");

export function findClaims(text: string): Claim[] {
  return [...text.matchAll(pattern)].map((match) => {
    const left = plain(match[1]!);
    return {
      start: match.index,
      end: match.index + match[0].length,
      text: match[0],
      left,
      right: match[2]!.replaceAll(",", ""),
      computed: /\d[-+*/%)(]/.test(left),
    };
  });
}
