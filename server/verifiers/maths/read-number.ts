/** Numbers as people write them: `7,425,000`, `1 000`, `14{,}916`, `.4`, `0.1\overline{6}`, `2.5E2`, and `2,74` where a setting says so. */
import { limits, Exceeded } from "./budget";
import type { Rational } from "./rational";
import { add, multiply, power, rational } from "./rational";

export interface WrittenNumber {
  readonly value: Rational;
  /** It is written with a fraction after a point or comma. */
  readonly decimal: boolean;
  /** Index behind it. */
  readonly end: number;
}

const digitRun = /\d*/y;
const commaThousands = /(?:,\d{3})+(?![\d,])(?!,\d)/y;
/** `{,}`, `,\!` and white space between groups of three digits, which themselves follow. */
const otherThousands = /(?:\s*\{\s*,\s*\}\s*|,\s*\\[!,]\s*|[ \u00a0\u202f\u2009~]|\\[,; ])(?=\d{3}(?!\d))/y;
const commaFraction = /,\d+(?![\d,.])/y;
const repeatingPart = /\\overline\s*\{(\d+)\}/y;
const exponentPart = /[eE][+-]?\d{1,6}(?![\d.])/y;

export const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= "0" && character <= "9";

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

/** The value of `digits.fraction` with a part that repeats for ever. */
function decimalValue(digits: string, fraction: string, repeating: string): Rational {
  if (digits.length + fraction.length + repeating.length > limits.digits)
    throw new Exceeded("a number with too many digits");
  const scale = 10n ** BigInt(fraction.length);
  const value = rational(BigInt(digits + fraction || "0"), scale)!;
  if (repeating === "") return value;
  return add(value, rational(BigInt(repeating), scale * (10n ** BigInt(repeating.length) - 1n))!);
}

/**
 * Reads the number that begins at `start` with a digit or a point.
 * `decimalComma`: a comma may be a decimal point. `separators`: thousands may be separated by commas; in brackets
 * a comma separates items.
 */
export function readNumber(
  text: string,
  start: number,
  { decimalComma, separators }: { decimalComma: boolean; separators: boolean },
): WrittenNumber {
  let digits = matchAt(digitRun, text, start);
  let at = start + digits.length;
  if (digits.length > 0 && digits.length <= 3 && digits[0] !== "0") {
    const groups = separators ? matchAt(commaThousands, text, at) : "";
    digits += groups.replaceAll(",", "");
    at += groups.length;
    while (groups === "") {
      const separator = matchAt(otherThousands, text, at);
      if (separator === "") break;
      at += separator.length + 3;
      digits += text.slice(at - 3, at);
    }
  }
  let fraction = "";
  let repeating = "";
  if (text[at] === ".") {
    const run = matchAt(digitRun, text, at + 1);
    const repeat = matchAt(repeatingPart, text, at + 1 + run.length);
    // A point behind an integer that no digit follows ends the sentence.
    if (run !== "" || repeat !== "") {
      fraction = run;
      repeating = repeat.replaceAll(/\D/g, "");
      at += 1 + run.length + repeat.length;
    } else if (text[at + 1] === "/") at++; // `3./2` of programs
  } else if (decimalComma && separators && at === start + digits.length) {
    fraction = matchAt(commaFraction, text, at).slice(1);
    if (fraction !== "") at += fraction.length + 1;
  }
  let value = decimalValue(digits, fraction, repeating);
  const exponent = matchAt(exponentPart, text, at);
  if (exponent !== "") {
    value = multiply(value, power({ numerator: 10n, denominator: 1n }, BigInt(exponent.slice(1)))!);
    at += exponent.length;
  }
  return { value, decimal: fraction !== "" && repeating === "", end: at };
}
