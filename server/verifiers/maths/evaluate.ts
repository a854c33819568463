/** The value of an expression, exact as long as it is rational, else a complex number of any precision with its error. */
import type { BigFloat } from "./big-float";
import {
  add as addFloats,
  bigFloat,
  divide as divideFloats,
  fromRational,
  isReal,
  magnitude,
  mayBeZero,
  multiply as multiplyFloats,
  negate as negateFloat,
  realRoot,
  sign,
  undefinedValue,
} from "./big-float";
import type { Budget } from "./budget";
import { Exceeded, spend } from "./budget";
import { canonicalText } from "./canonical";
import { exp, generalPower, ln, pi, squareRoot } from "./elementary";
import type { Expression } from "./expression";
import { combinatorial } from "./evaluate-integers";
import { elementaryFunction } from "./evaluate-functions";
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
  /** Values of functions that were computed before, as formulas repeat them. */
  readonly memory?: Map<string, Value>;
  /** What the free names stand for; a name that is missing has no value. */
  readonly names: ReadonlyMap<string, Rational>;
  /** The value of what cannot be computed, such as `f(x)` or an integral, by its text. */
  readonly opaque?: (text: string) => Rational;
}

/** Bits of exact intermediate values where an approximate one does as well. */
const exactBits = 512;
const sumTerms = 1_000;

export function asFloat(value: Value, evaluation: Evaluation): BigFloat {
  if (evaluation.precision === null) throw undefinedValue;
  return isExact(value) ? fromRational(value, evaluation.precision) : value;
}

const small = (value: Rational): boolean =>
  exact.bitLength(value.numerator) + exact.bitLength(value.denominator) <= exactBits;
/** Exact arithmetic while numbers are short or nothing else is asked for. */
const staysExact = (a: Value, b: Value, { precision }: Evaluation): boolean =>
  isExact(a) && isExact(b) && (precision === null || (small(a) && small(b)));

function addValues(a: Value, b: Value, evaluation: Evaluation): Value {
  if (staysExact(a, b, evaluation)) return exact.add(a as Rational, b as Rational);
  return addFloats(asFloat(a, evaluation), asFloat(b, evaluation), evaluation.precision!);
}
function multiplyValues(a: Value, b: Value, evaluation: Evaluation): Value {
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

/** The real `root`-th root: of a negative number too where the root is odd, as school has it; the principal square root otherwise. */
function rootOf(value: Value, root: bigint, evaluation: Evaluation): Value {
  const { precision } = evaluation;
  if (isExact(value)) {
    const odd = root % 2n === 1n;
    const whole = exact.exactRoot(exact.absolute(value), root);
    if (whole !== null && (value.numerator >= 0n || odd)) return value.numerator < 0n ? exact.negate(whole) : whole;
    if (precision === null) throw undefinedValue;
  }
  if (precision === null || root > 10_000n) throw undefinedValue;
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
  if (size > 1_000_000n) throw new Exceeded("a power with a huge exponent");
  let result = bigFloat(1n);
  let square = asFloat(base, evaluation);
  for (let rest = size; rest > 0n; rest >>= 1n) {
    if (rest % 2n === 1n) result = multiplyFloats(result, square, precision!);
    if (rest > 1n) square = multiplyFloats(square, square, precision!);
  }
  return exponent < 0n ? divideFloats(bigFloat(1n), result, precision!) : result;
}

function powerOf(base: Value, exponent: Value, evaluation: Evaluation): Value {
  if (isExact(exponent)) {
    if (exact.isInteger(exponent)) return integerPower(base, exponent.numerator, evaluation);
    if (exponent.denominator <= 1_000n)
      return integerPower(rootOf(base, exponent.denominator, evaluation), exponent.numerator, evaluation);
  }
  if (evaluation.precision === null) throw undefinedValue;
  if (isExact(base) && exact.isZero(base)) throw undefinedValue;
  return generalPower(asFloat(base, evaluation), asFloat(exponent, evaluation), evaluation.precision);
}

function constantValue(name: string, { precision }: Evaluation): Value {
  if (name === "i" && precision !== null) return bigFloat(0n, 0, 1n);
  if (precision === null) throw undefinedValue;
  if (name === "pi") return pi(precision);
  if (name === "e") return exp(bigFloat(1n), precision);
  throw undefinedValue;
}

/** −1, 0 (also where it cannot be told) or 1. Throws `Undefined` for what is not real. */
export function signOf(value: Value): number {
  if (isExact(value)) return exact.compare(value, exact.zero);
  if (!isReal(value)) throw undefinedValue;
  return sign({ ...value, im: 0n });
}

function absoluteValue(value: Value, evaluation: Evaluation): Value {
  if (isExact(value)) return exact.absolute(value);
  if (isReal(value)) return sign({ ...value, im: 0n }) < 0 ? negateFloat(value) : value;
  const precision = evaluation.precision!;
  const square = bigFloat(value.re * value.re + value.im * value.im, 2 * value.exponent, 0n);
  const size = magnitude(value);
  return realRoot({ ...square, error: value.error + size + 2 }, 2, precision);
}

/** A sum or product whose bounds are near integers. */
function series(name: string, args: readonly Expression[], evaluation: Evaluation): Value {
  const [body, counter, low, high] = args;
  const [first, last] = [evaluate(low!, evaluation), evaluate(high!, evaluation)];
  if (!isExact(first) || !isExact(last) || !exact.isInteger(first) || !exact.isInteger(last)) throw undefinedValue;
  if (last.numerator - first.numerator >= BigInt(sumTerms)) throw new Exceeded("a sum with too many terms");
  let total: Value = name === "sum" ? exact.zero : exact.one;
  const names = new Map(evaluation.names);
  for (let n = first.numerator; n <= last.numerator; n++) {
    names.set(counter!.kind === "symbol" ? counter.name : "", exact.integer(n));
    const term = evaluate(body!, { ...evaluation, names });
    total = name === "sum" ? addValues(total, term, evaluation) : multiplyValues(total, term, evaluation);
  }
  return total;
}

function callValue(expression: Expression & { kind: "call" }, evaluation: Evaluation): Value {
  const { name, args } = expression;
  if (name === "sum" || name === "product") return series(name, args, evaluation);
  if (["limit", "integral", "derivative", "det"].includes(name)) return opaqueValue(expression, evaluation);
  const values = args.map((argument) => evaluate(argument, evaluation));
  const [first, second] = values;
  if (first === undefined) throw undefinedValue;
  switch (name) {
    case "add":
      return values.reduce((sum, value) => addValues(sum, value, evaluation));
    case "multiply":
      return values.reduce((product, value) => multiplyValues(product, value, evaluation));
    case "divide":
    case "ratio":
      if (values.length !== 2) throw undefinedValue;
      return divideValues(first, second!, evaluation);
    case "negate":
      return negateValue(first);
    case "percent":
      return divideValues(first, exact.integer(100), evaluation);
    case "power":
      return args[0]!.kind === "constant" && args[0].name === "e" && evaluation.precision !== null
        ? exp(asFloat(second!, evaluation), evaluation.precision)
        : powerOf(first, second!, evaluation);
    case "root":
      return isExact(second!) && exact.isInteger(second) && second.numerator > 0n
        ? remembered(`root ${second.numerator}`, first, evaluation, () => rootOf(first, second.numerator, evaluation))!
        : powerOf(first, divideValues(exact.one, second!, evaluation), evaluation);
    case "abs":
      return absoluteValue(first, evaluation);
    case "log":
      if (isExact(first) && exact.compare(first, exact.one) === 0) return exact.zero;
      return divideValues(
        ln(asFloat(first, evaluation), evaluation.precision!),
        lnOf(exact.integer(10), evaluation),
        evaluation,
      );
    case "log to base":
      return divideValues(lnOf(second!, evaluation), lnOf(first, evaluation), evaluation);
    case "ln":
      return lnOf(first, evaluation);
  }
  if (name.endsWith("()")) {
    const rationals = values.map((value) => (isExact(value) ? exact.rationalText(value) : null));
    if (evaluation.opaque === undefined || rationals.includes(null)) throw undefinedValue;
    return evaluation.opaque(`${name} ${rationals.join()}`);
  }
  if ((name === "max" || name === "min") && !values.every(isExact)) return extreme(name, values, evaluation);
  if ((name === "floor" || name === "ceil") && !isExact(first)) return wholePart(name, first);
  return (
    combinatorial(name, values) ??
    remembered(name, first, evaluation, () => elementaryFunction(name, first, evaluation)) ??
    opaqueValue(expression, evaluation)
  );
}

function extreme(name: "max" | "min", values: readonly Value[], evaluation: Evaluation): Value {
  return values.reduce((best, value) => {
    const order = signOf(addValues(value, negateValue(best), evaluation));
    return (name === "max" ? order > 0 : order < 0) ? value : best;
  });
}

/** The integer below or above a number that is no integer, where its error leaves no doubt. */
function wholePart(name: "floor" | "ceil", value: BigFloat): Rational {
  if (!isReal(value) || value.error > -8 || value.exponent >= 0) throw undefinedValue;
  const margin = 1n << BigInt(Math.max(0, Math.ceil(value.error) - value.exponent + 1));
  const below = (value.re - margin) >> BigInt(-value.exponent);
  if (below !== (value.re + margin) >> BigInt(-value.exponent)) throw undefinedValue;
  return exact.integer(name === "floor" ? below : below + 1n);
}

/** A function's value, computed once for an argument. */
function remembered(name: string, argument: Value, { memory }: Evaluation, compute: () => Value | null): Value | null {
  if (memory === undefined) return compute();
  const { re, im, exponent } = isExact(argument)
    ? { re: argument.numerator, im: argument.denominator, exponent: "/" }
    : argument;
  const key = `${name} ${re.toString(36)} ${im.toString(36)} ${exponent}`;
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = compute();
  if (value !== null) memory.set(key, value);
  return value;
}

function lnOf(value: Value, evaluation: Evaluation): Value {
  if (isExact(value) && exact.compare(value, exact.one) === 0) return exact.zero;
  return remembered("ln", value, evaluation, () => ln(asFloat(value, evaluation), evaluation.precision!))!;
}

function opaqueValue(expression: Expression, evaluation: Evaluation): Value {
  if (evaluation.opaque === undefined) throw undefinedValue;
  return evaluation.opaque(canonicalText(expression));
}

/** Bits by which a number is larger or smaller than 1. */
function spreadOf(value: Value): number {
  if (isExact(value))
    return value.numerator === 0n ? 0 : Math.abs(exact.bitLength(value.numerator) - exact.bitLength(value.denominator));
  // What may be 0 is told apart from it by the numbers that it is made of.
  return mayBeZero(value) ? 0 : Math.abs(magnitude(value));
}

/** Throws `Undefined` where there is no value, and `Exceeded`. */
export function evaluate(expression: Expression, evaluation: Evaluation): Value {
  const value = valueOf(expression, evaluation);
  const { spread } = evaluation;
  if (spread !== undefined) spread.bits = Math.max(spread.bits, spreadOf(value));
  return value;
}

function valueOf(expression: Expression, evaluation: Evaluation): Value {
  spend(evaluation.budget);
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "symbol":
    case "text": {
      const value = evaluation.names.get(expression.kind === "symbol" ? expression.name : expression.text);
      if (value === undefined) throw undefinedValue;
      return value;
    }
    case "constant":
      return constantValue(expression.name, evaluation);
    case "call":
      return callValue(expression, evaluation);
    case "measure": {
      // An angle in degrees is one in radians; other units are the business of whoever compares.
      if (expression.unit !== "°" || evaluation.precision === null) throw undefinedValue;
      const degree = divideFloats(pi(evaluation.precision), bigFloat(180n), evaluation.precision);
      return multiplyValues(evaluate(expression.value, evaluation), degree, evaluation);
    }
    case "group":
    case "interval":
    case "matrix":
    case "relation":
      throw undefinedValue;
  }
}

/** The exact value; null when it has none that is rational. Throws `Exceeded`. */
export function exactValue(expression: Expression, budget: Budget): Rational | null {
  if (expression.kind === "number") return expression.value;
  try {
    const value = evaluate(expression, { budget, precision: null, names: new Map() });
    return isExact(value) ? value : null;
  } catch (error) {
    if (error === undefinedValue) return null;
    throw error;
  }
}
