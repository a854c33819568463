/** Whether two units are the same, or by what factor they differ. */
import type { Rational } from "./rational";
import { divide, multiply, one, power, rational } from "./rational";

/** What a unit measures, and how much of the first of its kind it is. */
const known: ReadonlyMap<string, readonly [kind: string, numerator: number, denominator?: number]> = new Map([
  ["m", ["length", 1]],
  ["cm", ["length", 1, 100]],
  ["mm", ["length", 1, 1000]],
  ["km", ["length", 1000]],
  ["in", ["length", 254, 10_000]],
  ["ft", ["length", 3048, 10_000]],
  ["yd", ["length", 9144, 10_000]],
  ["mi", ["length", 1_609_344, 1000]],
  ["g", ["mass", 1]],
  ["kg", ["mass", 1000]],
  ["mg", ["mass", 1, 1000]],
  ["s", ["time", 1]],
  ["min", ["time", 60]],
  ["h", ["time", 3600]],
  ["d", ["time", 86_400]],
  ["week", ["time", 604_800]],
  ["L", ["volume", 1]],
  ["mL", ["volume", 1, 1000]],
  ["dollar", ["dollars", 1]],
  ["cent", ["dollars", 1, 100]],
  ["lb", ["pounds", 1]],
  ["oz", ["pounds", 1, 16]],
  ["°", ["degrees", 1]],
  ["rad", ["radians", 1]],
  ["month", ["months", 1]],
  ["year", ["months", 12]],
  ["euro", ["euros", 1]],
  ["yuan", ["yuan", 1]],
  ["hz", ["frequency", 1]],
  ["mph", ["mph", 1]],
  ["kmh", ["kmh", 1]],
]);

/** A product of known units as kinds and a factor; null when a word is not a unit. */
function analyse(unit: string): { readonly kinds: string; readonly factor: Rational } | null {
  const kinds: string[] = [];
  let factor = one;
  for (const [place, part] of unit.replaceAll(/ per /g, "/").split("/").entries()) {
    for (const word of part.split(" ")) {
      const match = /^(.*?)(?:\^(\d))?$/.exec(word)!;
      const size = known.get(match[1]!);
      if (size === undefined) return null;
      const exponent = Number(match[2] ?? 1);
      const sized = power(rational(BigInt(size[1]), BigInt(size[2] ?? 1))!, BigInt(exponent))!;
      factor = place === 0 ? multiply(factor, sized) : divide(factor, sized)!;
      kinds.push(`${place === 0 ? "" : "per "}${size[0]}^${exponent}`);
    }
  }
  return { kinds: kinds.sort().join(), factor };
}

/** Words without order, plural and small words. */
const words = (unit: string): Set<string> =>
  new Set(
    unit
      .toLowerCase()
      .split(/[^a-z0-9°^]+/)
      .filter((word) => word !== "" && word !== "of" && word !== "the" && word !== "in")
      .map((word) => (word.length > 3 ? word.replace(/s$/, "") : word)),
  );

/** How many of the second unit one of the first is: `m` is 100 `cm`. Null for units of different things. */
export function unitFactor(first: string, second: string): Rational | null {
  if (first === second) return one;
  const [a, b] = [analyse(first), analyse(second)];
  if (a !== null && b !== null) return a.kinds === b.kinds ? divide(a.factor, b.factor) : null;
  // Words, such as `balls` and `red balls`: one may say more than the other, but not something else.
  const [x, y] = [words(first), words(second)];
  return [...x].every((word) => y.has(word)) || [...y].every((word) => x.has(word)) ? one : null;
}
