/**
 * Complex numbers of any precision that know how wrong they may be: `(re + im·i) · 2^exponent`, at most `2^error` from the true value.
 * Comparisons are decided by that bound, never by a tolerance.
 */
import { integerRoot } from "./rational";
import type { Rational } from "./rational";

export interface BigFloat {
  readonly re: bigint;
  readonly im: bigint;
  readonly exponent: number;
  /** log₂ of the largest possible distance to the true value; −∞ when exact. */
  readonly error: number;
}

/** There is no value: a division by 0, a logarithm of 0, a factorial of a fraction. One object, as for `unparseable`. */
export class Undefined extends Error {
  override readonly name = "Undefined";
}
export const undefinedValue = new Undefined("has no value");

const exact = Number.NEGATIVE_INFINITY;
const abs = (value: bigint): bigint => (value < 0n ? -value : value);
/** Length in bits, up to 3 too long. */
export const bits = (value: bigint): number => (value === 0n ? 0 : abs(value).toString(16).length * 4);
/** An upper bound of log₂(2^a + 2^b). */
export const joined = (first: number, second: number): number =>
  first === exact ? second : second === exact ? first : Math.max(first, second) + 1;

export const bigFloat = (re: bigint, exponent = 0, im = 0n, error = exact): BigFloat => ({ re, im, exponent, error });
export const bigZero = bigFloat(0n);
export const bigOne = bigFloat(1n);

/** An upper bound of log₂ |z|; −∞ for 0. */
export function magnitude({ re, im, exponent }: BigFloat): number {
  const length = Math.max(bits(re), bits(im));
  return length === 0 ? exact : exponent + length + (im === 0n ? 0 : 1);
}
/** A lower bound of log₂ of the stored value, not counting its error; −∞ for 0. */
function lowerMagnitude({ re, im, exponent }: BigFloat): number {
  const length = Math.max(bits(re), bits(im));
  return length === 0 ? exact : exponent + length - 4;
}
/** Whether the true value may be 0. */
export const mayBeZero = (value: BigFloat): boolean => lowerMagnitude(value) <= value.error;
/** Whether it is real as far as is known. */
export const isReal = ({ im, exponent, error }: BigFloat): boolean => im === 0n || exponent + bits(im) <= error;

/** Keeps `precision` bits. */
export function round(value: BigFloat, precision: number): BigFloat {
  const excess = Math.max(bits(value.re), bits(value.im)) - precision;
  if (excess <= 8) return value;
  const shift = BigInt(excess);
  const exponent = value.exponent + excess;
  return { re: value.re >> shift, im: value.im >> shift, exponent, error: joined(value.error, exponent + 1) };
}

export function fromRational({ numerator, denominator }: Rational, precision: number): BigFloat {
  if (denominator === 1n) return bigFloat(numerator);
  const shift = Math.max(0, precision + bits(denominator) - bits(numerator) + 4);
  const scaled = numerator << BigInt(shift);
  const quotient = scaled / denominator;
  return bigFloat(quotient, -shift, 0n, quotient * denominator === scaled ? exact : -shift);
}

export const negate = (value: BigFloat): BigFloat => ({ ...value, re: -value.re, im: -value.im });

export function add(a: BigFloat, b: BigFloat, precision: number): BigFloat {
  if (a.exponent < b.exponent) return add(b, a, precision);
  const gap = a.exponent - b.exponent;
  // The smaller one is far below what is kept.
  if (gap > 8 * precision + 4096) {
    if (a.re === 0n && a.im === 0n) return { ...b, error: joined(a.error, b.error) };
    return { ...a, error: joined(joined(a.error, b.error), magnitude(b)) };
  }
  const shift = BigInt(gap);
  const sum = bigFloat((a.re << shift) + b.re, b.exponent, (a.im << shift) + b.im, joined(a.error, b.error));
  return round(sum, precision);
}
export const subtract = (a: BigFloat, b: BigFloat, precision: number): BigFloat => add(a, negate(b), precision);

export function multiply(a: BigFloat, b: BigFloat, precision: number): BigFloat {
  const error = joined(joined(magnitude(a) + b.error, magnitude(b) + a.error), a.error + b.error);
  const exponent = a.exponent + b.exponent;
  const product =
    a.im === 0n && b.im === 0n
      ? bigFloat(a.re * b.re, exponent, 0n, error)
      : bigFloat(a.re * b.re - a.im * b.im, exponent, a.re * b.im + a.im * b.re, error);
  return round(product, precision);
}

/** Throws {@link Undefined} where the divisor may be 0. */
export function divide(a: BigFloat, b: BigFloat, precision: number): BigFloat {
  if (mayBeZero(b)) throw undefinedValue;
  const square = b.re * b.re + b.im * b.im;
  const re = a.re * b.re + a.im * b.im;
  const im = a.im * b.re - a.re * b.im;
  const shift = Math.max(0, precision + bits(square) - Math.max(bits(re), bits(im)) + 8);
  const exponent = a.exponent - b.exponent - shift;
  const quotient = bigFloat((re << BigInt(shift)) / square, exponent, (im << BigInt(shift)) / square);
  const low = lowerMagnitude(b) - 1;
  const size = magnitude(quotient);
  const inherited = joined(a.error - low, size === exact ? exact : size + b.error - low);
  return round({ ...quotient, error: joined(inherited + 1, exponent + 1) }, precision);
}

/** The real `root`-th root of a real value that is not negative. */
export function realRoot(value: BigFloat, root: number, precision: number): BigFloat {
  if (mayBeZero(value)) {
    const size = joined(magnitude(value), value.error);
    return bigFloat(0n, 0, 0n, size === exact ? exact : Math.ceil(size / root) + 1);
  }
  let shift = Math.max(0, root * (precision + 8) - bits(value.re));
  shift += (((value.exponent - shift) % root) + root) % root;
  const radicand = value.re << BigInt(shift);
  const result = integerRoot(radicand, BigInt(root));
  const exponent = (value.exponent - shift) / root;
  const whole = result ** BigInt(root) === radicand;
  const size = exponent + bits(result);
  const inherited = value.error === exact ? exact : value.error - lowerMagnitude(value) + size + 1;
  return round(bigFloat(result, exponent, 0n, whole ? inherited : joined(inherited, exponent)), precision);
}

/** −1, 0 where it cannot be told, or 1, for a real value. */
export function sign(value: BigFloat): number {
  if (mayBeZero(value)) return 0;
  return value.re < 0n ? -1 : 1;
}
