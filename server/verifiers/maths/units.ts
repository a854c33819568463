/** Units: what they measure, by what factor two differ, and which may be left out. */
import { unitOf } from "./names";
import { isNumberWord } from "./number-words";
import type { Rational } from "./rational";
import { divide, multiply, one, power, rational } from "./rational";

/** What a unit measures, and how much of the first of its kind it is. */
const known: ReadonlyMap<string, readonly [kind: string, numerator: number, denominator?: number]> = new Map([
  ["m", ["length", 1]],
  ["cm", ["length", 1, 100]],
  ["mm", ["length", 1, 1000]],
  ["μm", ["length", 1, 10 ** 6]],
  ["nm", ["length", 1, 10 ** 9]],
  ["dm", ["length", 1, 10]],
  ["km", ["length", 1000]],
  ["in", ["length", 254, 10_000]],
  ["ft", ["length", 3048, 10_000]],
  ["yd", ["length", 9144, 10_000]],
  ["mi", ["length", 1_609_344, 1000]],
  ["g", ["mass", 1]],
  ["kg", ["mass", 1000]],
  ["mg", ["mass", 1, 1000]],
  ["ton", ["tons", 1]],
  ["s", ["time", 1]],
  ["ms", ["time", 1, 1000]],
  ["min", ["time", 60]],
  ["h", ["time", 3600]],
  ["d", ["time", 86_400]],
  ["week", ["time", 604_800]],
  ["L", ["volume", 1]],
  ["mL", ["volume", 1, 1000]],
  ["gallon", ["gallons", 1]],
  ["quart", ["gallons", 1, 4]],
  ["pint", ["gallons", 1, 8]],
  ["cup", ["gallons", 1, 16]],
  ["acre", ["acres", 1]],
  ["hectare", ["hectares", 1]],
  ["dollar", ["dollars", 1]],
  ["cent", ["dollars", 1, 100]],
  ["lb", ["pounds", 1]],
  ["oz", ["pounds", 1, 16]],
  ["°", ["degrees", 1]],
  ["′", ["degrees", 1, 60]],
  ["″", ["degrees", 1, 3600]],
  ["°C", ["celsius", 1]],
  ["°F", ["fahrenheit", 1]],
  ["K", ["kelvin", 1]],
  ["rad", ["radians", 1]],
  ["month", ["months", 1]],
  ["year", ["months", 12]],
  ["decade", ["months", 120]],
  ["century", ["months", 1200]],
  ["euro", ["euros", 1]],
  ["£", ["pounds sterling", 1]],
  ["yen", ["yen", 1]],
  ["rupee", ["rupees", 1]],
  ["yuan", ["yuan", 1]],
  ["hz", ["frequency", 1]],
  ["kHz", ["frequency", 1000]],
  ["N", ["force", 1]],
  ["kN", ["force", 1000]],
  ["J", ["energy", 1]],
  ["kJ", ["energy", 1000]],
  ["cal", ["calories", 1]],
  ["kcal", ["calories", 1000]],
  ["eV", ["electronvolts", 1]],
  ["W", ["power", 1]],
  ["kW", ["power", 1000]],
  ["V", ["voltage", 1]],
  ["A", ["current", 1]],
  ["C", ["charge", 1]],
  ["Ω", ["resistance", 1]],
  ["T", ["tesla", 1]],
  ["Pa", ["pressure", 1]],
  ["kPa", ["pressure", 1000]],
  ["atm", ["atmospheres", 1]],
  ["mol", ["substance", 1]],
  ["bit", ["bits", 1]],
  ["byte", ["bits", 8]],
  // Of 1,000 or 1,024 bytes, as the problem has it.
  ["KB", ["kilobytes", 1]],
  ["MB", ["megabytes", 1]],
  ["GB", ["gigabytes", 1]],
  ["TB", ["terabytes", 1]],
  ["unit", ["units", 1]],
]);

interface Unit {
  /** What it measures, with exponents. */
  readonly kinds: string;
  readonly factor: Rational;
}

const prefixExponents: Readonly<Record<string, number>> = { square: 2, sq: 2, cubic: 3, cu: 3 };
const suffixExponents: Readonly<Record<string, number>> = { squared: 2, cubed: 3 };
/** Words that say nothing of how much: `6 feet tall`, `20 years old`. */
const idle = new Set("old tall long wide high deep away apart of a an the each".split(" "));

/** Units in one word that are a quotient of others. */
const composed: ReadonlyMap<string, string> = new Map([
  ["mph", "mi per h"],
  ["kmh", "km per h"],
  ["kph", "km per h"],
]);

/** A product of known units as kinds and a factor; null when a word is not a unit. */
function analyse(text: string): Unit | null {
  const parts: { readonly kind: string; readonly size: Rational; exponent: number }[] = [];
  let [sign, prefix] = [1, 1];
  const spaced = text.replaceAll(/[/·*]|\.(?=\s|$)/g, (character) => (character === "/" ? " per " : " "));
  for (const word of spaced
    .replaceAll(/\b(?:mph|kmh|kph)\b/gi, (found) => composed.get(found.toLowerCase())!)
    .split(/\s+/)) {
    if (word === "" || idle.has(word)) continue;
    if (word === "per") {
      sign = -1;
      continue;
    }
    const lower = word.toLowerCase();
    if (prefixExponents[lower] !== undefined) {
      prefix = prefixExponents[lower];
      continue;
    }
    const last = parts.at(-1);
    if (suffixExponents[lower] !== undefined && last !== undefined) {
      last.exponent *= suffixExponents[lower];
      continue;
    }
    const match = /^(.*?)(?:\^?(-?\d))?$/.exec(word)!;
    const size = known.get(unitOf(match[1]!) ?? match[1]!);
    if (size === undefined) return null;
    const exponent = sign * prefix * Number(match[2] ?? 1);
    parts.push({ kind: size[0], size: rational(BigInt(size[1]), BigInt(size[2] ?? 1))!, exponent });
    prefix = 1;
  }
  if (parts.length === 0) return null;
  let factor = one;
  const exponents = new Map<string, number>();
  for (const { kind, size, exponent } of parts) {
    factor = multiply(factor, power(size, BigInt(exponent))!);
    exponents.set(kind, (exponents.get(kind) ?? 0) + exponent);
  }
  const kinds = [...exponents]
    .filter(([, exponent]) => exponent !== 0)
    .map(([kind, exponent]) => `${kind}^${exponent}`);
  return { kinds: kinds.sort().join(), factor };
}

/** Words without order, plural and small words. */
const words = (unit: string): Set<string> =>
  new Set(
    unit
      .toLowerCase()
      .split(/[^\p{L}\d°^]+/u)
      .filter((word) => word !== "" && word !== "of" && word !== "the" && word !== "in")
      .map((word) => (word.length > 3 ? word.replace(/s$/, "") : word)),
  );

/** Words that change what a number says, or deny it. */
const changing = new Set(
  (
    "or and not no non nor is are was were be at least most more less few fewer than below above under over beneath beyond minus plus " +
    "times negative positive wrong false incorrect invalid error squared cubed factorial zero only about around roughly approximately " +
    "almost nearly up down to from by point half double twice triple thrice percent if unless except but without remainder mod modulo " +
    "root power base log maximum minimum max min increase decrease"
  ).split(" "),
);
const changes = (word: string): boolean => changing.has(word) || isNumberWord(word);

const irregular = new Set(
  "people men women children feet mice geese teeth fish sheep deer fruit money food cattle police dice oxen pence series".split(
    " ",
  ),
);
/** Plurals of things that are counted: `apples`, `red balls`, `packs of gum`. */
function isCounted(unit: string): boolean {
  const list = unit
    .toLowerCase()
    .split(/[^\p{L}'-]+/u)
    .filter((word) => word !== "");
  if (list.length === 0 || list.length > 8 || list.some(changes)) return false;
  const of = list.indexOf("of");
  const nouns = of > 0 ? list.slice(0, of) : list.filter((word) => !idle.has(word));
  // The thing that is counted comes last, but for what says where: "students in the class".
  return nouns.some((word) => irregular.has(word) || /[^suiy']s$/.test(word) || /(?:ies|uses|ays|eys|oys)$/.test(word));
}

/** Whether a number says the same without its unit: it is known, or the name of what is counted. */
export const mayBeLeftOut = (unit: string): boolean => analyse(unit) !== null || isCounted(unit);

/** How many of the second unit one of the first is: `m` is 100 `cm`. Null for units of different things. */
export function unitFactor(first: string, second: string): Rational | null {
  if (first === second) return one;
  const [a, b] = [analyse(first), analyse(second)];
  if (a !== null && b !== null) return a.kinds === b.kinds ? divide(a.factor, b.factor) : null;
  if (a !== null || b !== null) return null;
  // Words, such as `balls` and `red balls`: one may say more than the other, but not something else.
  const [x, y] = [words(first), words(second)];
  const more = [...x].every((word) => y.has(word)) ? [...y].filter((word) => !x.has(word)) : null;
  const fewer = [...y].every((word) => x.has(word)) ? [...x].filter((word) => !y.has(word)) : null;
  const further = more ?? fewer;
  return further === null || further.some(changes) ? null : one;
}
