/** The value of an expression, exact as long as it is rational, else a complex number of any precision with its error. */
import type { BigFloat } from "./big-float";
import {
  bigFloat,
  divide as divideFloats,
  isReal,
  magnitude,
  mayBeZero,
  negate as negateFloat,
  realRoot,
  sign,
  undefinedValue,
} from "./big-float";
import type { Budget } from "./budget";
import { TooLarge, charge } from "./budget";
import { canonicalText } from "./canonical";
import { exp, ln, pi } from "./elementary";
import type { Expression } from "./expression";
import { combinatorial } from "./evaluate-integers";
import { elementaryFunction } from "./evaluate-functions";
import * as exact from "./rational";
import type { Rational } from "./rational";
import { addValues, asFloat, divideValues, isExact, multiplyValues, negateValue, powerOf, rootOf } from "./values";
import type { Evaluation, Value } from "./values";

const sumTerms = 1_000;

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
  if (last.numerator - first.numerator >= BigInt(sumTerms)) throw new TooLarge("a sum with too many terms");
  // From 1 to 0 there is nothing to add; from 1 to −1 there is no meaning.
  if (last.numerator < first.numerator - 1n) throw undefinedValue;
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
      return logarithm(exact.integer(10), first, evaluation);
    case "log to base":
      return logarithm(first, second!, evaluation);
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
  const key = `${name} ${re.toString(32)} ${im.toString(32)} ${exponent}`;
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

/** Exact where one number is a power of the other, so that floors of logarithms are right there. */
function logarithm(base: Value, value: Value, evaluation: Evaluation): Value {
  // A negative base has no logarithm that anyone means.
  if (isExact(base) && base.numerator <= 0n) throw undefinedValue;
  const whole = isExact(base) && isExact(value) ? exact.exactLogarithm(base, value) : null;
  return whole ?? divideValues(lnOf(value, evaluation), lnOf(base, evaluation), evaluation);
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

/** Nanoseconds of visiting a part, without its arithmetic. */
const nodeCost = 250;

/** Throws `Undefined` where there is no value, and `Exceeded`. */
export function evaluate(expression: Expression, evaluation: Evaluation): Value {
  const value = valueOf(expression, evaluation);
  const { spread, reality } = evaluation;
  if (reality !== undefined && !isExact(value) && !isReal(value)) reality.holds = false;
  if (spread !== undefined) spread.bits = Math.max(spread.bits, spreadOf(value));
  return value;
}

function valueOf(expression: Expression, evaluation: Evaluation): Value {
  charge(nodeCost);
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
