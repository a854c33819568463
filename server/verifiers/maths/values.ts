/** Arithmetic of values that are fractions as long as they can be, else complex numbers of any precision. */
import type { BigFloat } from "./big-float";
import {
  add as addFloats,
  bigFloat,
  divide as divideFloats,
  fromRational,
  integerPower as integerPowerOfFloat,
  isReal,
  multiply as multiplyFloats,
  negate as negateFloat,
  realRoot,
  sign,
  undefinedValue,
} from "./big-float";
import type { Budget } from "./budget";
import { TooLarge } from "./budget";
import { generalPower, squareRoot } from "./elementary";
import * as exact from "./rational";
import type { Rational } from "./rational";

export type Value = Rational | BigFloat;
export const isExact = (value: Value): value is Rational => "numerator" in value;

export interface Evaluation {
  readonly budget: Budget;
  /** Bits of numbers that are not rational; null: a number that is not rational has no value. */
  readonly precision: number | null;
  /** How far, in bits, the numbers met on the way are from 1; only counted where it is asked for. */
  readonly spread?: { bits: number };
  /** Learns of a value that is not real, of the whole or of a part. */
  readonly reality?: { holds: boolean };
  /** Values of functions that were computed before, as formulas repeat them. */
  readonly memory?: Map<string, Value>;
  /** What the free names stand for; a name that is missing has no value. */
  readonly names: ReadonlyMap<string, Rational>;
  /** The value of what cannot be computed, such as `f(x)` or an integral, by its text. */
  readonly opaque?: (text: string) => Rational;
}

/** Bits of exact intermediate values where an approximate one does as well. */
const exactBits = 512;

export function asFloat(value: Value, evaluation: Evaluation): BigFloat {
  if (evaluation.precision === null) throw undefinedValue;
  return isExact(value) ? fromRational(value, evaluation.precision) : value;
}

const small = (value: Rational): boolean =>
  exact.bitLength(value.numerator) + exact.bitLength(value.denominator) <= exactBits;
/** Exact arithmetic while numbers are short or nothing else is asked for. */
const staysExact = (a: Value, b: Value, { precision }: Evaluation): boolean =>
  isExact(a) && isExact(b) && (precision === null || (small(a) && small(b)));

export function addValues(a: Value, b: Value, evaluation: Evaluation): Value {
  if (staysExact(a, b, evaluation)) return exact.add(a as Rational, b as Rational);
  return addFloats(asFloat(a, evaluation), asFloat(b, evaluation), evaluation.precision!);
}
export function multiplyValues(a: Value, b: Value, evaluation: Evaluation): Value {
  if (staysExact(a, b, evaluation)) return exact.multiply(a as Rational, b as Rational);
  return multiplyFloats(asFloat(a, evaluation), asFloat(b, evaluation), evaluation.precision!);
}
export function divideValues(a: Value, b: Value, evaluation: Evaluation): Value {
  if (staysExact(a, b, evaluation)) {
    const quotient = exact.divide(a as Rational, b as Rational);
    if (quotient === null) throw undefinedValue;
    return quotient;
  }
  return divideFloats(asFloat(a, evaluation), asFloat(b, evaluation), evaluation.precision!);
}
export const negateValue = (value: Value): Value => (isExact(value) ? exact.negate(value) : negateFloat(value));

const largestRoot = 1_000_000n;
/** Denominator of an exponent up to which a root is faster than a logarithm. */
const largestRootExponent = 1_000n;

/** The real `root`-th root: of a negative number too where the root is odd, as school has it; the principal square root otherwise. */
export function rootOf(value: Value, root: bigint, evaluation: Evaluation): Value {
  const { precision } = evaluation;
  if (isExact(value)) {
    const odd = root % 2n === 1n;
    const whole = exact.exactRoot(exact.absolute(value), root);
    if (whole !== null && (value.numerator >= 0n || odd)) return value.numerator < 0n ? exact.negate(whole) : whole;
    if (precision === null) throw undefinedValue;
  }
  if (precision === null || root > largestRoot) throw undefinedValue;
  const float = asFloat(value, evaluation);
  if (root === 2n) return squareRoot(float, precision);
  if (!isReal(float)) return generalPower(float, divideFloats(bigFloat(1n), bigFloat(root), precision), precision);
  const real = { ...float, im: 0n };
  const negative = sign(real) < 0;
  if (negative && root % 2n === 0n)
    return generalPower(real, divideFloats(bigFloat(1n), bigFloat(root), precision), precision);
  const result = realRoot(negative ? negateFloat(real) : real, Number(root), precision);
  return negative ? negateFloat(result) : result;
}

/** A power with an integer exponent. */
function integerPower(base: Value, exponent: bigint, evaluation: Evaluation): Value {
  const { precision } = evaluation;
  const size = exponent < 0n ? -exponent : exponent;
  if (isExact(base)) {
    const length = BigInt(exact.bitLength(base.numerator) + exact.bitLength(base.denominator));
    if (precision === null || length * size < BigInt(exactBits)) {
      const result = exact.power(base, exponent);
      if (result === null) throw undefinedValue;
      return result;
    }
  }
  if (size > 1_000_000n) throw new TooLarge("a power with a huge exponent");
  const result = integerPowerOfFloat(asFloat(base, evaluation), size, precision!);
  return exponent < 0n ? divideFloats(bigFloat(1n), result, precision!) : result;
}

export function powerOf(base: Value, exponent: Value, evaluation: Evaluation): Value {
  if (isExact(exponent)) {
    if (exact.isInteger(exponent)) return integerPower(base, exponent.numerator, evaluation);
    if (exponent.denominator <= largestRootExponent)
      return integerPower(rootOf(base, exponent.denominator, evaluation), exponent.numerator, evaluation);
  }
  if (evaluation.precision === null) throw undefinedValue;
  if (isExact(base) && exact.isZero(base)) throw undefinedValue;
  return generalPower(asFloat(base, evaluation), asFloat(exponent, evaluation), evaluation.precision);
}
