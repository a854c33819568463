/** Where expressions in one name change their sign: the places at which an absolute value or a maximum becomes another formula. */
import { undefinedValue } from "./big-float";
import type { Budget } from "./budget";
import { TooLarge } from "./budget";
import { evaluate } from "./evaluate";
import type { Expression } from "./expression";
import { add, compare, divide, integer, multiply, negate, rational, subtract, zero } from "./rational";
import type { Rational } from "./rational";
import { isExact } from "./values";

/** Degree up to which a polynomial is recognised. */
const largestDegree = 4;
const most = 12;
/** Changes of sign that are looked for in what is no polynomial, and steps that are taken towards one. */
const mostChanges = 4;
const bisections = 12;

/** The value of an expression for a number in place of a name; null without a real one. */
type Evaluated = (at: Rational) => Rational | null;

/** A double as a fraction, cut to some 30 bits. */
export function fromDouble(value: number): Rational {
  const scale = Math.max(0, 30 - Math.ceil(Math.log2(Math.abs(value) + 1)));
  return rational(BigInt(Math.round(value * 2 ** scale)), 2n ** BigInt(scale))!;
}

function evaluated(
  expression: Expression,
  name: string,
  others: ReadonlyMap<string, Rational>,
  budget: Budget,
): Evaluated {
  const names = new Map(others);
  return (at) => {
    names.set(name, at);
    try {
      const value = evaluate(expression, { budget, precision: 64, names, memory: new Map() });
      if (isExact(value)) return value;
      if (value.im !== 0n || Math.abs(value.exponent) > 4_000) return null;
      return value.exponent < 0
        ? rational(value.re, 1n << BigInt(-value.exponent))!
        : integer(value.re << BigInt(value.exponent));
    } catch (error) {
      if (error === undefinedValue || error instanceof TooLarge) return null;
      throw error;
    }
  };
}

/** Forward differences at 0 of a polynomial: constant first, without zeros at the end. Null for anything else. */
function differences(value: Evaluated): readonly Rational[] | null {
  let row: Rational[] = [];
  for (let at = 0; at <= largestDegree + 2; at++) {
    const result = value(integer(at));
    if (result === null) return null;
    row.push(result);
  }
  const found: Rational[] = [];
  while (row.length > 0) {
    found.push(row[0]!);
    row = row.slice(1).map((item, index) => subtract(item, row[index]!));
  }
  if (found.slice(largestDegree + 1).some((item) => item.numerator !== 0n)) return null;
  while (found.at(-1)?.numerator === 0n) found.pop();
  return found;
}

/** The coefficients, constant first, from the differences: Newton's form multiplied out. */
function coefficients(found: readonly Rational[]): readonly Rational[] {
  const result = found.map(() => zero);
  let basis: Rational[] = [integer(1)];
  for (const [degree, difference] of found.entries()) {
    basis.forEach((coefficient, index) => (result[index] = add(result[index]!, multiply(coefficient, difference))));
    // The next basis polynomial: times (x − degree) / (degree + 1).
    const factor = rational(1n, BigInt(degree + 1))!;
    basis = [...basis, zero].map((item, index) =>
      multiply(factor, subtract(index > 0 ? basis[index - 1]! : zero, multiply(item, integer(degree)))),
    );
  }
  return result;
}

const valueAt = (polynomial: readonly number[], x: number): number =>
  polynomial.reduceRight((value, coefficient) => value * x + coefficient, 0);

/** Real roots of a polynomial and of its derivatives, about: between two roots of the derivative there is one of its own at most. */
function criticalPoints(polynomial: readonly number[]): number[] {
  if (polynomial.length < 2) return [];
  if (polynomial.length === 2) return [-polynomial[0]! / polynomial[1]!];
  const turns = criticalPoints(polynomial.slice(1).map((coefficient, index) => coefficient * (index + 1))).sort(
    (a, b) => a - b,
  );
  const bound = 1 + Math.max(...polynomial.map((coefficient) => Math.abs(coefficient / polynomial.at(-1)!)));
  const ends = [-bound, ...turns, bound];
  const found = [...turns];
  for (const [index, end] of ends.slice(1).entries()) {
    let [low, high] = [ends[index]!, end];
    const rising = valueAt(polynomial, low) < valueAt(polynomial, high);
    if (valueAt(polynomial, low) * valueAt(polynomial, high) > 0) continue;
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2;
      if (valueAt(polynomial, middle) < 0 === rising) low = middle;
      else high = middle;
    }
    found.push((low + high) / 2);
  }
  return found;
}

const toDouble = ({ numerator, denominator }: Rational): number => Number(numerator) / Number(denominator);

/** Hundredths of all sizes between which signs are looked for, where an expression is no polynomial. */
const grid = [
  1, 2, 5, 11, 37, 100, 160, 230, 310, 470, 640, 810, 1_000, 3_000, 9_000, 100_000, 1_000_000, 1e8, 1e10, 1e12, 1e15,
];

/** Between two points where the sign changes. */
function bisected(value: Evaluated, from: Rational, to: Rational): Rational {
  let [low, high] = [from, to];
  const start = value(low)!.numerator < 0n;
  for (let step = 0; step < bisections; step++) {
    const middle = divide(add(low, high), integer(2))!;
    const result = value(middle);
    if (result === null) break;
    if (result.numerator < 0n === start) low = middle;
    else high = middle;
  }
  return high;
}

function signChanges(value: Evaluated): Rational[] {
  const found: Rational[] = [];
  for (const sign of [1n, -1n]) {
    let [changes, before]: [number, { at: Rational; value: Rational } | null] = [0, null];
    for (const size of grid) {
      if (changes >= mostChanges) break;
      const at = rational(sign * BigInt(size), 100n)!;
      const result = value(at);
      if (result !== null && before !== null && result.numerator < 0n !== before.value.numerator < 0n) {
        found.push(bisected(value, before.at, at));
        changes++;
      }
      before = result === null ? null : { at, value: result };
    }
  }
  return found;
}

/** Where an expression changes its sign or turns, in order: exact for a linear one, close by for others. */
function rootsOf(value: Evaluated): readonly Rational[] {
  const found = differences(value);
  if (found === null) return signChanges(value);
  if (found.length === 2) return [divide(negate(found[0]!), found[1]!)!];
  return criticalPoints(coefficients(found).map(toDouble)).filter(Number.isFinite).map(fromDouble);
}

/** Values for a name on every side of each place where a switch turns: before, at, just behind and between. `others`: of the other names. */
export function aroundBreakpoints(
  switches: readonly Expression[],
  name: string,
  others: ReadonlyMap<string, Rational>,
  budget: Budget,
): readonly Rational[] {
  const roots = switches
    .flatMap((expression) => rootsOf(evaluated(expression, name, others, budget)))
    .sort(compare)
    .filter((root, index, all) => index === 0 || compare(root, all[index - 1]!) !== 0)
    .slice(0, most);
  if (roots.length === 0) return [];
  const [first, last] = [roots[0]!, roots.at(-1)!];
  const size = (root: Rational): Rational => add(root.numerator < 0n ? negate(root) : root, integer(1));
  const beyond = (root: Rational, sign: bigint): Rational =>
    add(root, multiply(size(root), { numerator: sign * 17n, denominator: 16n }));
  const points = [beyond(first, -1n), beyond(last, 1n)];
  for (const [index, root] of roots.entries()) {
    const next = roots[index + 1];
    const room = next === undefined ? size(root) : subtract(next, root);
    const before = index === 0 ? size(root) : subtract(root, roots[index - 1]!);
    points.push(
      root,
      add(root, multiply(room, rational(7n, 512n)!)),
      subtract(root, multiply(before, rational(7n, 512n)!)),
    );
    if (next !== undefined) points.push(add(root, multiply(room, rational(31n, 64n)!)));
  }
  return points;
}
