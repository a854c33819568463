/** Exact fractions of big integers: `numerator / denominator` in lowest terms, the denominator positive. */
import { Exceeded, limits } from "./budget";

export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Length of an integer in bits. */
export const bitLength = (value: bigint): number => (value === 0n ? 0 : abs(value).toString(16).length * 4);

export function greatestCommonDivisor(first: bigint, second: bigint): bigint {
  let [a, b] = [abs(first), abs(second)];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** A fraction in lowest terms; null when the denominator is 0. Throws {@link Exceeded} when it is too long. */
export function rational(numerator: bigint, denominator = 1n): Rational | null {
  if (denominator === 0n) return null;
  if (denominator === 1n) {
    if (bitLength(numerator) > limits.bits) throw new Exceeded("a number with too many digits");
    return { numerator, denominator };
  }
  const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  const reduced = { numerator: numerator / divisor, denominator: denominator / divisor };
  if (bitLength(reduced.numerator) + bitLength(reduced.denominator) > limits.bits)
    throw new Exceeded("a number with too many digits");
  return reduced;
}

export const integer = (value: bigint | number): Rational => ({ numerator: BigInt(value), denominator: 1n });
export const zero = integer(0);
export const one = integer(1);

export const add = (a: Rational, b: Rational): Rational =>
  a.denominator === 1n && b.denominator === 1n
    ? rational(a.numerator + b.numerator)!
    : rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)!;
export const multiply = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.numerator, a.denominator * b.denominator)!;
/** Null when dividing by 0. */
export const divide = (a: Rational, b: Rational): Rational | null =>
  rational(a.numerator * b.denominator, a.denominator * b.numerator);
export const negate = (a: Rational): Rational => ({ numerator: -a.numerator, denominator: a.denominator });
export const subtract = (a: Rational, b: Rational): Rational => add(a, negate(b));
export const absolute = (a: Rational): Rational => (a.numerator < 0n ? negate(a) : a);
/** −1, 0 or 1. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
export const isInteger = (a: Rational): boolean => a.denominator === 1n;
export const isZero = (a: Rational): boolean => a.numerator === 0n;

/** Largest integer that is not above. */
export function floor({ numerator, denominator }: Rational): bigint {
  const quotient = numerator / denominator;
  return numerator < 0n && quotient * denominator !== numerator ? quotient - 1n : quotient;
}

/** The nearest multiple of 10^−digits, halves away from zero. */
export function roundTo(value: Rational, digits: number): Rational {
  const scale = 10n ** BigInt(digits);
  const { numerator, denominator } = absolute(value);
  const rounded = (2n * numerator * scale + denominator) / (2n * denominator);
  return rational(value.numerator < 0n ? -rounded : rounded, scale)!;
}

/** `base ** exponent`; null for 0 to a negative power. Throws {@link Exceeded} when the result would be too long. */
export function power(base: Rational, exponent: bigint): Rational | null {
  const size = abs(exponent);
  if (base.denominator === 1n && abs(base.numerator) <= 1n) {
    if (base.numerator === 0n) return exponent < 0n ? null : exponent === 0n ? one : zero;
    return base.numerator === 1n || size % 2n === 0n ? one : base;
  }
  const bits = BigInt(bitLength(base.numerator) + bitLength(base.denominator));
  if (size * bits > BigInt(limits.bits) + bits) throw new Exceeded("a power with too many digits");
  const numerator = base.numerator ** size;
  const denominator = base.denominator ** size;
  return exponent < 0n ? rational(denominator, numerator) : rational(numerator, denominator);
}

/** Integer `root`-th root of a non-negative integer, rounded down. */
export function integerRoot(value: bigint, root: bigint): bigint {
  if (value < 2n) return value;
  const bits = BigInt(bitLength(value));
  if (root >= bits) return 1n;
  let guess = 1n << (bits / root + 1n);
  for (;;) {
    const next = ((root - 1n) * guess + value / guess ** (root - 1n)) / root;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** `value ** (1 / root)` where that is rational and `value` not negative; else null. */
export function exactRoot(value: Rational, root: bigint): Rational | null {
  if (value.numerator < 0n) return null;
  const numerator = integerRoot(value.numerator, root);
  const denominator = integerRoot(value.denominator, root);
  return numerator ** root === value.numerator && denominator ** root === value.denominator
    ? rational(numerator, denominator)
    : null;
}

/** `12`, `-3/4`. */
export const rationalText = ({ numerator, denominator }: Rational): string =>
  denominator === 1n ? String(numerator) : `${String(numerator)}/${String(denominator)}`;
