/** Exact fractions of big integers: `numerator / denominator` in lowest terms, the denominator positive. */
import { TooLarge, charge, limits, productCost } from "./budget";

export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Length of an integer in bits, up to 3 too long. */
export function bitLength(value: bigint): number {
  const size = Math.abs(Number(value));
  if (size < 1) return 0;
  // Number() rounds, so that a logarithm may be just over or under a whole one.
  return size < 2 ** 1000 ? Math.floor(Math.log2(size)) + 2 : abs(value).toString(16).length * 4;
}

/** Bits that one step of {@link greatestCommonDivisor} looks at. */
const leadingBits = 50;

/** By Lehmer's method: the quotients of Euclid's come from the leading bits of both numbers, many at a time. */
export function greatestCommonDivisor(first: bigint, second: bigint): bigint {
  let [a, b] = [abs(first), abs(second)];
  if (a < b) [a, b] = [b, a];
  for (let length = bitLength(a); length > leadingBits + 3 && b !== 0n; length = bitLength(a)) {
    charge(200 + length / 4);
    const shift = BigInt(length - leadingBits);
    const step = leadingQuotients(Number(a >> shift), Number(b >> shift));
    if (step === null) {
      charge(productCost(length - bitLength(b), bitLength(b)));
      [a, b] = [b, a % b];
    } else [a, b] = [step[0] * a + step[1] * b, step[2] * a + step[3] * b];
  }
  if (b === 0n) return a;
  let [x, y] = [Number(a), Number(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return BigInt(x);
}

/** What the quotients that certain leading parts of two numbers share do to them, as a matrix; null without any. */
function leadingQuotients(first: number, second: number): readonly [bigint, bigint, bigint, bigint] | null {
  let [x, y] = [first, second];
  let [a, b, c, d] = [1, 0, 0, 1];
  while (y + c !== 0 && y + d !== 0) {
    const quotient = Math.floor((x + a) / (y + c));
    if (quotient !== Math.floor((x + b) / (y + d))) break;
    [a, b, c, d] = [c, d, a - quotient * c, b - quotient * d];
    [x, y] = [y, x - quotient * y];
    // Products of whole numbers that are exact in 53 bits.
    if (Math.max(Math.abs(c), Math.abs(d)) > 2 ** 24) break;
  }
  return b === 0 ? null : [BigInt(a), BigInt(b), BigInt(c), BigInt(d)];
}

/** A fraction in lowest terms; null when the denominator is 0. Throws {@link TooLarge} when it is too long. */
export function rational(numerator: bigint, denominator = 1n): Rational | null {
  if (denominator === 0n) return null;
  if (denominator === 1n) {
    if (bitLength(numerator) > limits.bits) throw new TooLarge("a number with too many digits");
    return { numerator, denominator };
  }
  const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  const reduced =
    divisor === 1n
      ? { numerator, denominator }
      : { numerator: numerator / divisor, denominator: denominator / divisor };
  const lengths = [bitLength(reduced.numerator), bitLength(reduced.denominator)] as const;
  // The product that was before, and the quotients.
  charge(2 * productCost(lengths[0], lengths[0]) + 2 * productCost(lengths[1], lengths[1]));
  if (lengths[0] + lengths[1] > limits.bits) throw new TooLarge("a number with too many digits");
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
  if (a.denominator === b.denominator) return a.numerator < b.numerator ? -1 : a.numerator > b.numerator ? 1 : 0;
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  charge(10 * bitLength(difference));
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
export const isInteger = (a: Rational): boolean => a.denominator === 1n;
export const isZero = (a: Rational): boolean => a.numerator === 0n;

/** Largest integer that is not above. */
export function floor({ numerator, denominator }: Rational): bigint {
  if (denominator === 1n) return numerator;
  charge(3 * productCost(bitLength(numerator), bitLength(denominator)));
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

/** `base ** exponent`; null for 0 to a power that is not positive. Throws {@link TooLarge} when the result would be too long. */
export function power(base: Rational, exponent: bigint): Rational | null {
  const size = abs(exponent);
  if (base.denominator === 1n && abs(base.numerator) <= 1n) {
    if (base.numerator === 0n) return exponent <= 0n ? null : zero;
    return base.numerator === 1n || size % 2n === 0n ? one : base;
  }
  const bits = BigInt(bitLength(base.numerator) + bitLength(base.denominator));
  if (size * bits > BigInt(limits.bits) + bits) throw new TooLarge("a power with too many digits");
  charge(2 * productCost(Number(size * bits), Number(size * bits)));
  const numerator = base.numerator ** size;
  const denominator = base.denominator ** size;
  return exponent < 0n ? rational(denominator, numerator) : rational(numerator, denominator);
}

/** Exact length in bits of a positive integer. */
function exactLength(value: bigint): number {
  const digits = value.toString(16);
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28;
}

/** Square root, rounded down: each step doubles the bits that are right. */
function squareRootDown(value: bigint): bigint {
  const half = Math.floor((exactLength(value) - 1) / 2);
  let root = 1n;
  let known = 0;
  for (let step = half === 0 ? -1 : Math.floor(Math.log2(half)); step >= 0; step--) {
    const before = known;
    known = half >> step;
    charge(3 * productCost(known, known));
    root = (root << BigInt(known - before - 1)) + (value >> BigInt(2 * half - before - known + 1)) / root;
  }
  return root * root > value ? root - 1n : root;
}

/** log₂ of a positive integer, with an error far below 2^−30. */
function logarithm(value: bigint): number {
  const excess = Math.max(0, bitLength(value) - 900);
  return Math.log2(Number(value >> BigInt(excess))) + excess;
}

/** Integer `root`-th root of a non-negative integer, rounded down. */
export function integerRoot(value: bigint, root: bigint): bigint {
  if (value < 2n) return value;
  if (root === 2n) return squareRootDown(value);
  const bits = bitLength(value);
  if (root >= BigInt(bits)) return 1n;
  // From just above, Newton's method comes down to the root.
  const size = logarithm(value) / Number(root);
  const whole = Math.max(0, Math.floor(size) - 40);
  let guess = (BigInt(Math.ceil(2 ** (size - whole) * (1 + 2 ** -30))) + 1n) << BigInt(whole);
  for (;;) {
    charge(6 * productCost(bits, bits / 2));
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

/** The fraction with a small denominator to which `base` has to be raised to be `value`; null where there is none. */
export function exactLogarithm(base: Rational, value: Rational): Rational | null {
  if (base.numerator <= 0n || value.numerator <= 0n) return null;
  const log = ({ numerator, denominator }: Rational): number => logarithm(numerator) - logarithm(denominator);
  const [below, above] = [log(base), log(value)];
  if (Math.abs(below) < 1e-9) return null;
  for (const root of [1, 2, 3, 4, 6]) {
    const exponent = Math.round((root * above) / below);
    if (Math.abs(exponent - (root * above) / below) > 1e-6 || Math.abs(exponent) > 4_000) continue;
    const [raised, reached] = [power(value, BigInt(root)), power(base, BigInt(exponent))];
    if (raised !== null && reached !== null && compare(raised, reached) === 0)
      return rational(BigInt(exponent), BigInt(root));
  }
  return null;
}

/** `12`, `-3/4`. */
export function rationalText({ numerator, denominator }: Rational): string {
  if (denominator === 1n && numerator < 1_000_000_000n && numerator > -1_000_000_000n) return String(numerator);
  const [upper, lower] = [bitLength(numerator), bitLength(denominator)];
  charge(5 * (productCost(upper, upper) + productCost(lower, lower)));
  return denominator === 1n ? String(numerator) : `${String(numerator)}/${String(denominator)}`;
}
