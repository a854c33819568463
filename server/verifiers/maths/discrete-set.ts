/** Sets of numbers in equal steps, such as the integers, the odd ones from 3 on, or all `π/4 + kπ`. */
import { undefinedValue } from "./big-float";
import type { Budget } from "./budget";
import { charge } from "./budget";
import { evaluate, exactValue } from "./evaluate";
import { call, constant, number } from "./expression";
import type { Expression } from "./expression";
import {
  absolute,
  add,
  compare,
  divide,
  floor,
  integer,
  isZero,
  multiply,
  negate,
  one,
  rationalText,
  subtract,
  zero,
} from "./rational";
import type { Rational } from "./rational";
import type { RealSet } from "./real-set";
import { order } from "./same-value";
import { asFloat } from "./values";

/** The integers from `low` to `high`; null: without end. */
interface Range {
  readonly low: bigint | null;
  readonly high: bigint | null;
}

/** `offset + n·step` for each n in the ranges, which are in order and apart. */
interface Progression {
  readonly offset: Rational;
  readonly ranges: readonly Range[];
}

export interface DiscreteSet {
  /** What all of its numbers are multiples of. */
  readonly unit: "one" | "pi";
  /** Above 0. */
  readonly step: Rational;
  /** By the text of their offsets, which are in [0, step); none is empty. */
  readonly progressions: ReadonlyMap<string, Progression>;
}

/** Progressions in a set, and numbers up to which a set is written out. */
const most = 400;

const below = (a: bigint | null, b: bigint | null): boolean => a !== null && b !== null && a < b;

/** Ranges in order, those that meet joined. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges
    .filter(({ low, high }) => !below(high, low))
    .sort((a, b) => (a.low === b.low ? 0 : a.low === null || (b.low !== null && a.low < b.low) ? -1 : 1));
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last === undefined || (last.high !== null && range.low !== null && range.low > last.high + 1n))
      result.push(range);
    else if (last.high !== null && (range.high === null || range.high > last.high))
      result[result.length - 1] = { low: last.low, high: range.high };
  }
  return result;
}

const overlap = (a: readonly Range[], b: readonly Range[]): readonly Range[] =>
  joined(
    a.flatMap((x) =>
      b.map((y) => ({
        low: x.low === null ? y.low : y.low === null || x.low > y.low ? x.low : y.low,
        high: x.high === null ? y.high : y.high === null || x.high < y.high ? x.high : y.high,
      })),
    ),
  );

function discreteSet(unit: DiscreteSet["unit"], step: Rational, parts: readonly Progression[]): DiscreteSet {
  const progressions = new Map<string, Progression>();
  for (const { offset, ranges } of parts) {
    // The offset into [0, step), the numbers with it.
    const steps = floor(divide(offset, step)!);
    const shifted = ranges.map(({ low, high }) => ({
      low: low === null ? null : low + steps,
      high: high === null ? null : high + steps,
    }));
    const reduced = subtract(offset, multiply(step, integer(steps)));
    const key = rationalText(reduced);
    const all = joined([...(progressions.get(key)?.ranges ?? []), ...shifted]);
    if (all.length > 0) progressions.set(key, { offset: reduced, ranges: all });
  }
  return { unit, step, progressions };
}

const unbounded: readonly Range[] = [{ low: null, high: null }];
export const allInSteps = (step: Rational, offset: Rational, unit: DiscreteSet["unit"] = "one"): DiscreteSet =>
  discreteSet(unit, absolute(step), [{ offset, ranges: unbounded }]);
export const integers = allInSteps(one, zero);
export const integersFrom = (low: bigint): DiscreteSet =>
  discreteSet("one", one, [{ offset: zero, ranges: [{ low, high: null }] }]);
export const points = (values: readonly Rational[]): DiscreteSet =>
  discreteSet(
    "one",
    one,
    values.map((offset) => ({ offset, ranges: [{ low: 0n, high: 0n }] })),
  );

/** The same set with a step that is a multiple; null where that makes too many progressions. */
function restepped(set: DiscreteSet, step: Rational): DiscreteSet | null {
  const times = divide(step, set.step)!.numerator;
  if (times === 1n) return set;
  if (times * BigInt(set.progressions.size) > BigInt(most)) return null;
  const up = (n: bigint): bigint => -floor({ numerator: -n, denominator: times });
  const parts: Progression[] = [];
  for (const { offset, ranges } of set.progressions.values())
    for (let k = 0n; k < times; k++) {
      charge(500);
      // n = m·times + k
      const own = ranges.map(({ low, high }) => ({
        low: low === null ? null : up(low - k),
        high: high === null ? null : floor({ numerator: high - k, denominator: times }),
      }));
      parts.push({ offset: add(offset, multiply(set.step, integer(k))), ranges: joined(own) });
    }
  return discreteSet(set.unit, step, parts);
}

/** Two sets with one step; null where they have none, or too many progressions. */
function aligned(a: DiscreteSet, b: DiscreteSet): readonly [DiscreteSet, DiscreteSet] | null {
  if (a.unit !== b.unit) return null;
  let [x, y] = [a.step, b.step];
  while (!isZero(y)) [x, y] = [y, subtract(x, multiply(y, integer(floor(divide(x, y)!))))];
  const step = divide(multiply(a.step, b.step), x)!;
  const [first, second] = [restepped(a, step), restepped(b, step)];
  return first === null || second === null ? null : [first, second];
}

/** Null where it cannot be told, as with the other operations. */
export function discreteUnion(a: DiscreteSet, b: DiscreteSet): DiscreteSet | null {
  const both = aligned(a, b);
  if (both === null) return null;
  return discreteSet(
    a.unit,
    both[0].step,
    both.flatMap(({ progressions }) => [...progressions.values()]),
  );
}

export function discreteIntersection(a: DiscreteSet, b: DiscreteSet): DiscreteSet | null {
  const both = aligned(a, b);
  if (both === null) return null;
  const parts = [...both[0].progressions].map(([key, { offset, ranges }]) => ({
    offset,
    ranges: overlap(ranges, both[1].progressions.get(key)?.ranges ?? []),
  }));
  return discreteSet(a.unit, both[0].step, parts);
}

export function sameDiscrete(a: DiscreteSet, b: DiscreteSet): boolean | null {
  const both = aligned(a, b);
  if (both === null) return a.unit === b.unit ? null : false;
  const [first, second] = both;
  if (first.progressions.size !== second.progressions.size) return false;
  return [...first.progressions].every(([key, { ranges }]) => {
    const others = second.progressions.get(key)?.ranges;
    return (
      others?.length === ranges.length &&
      ranges.every(({ low, high }, index) => low === others[index]!.low && high === others[index]!.high)
    );
  });
}

/** `factor·x + shift` for each x of a set. */
export function discreteImage(set: DiscreteSet, factor: Rational, shift: Rational): DiscreteSet {
  const parts = [...set.progressions.values()].map(({ offset, ranges }) => ({
    offset: add(multiply(offset, factor), shift),
    ranges:
      factor.numerator > 0n
        ? ranges
        : ranges.map(({ low, high }) => ({ low: high === null ? null : -high, high: low === null ? null : -low })),
  }));
  return discreteSet(set.unit, absolute(multiply(set.step, factor)), parts);
}

export const inUnitsOfPi = (set: DiscreteSet): DiscreteSet => ({ ...set, unit: "pi" });

const isInfinite = (bound: Expression): boolean =>
  (bound.kind === "constant" && bound.name === "infinity") ||
  (bound.kind === "call" && bound.name === "negate" && isInfinite(bound.args[0]!));

/** The least n for which `offset + n·step` is at or, `beyond`, above a bound. Null where it cannot be told. */
function firstFrom(
  set: DiscreteSet,
  offset: Rational,
  bound: Expression,
  beyond: boolean,
  budget: Budget,
): bigint | null {
  const exact = set.unit === "one" ? exactValue(bound, budget) : null;
  if (exact !== null) {
    const quotient = divide(subtract(exact, offset), set.step)!;
    const whole = -floor(negate(quotient));
    return beyond && compare(integer(whole), quotient) === 0 ? whole + 1n : whole;
  }
  // An estimate, and exact comparisons around it.
  const approximate = (expression: Expression): number => {
    const evaluation = { budget, precision: 128, names: new Map<string, Rational>() };
    const value = asFloat(evaluate(expression, evaluation), evaluation);
    if (value.im !== 0n) throw undefinedValue;
    return Number(value.re) * 2 ** value.exponent;
  };
  const element = (n: bigint): Expression => {
    const multiple = number(add(offset, multiply(set.step, integer(n))));
    return set.unit === "pi" ? call("multiply", multiple, constant("pi")) : multiple;
  };
  try {
    const scale = set.unit === "pi" ? Math.PI : 1;
    const estimate = (approximate(bound) / scale - approximate(number(offset))) / approximate(number(set.step));
    if (!(Math.abs(estimate) < 1e12)) return null;
    for (let n = BigInt(Math.floor(estimate)) - 1n, tries = 0; tries < 5; n++, tries++) {
      const sorted = order(element(n), bound, budget);
      if (sorted === null) return null;
      if (sorted > 0 || (sorted === 0 && !beyond)) return n;
    }
    return null;
  } catch (error) {
    if (error === undefinedValue) return null;
    throw error;
  }
}

/** What of a set lies within a set of real numbers. */
export function discreteWithin(set: DiscreteSet, reals: RealSet, budget: Budget): DiscreteSet | null {
  const parts: Progression[] = [];
  for (const { offset, ranges } of set.progressions.values()) {
    const kept: Range[] = [];
    for (const { low, high, lowClosed, highClosed } of reals) {
      const first = isInfinite(low) ? null : firstFrom(set, offset, low, !lowClosed, budget);
      const behind = isInfinite(high) ? null : firstFrom(set, offset, high, highClosed, budget);
      if ((first === null && !isInfinite(low)) || (behind === null && !isInfinite(high))) return null;
      kept.push({ low: first, high: behind === null ? null : behind - 1n });
    }
    parts.push({ offset, ranges: overlap(ranges, joined(kept)) });
  }
  return discreteSet(set.unit, set.step, parts);
}

/** Its numbers in order; null when there is no end to them. */
export function membersOf(set: DiscreteSet): readonly Rational[] | null {
  const found: Rational[] = [];
  for (const { offset, ranges } of set.progressions.values())
    for (const { low, high } of ranges) {
      if (low === null || high === null || high - low > BigInt(most)) return null;
      for (let n = low; n <= high; n++) found.push(add(offset, multiply(set.step, integer(n))));
    }
  return found.sort(compare);
}
