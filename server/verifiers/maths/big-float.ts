/**
 * Complex numbers of any precision that know how wrong they may be: `(re + im·i) · 2^exponent`, at most `2^error` from the true value.
 * Comparisons are decided by that bound, never by a tolerance.
 */
import { charge, productCost } from "./budget";
import { bitLength, integerRoot } from "./rational";
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
/** An upper bound of log₂(2^a + 2^b). */
export const joined = (first: number, second: number): number =>
  first === exact ? second : second === exact ? first : Math.max(first, second) + 1;

export const bigFloat = (re: bigint, exponent = 0, im = 0n, error = exact): BigFloat => ({ re, im, exponent, error });
export const bigOne = bigFloat(1n);

/** An upper bound of log₂ |z|; −∞ for 0. */
export function magnitude({ re, im, exponent }: BigFloat): number {
  const length = Math.max(bitLength(re), bitLength(im));
  return length === 0 ? exact : exponent + length + (im === 0n ? 0 : 1);
}
/** A lower bound of log₂ of the stored value, not counting its error; −∞ for 0. */
function lowerMagnitude({ re, im, exponent }: BigFloat): number {
  const length = Math.max(bitLength(re), bitLength(im));
  return length === 0 ? exact : exponent + length - 4;
}
/** Whether the true value may be 0. */
export const mayBeZero = (value: BigFloat): boolean => lowerMagnitude(value) <= value.error;
/** Whether it is real as far as is known. */
export const isReal = ({ im, exponent, error }: BigFloat): boolean => im === 0n || exponent + bitLength(im) <= error;

/** Keeps `precision` bits. */
export function round(value: BigFloat, precision: number): BigFloat {
  const excess = Math.max(bitLength(value.re), bitLength(value.im)) - precision;
  charge(excess + precision);
  if (excess <= 8) return value;
  const shift = BigInt(excess);
  const exponent = value.exponent + excess;
  return { re: value.re >> shift, im: value.im >> shift, exponent, error: joined(value.error, exponent + 1) };
}

export function fromRational({ numerator, denominator }: Rational, precision: number): BigFloat {
  if (denominator === 1n) return bigFloat(numerator);
  const shift = Math.max(0, precision + bitLength(denominator) - bitLength(numerator) + 4);
  charge(3 * productCost(precision, bitLength(denominator)));
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
  charge(productCost(bitLength(a.re) + bitLength(a.im), bitLength(b.re) + bitLength(b.im)));
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
  charge(8 * productCost(precision, bitLength(square)));
  const shift = Math.max(0, precision + bitLength(square) - Math.max(bitLength(re), bitLength(im)) + 8);
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
  if (root > 2) return higherRoot(value, root, precision);
  let shift = Math.max(0, root * (precision + 8) - bitLength(value.re));
  shift += (((value.exponent - shift) % root) + root) % root;
  const radicand = value.re << BigInt(shift);
  const result = integerRoot(radicand, BigInt(root));
  const exponent = (value.exponent - shift) / root;
  const whole = result ** BigInt(root) === radicand;
  const size = exponent + bitLength(result);
  const inherited = value.error === exact ? exact : value.error - lowerMagnitude(value) + size + 1;
  return round(bigFloat(result, exponent, 0n, whole ? inherited : joined(inherited, exponent)), precision);
}

/** A positive integer power of a real value. */
export function integerPower(base: BigFloat, exponent: number | bigint, precision: number): BigFloat {
  let result = bigOne;
  let square = base;
  for (let rest = BigInt(exponent); rest > 0n; rest >>= 1n) {
    if (rest % 2n === 1n) result = multiply(result, square, precision);
    if (rest > 1n) square = multiply(square, square, precision);
  }
  return result;
}

/** By Newton's method on the mantissa: each step doubles the bits that are right. The error is what the power of the result lacks. */
function higherRoot(value: BigFloat, root: number, precision: number): BigFloat {
  const radicand: BigFloat = { ...value, error: exact };
  const length = bitLength(value.re);
  const mantissa = Number(value.re >> BigInt(Math.max(0, length - 60)));
  const size = (Math.log2(mantissa) + Math.max(0, length - 60) + value.exponent) / root;
  const whole = Math.floor(size);
  let result = bigFloat(BigInt(Math.round(2 ** (size - whole + 50))), whole - 50);
  for (let right = 36 - Math.ceil(Math.log2(root) / 2), done = false; !done; right = 2 * right - 8) {
    done = 2 * right - 8 > precision + 16;
    const digits = Math.min(precision, 2 * right) + 32 + bitLength(BigInt(root));
    // result += (radicand / result^(root − 1) − result) / root
    const quotient = divide(radicand, forget(integerPower(result, root - 1, digits)), digits);
    const step = divide(subtract(quotient, result, digits), bigFloat(BigInt(root)), digits);
    result = forget(add(result, step, digits));
  }
  const residue = subtract(integerPower(result, root, precision + 64), radicand, precision + 64);
  const lacking = joined(magnitude(residue), residue.error) - lowerMagnitude(radicand);
  const inherited = value.error === exact ? exact : value.error - lowerMagnitude(value);
  // A relative error of the radicand is at most as large a one of the root.
  return round({ ...result, error: joined(lacking, inherited) + magnitude(result) + 1 }, precision);
}
/** The stored value, taken as the true one. */
const forget = (value: BigFloat): BigFloat => ({ ...value, error: exact });

/** −1, 0 where it cannot be told, or 1, for a real value. */
export function sign(value: BigFloat): number {
  if (mayBeZero(value)) return 0;
  return value.re < 0n ? -1 : 1;
}
