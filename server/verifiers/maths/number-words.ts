/** Numbers in English words: `twenty-five`, `three hundred and five`, `two thirds`, `5 million`, `3 dozen`. */
import type { Rational } from "./rational";
import { add, multiply, negate, rational } from "./rational";

const below20 = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen"
).split(" ");
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const small: ReadonlyMap<string, number> = new Map([
  ...below20.map((word, value) => [word, value] as const),
  ...tens.map((word, index) => [word, 20 + 10 * index] as const),
]);
const large: ReadonlyMap<string, bigint> = new Map([
  ["thousand", 10n ** 3n],
  ["lakh", 10n ** 5n],
  ["million", 10n ** 6n],
  ["crore", 10n ** 7n],
  ["billion", 10n ** 9n],
  ["trillion", 10n ** 12n],
]);
const denominators = (
  "half third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth " +
  "seventeenth eighteenth nineteenth twentieth"
).split(" ");
const fractions: ReadonlyMap<string, bigint> = new Map([
  ...denominators.map((word, index) => [word, BigInt(index + 2)] as const),
  ["quarter", 4n],
  ["hundredth", 100n],
  ["thousandth", 1000n],
  ["millionth", 10n ** 6n],
  ["billionth", 10n ** 9n],
]);

const singular = (word: string): string => (word === "halves" ? "half" : word.replace(/s$/, ""));

/** What a word behind a number multiplies it by: `million`, `dozen`, `tenths`. Undefined for another word. */
export function scaleOf(word: string): Rational | undefined {
  const one = singular(word.toLowerCase());
  if (word.toLowerCase() === "tens") return { numerator: 10n, denominator: 1n };
  const size = one === "hundred" ? 100n : one === "dozen" ? 12n : large.get(one);
  if (size !== undefined) return { numerator: size, denominator: 1n };
  const part = fractions.get(one);
  return part === undefined ? undefined : { numerator: 1n, denominator: part };
}

/** Whether a word is part of a number in words, or of none. */
export const isNumberWord = (word: string): boolean =>
  small.has(word.toLowerCase()) || small.has(singular(word.toLowerCase())) || scaleOf(word) !== undefined;

/** `three hundred and five thousand`; null for anything else. */
function cardinal(words: readonly string[]): bigint | null {
  let [total, group, seen] = [0n, 0n, false];
  let last = "";
  for (const word of words) {
    if (word === "and") {
      if (!/^(?:hundred|thousand|million|billion|trillion)$/.test(last)) return null;
    } else if (small.has(word)) {
      const value = BigInt(small.get(word)!);
      // `twenty five` and `hundred five`, but not `five twenty` or `five six`.
      const joins = last === "" || last === "and" || last === "hundred" || large.has(last);
      if (!joins && !(tens.includes(last) && value > 0n && value < 10n)) return null;
      group += value;
      seen = true;
    } else if (word === "hundred" || word === "dozen") {
      if (last === "and" || group >= 100n) return null;
      group = (seen && group > 0n ? group : 1n) * (word === "dozen" ? 12n : 100n);
      seen = true;
    } else {
      const size = large.get(word);
      if (size === undefined || !seen || group === 0n || last === "and") return null;
      total += group * size;
      group = 0n;
    }
    last = word;
  }
  return seen && last !== "and" ? total + group : null;
}

/** `two thirds`, `one half`, `a quarter`; null for anything else. */
function fraction(words: readonly string[]): Rational | null {
  const denominator = fractions.get(singular(words.at(-1) ?? ""));
  if (denominator === undefined) return null;
  const before = words.slice(0, -1);
  if (before.length === 0) return words[0] === "half" ? rational(1n, 2n) : null;
  const numerator = before.length === 1 && before[0] === "a" ? 1n : cardinal(before);
  if (numerator === null) return null;
  // `one third`, `two thirds`: a plural for one, or none for two, is an ordinal.
  if ((numerator === 1n) !== !/(?:s|halves)$/.test(words.at(-1)!)) return null;
  return rational(numerator, denominator);
}

/** The value of a number in words, such as `minus two and a half`; null for words that are anything else. */
export function numberInWords(text: string): Rational | null {
  const words = text
    .toLowerCase()
    .replaceAll("-", " ")
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0 || words.length > 20) return null;
  if (words[0] === "minus" || words[0] === "negative") {
    const value = numberInWords(words.slice(1).join(" "));
    return value === null ? null : negate(value);
  }
  if (words[0] === "a" && /^(?:hundred|thousand|million|billion|trillion|dozen)$/.test(words[1] ?? ""))
    words[0] = "one";
  const whole = cardinal(words);
  if (whole !== null) return { numerator: whole, denominator: 1n };
  const part = fraction(words);
  if (part !== null) return part;
  const and = words.lastIndexOf("and");
  if (and <= 0) return null;
  const [integral, rest] = [cardinal(words.slice(0, and)), fraction(words.slice(and + 1))];
  return integral === null || rest === null ? null : add({ numerator: integral, denominator: 1n }, rest);
}

/**
 * The number that a phrase begins with, and the words behind it: `twelve red balls`, `three dozen eggs`. Null without one.
 */
export function leadingNumberWords(text: string): { readonly value: Rational; readonly rest: string } | null {
  const words = text.trim().split(/\s+/);
  if (!/^(?:minus|negative|a|half)$/i.test(words[0]!) && !isNumberWord(words[0]!.split("-")[0]!)) return null;
  for (let count = Math.min(words.length, 12); count > 0; count--) {
    const value = numberInWords(words.slice(0, count).join(" "));
    if (value !== null) return { value, rest: words.slice(count).join(" ") };
  }
  return null;
}

/** Takes the words off the front of a unit that belong to the number: `million dollars` is 10⁶ and `dollars`. */
export function scaled(value: Rational, unit: string): { readonly value: Rational; readonly unit: string } {
  const words = unit.split(" ");
  let [result, at] = [value, 0];
  for (; at < words.length; at++) {
    const scale = scaleOf(words[at]!);
    if (scale === undefined) break;
    result = multiply(result, scale);
  }
  if (at > 0 && words[at]?.toLowerCase() === "of" && /^an?$/i.test(words[at + 1] ?? "")) at += 2;
  return { value: result, unit: words.slice(at).join(" ") };
}
