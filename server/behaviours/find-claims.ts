/** Claims of a thinking: that something on the left of `=` is what stands on its right. */
import type { Span } from "./find-words";

export interface Claim extends Span {
  /** What is claimed of, without white space, in lower case, signs as programs write them (`×`, `\times` and ` x ` as `*`). */
  readonly left: string;
  /** The value, a number without separators. */
  readonly right: string;
  /** The left side is arithmetic: it has one value, so two claims of it with different values contradict each other. */
  readonly computed: boolean;
}

// Every repetition is bounded, so that matching stays linear in the text whatever it holds.
const value = "[-−]?\\d{1,20}(?:,\\d{3}){0,5}(?:\\.\\d{1,20})?";
const operand = "[-−(]{0,3}\\d[\\d.,]{0,20}";
const operator = "(?:\\s{0,2}(?:[-+*/×÷·%−–^()]|\\\\times|\\\\cdot|\\\\div)\\s{0,2}|\\s{1,2}x\\s{1,2})";
// A label of one letter may be glued to the first number: `b6+4`.
const arithmetic = `[a-z]?(?<!\\p{L}[a-z])${operand}(?:${operator}${operand}\\){0,3}){1,20}`;
const name = "(?<![\\p{L}\\p{N}_])\\p{L}[\\p{L}\\p{N}_]{0,30}";
// `5 + 7 = 10 + 2 = 12` does not say that 5 + 7 is 10. A line that begins with a dash is a list.
const goesOn = "[\\d*/×÷%+(^]|[-.,]\\d|[ \\t]{0,2}(?:[-+*/×÷·%−–^]|\\\\times|\\\\cdot|\\\\div)[ \\t]{0,2}[-−(]{0,3}\\d";
const pattern = new RegExp(`(${arithmetic}|${name})\\s{0,2}=\\s{0,2}\\$?(${value})(?!${goesOn})`, "giu");

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/×|·|\\times|\\cdot|\sx\s/g, "*")
    .replace(/÷|\\div/g, "/")
    .replace(/[−–]/g, "-")
    .replace(/\s+/g, "");

export function findClaims(text: string): Claim[] {
  return [...text.matchAll(pattern)].map((match) => {
    const left = plain(match[1]!);
    return {
      start: match.index,
      end: match.index + match[0].length,
      text: match[0],
      left,
      right: match[2]!.replaceAll(",", "").replace("−", "-"),
      computed: /\d[-+*/%^)(]/.test(left),
    };
  });
}

/** A decimal number with no zeros that say nothing. */
function shortest(number: string): string {
  const [, sign, whole, decimals = ""] = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(number) ?? [null, "", number];
  const size = decimals === "" ? whole : `${whole}.${decimals}`;
  return size === "0" ? size : `${sign}${size}`;
}

const decimalsOf = (number: string): number => number.split(".")[1]?.length ?? 0;

/** Whether values of claims do not contradict each other: 10 and 10.0, and 3.14 and 3.1416, of which one has fewer decimals, but some. */
export function sameNumber(a: string, b: string): boolean {
  if (shortest(a) === shortest(b)) return true;
  const [rough, fine] = decimalsOf(a) < decimalsOf(b) ? [a, b] : [b, a];
  const places = decimalsOf(rough);
  if (places === 0 || places === decimalsOf(fine)) return false;
  return fine.startsWith(rough) || Number(fine).toFixed(places) === rough;
}
