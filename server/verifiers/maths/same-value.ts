/** Whether two expressions with a value, numbers or formulas, are equal. */
import { mayBeZero, subtract, undefinedValue } from "./big-float";
import type { Budget } from "./budget";
import { checkTime, limits } from "./budget";
import { canonicalText } from "./canonical";
import { evaluate, exactValue } from "./evaluate";
import type { Expression } from "./expression";
import { freeNames } from "./free-names";
import { bitLength, compare, integer, rational, rationalText, roundTo } from "./rational";
import type { Rational } from "./rational";
import { separationBits } from "./separation";
import { asFloat, isExact } from "./values";
import type { Evaluation } from "./values";

/** `null`: neither could be shown. */
export interface Decision {
  readonly equal: boolean | null;
  /** What showed it, in words. */
  readonly rule: string;
}

const hasDecimals = (expression: Expression): boolean =>
  (expression.kind === "number" && expression.decimal) ||
  (expression.kind === "call" && expression.args.some(hasDecimals));

/** A number between 0 and 2^32 from a text, the same on every machine (FNV-1a). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Signs and sizes of the points at which formulas are compared. */
const points: readonly ((random: number, index: number) => Rational)[] = [
  (random) => rational(BigInt(2 ** 20 + random), 2n ** 20n)!,
  (random) => rational(-BigInt(2 ** 20 + random), 2n ** 20n)!,
  (random) => rational(BigInt(random * 2 + 1) * (random % 2 === 0 ? 1n : -1n), 2n ** 20n)!,
  (random, index) => integer(5 + 3 * index + (random % 3)),
  (random, index) => integer(11 + 7 * index + (random % 7)),
];
/**
 * What two expressions hold, in bits: each number once, and a little for each operation. With so many bits something can be made to come
 * close to something that it is not equal to.
 */
function writtenBits(first: Expression, second: Expression): number {
  const numbers = new Set<string>();
  let bits = 0;
  const collect = (expression: Expression): void => {
    if (expression.kind === "call") {
      bits += 2;
      expression.args.forEach(collect);
    } else if (expression.kind === "number") {
      const text = rationalText(expression.value);
      if (!numbers.has(text)) bits += bitLength(expression.value.numerator) + bitLength(expression.value.denominator);
      numbers.add(text);
    }
  };
  collect(first);
  collect(second);
  return bits;
}

/**
 * Compares two values that are not both rational with as many bits as it takes, up to `most`: `needed`, and those by which anything met on the way,
 * such as the `10^{-200}` of a sum, is larger or smaller than 1. Throws `Undefined`, `Exceeded`.
 */
function sameAtPrecision(
  first: Expression,
  second: Expression,
  needed: number,
  most: number,
  evaluation: Omit<Evaluation, "precision" | "spread">,
): Decision {
  // Different constants differ early on; formulas are mostly the same or differ at once.
  let precision = evaluation.names.size > 0 && needed < 400 ? needed + 96 : 128;
  while (true) {
    checkTime(evaluation.budget);
    const spread = { bits: 0 };
    const current: Evaluation = { ...evaluation, precision, spread, memory: new Map() };
    const [a, b] = [evaluate(first, current), evaluate(second, current)];
    if (isExact(a) && isExact(b)) return { equal: compare(a, b) === 0, rule: "exact numbers" };
    const difference = subtract(asFloat(a, current), asFloat(b, current), precision + 64);
    if (!mayBeZero(difference)) return { equal: false, rule: "different numbers" };
    const agreement = needed + spread.bits;
    if (difference.error <= -agreement) return { equal: true, rule: `equal to ${Math.ceil(agreement)} bits` };
    if (precision >= most || agreement > most) return { equal: null, rule: "too close to tell" };
    // What is different mostly shows well before the bits that prove equality.
    const enough = Math.ceil(agreement + spread.bits) + 128;
    precision = Math.min(most, precision < 512 ? Math.min(512, enough) : Math.max(2 * precision, enough));
  }
}

/** At how many points both must have a value. */
const pointsNeeded = 2;
/** Bits in which formulas must agree at a point, beyond what the numbers in them could bring about. */
const pointAgreement = 96;
/** Most bits at a point. One where numbers are too large or small for it says nothing; another one may. */
const pointPrecision = 1_500;

function sameFormula(first: Expression, second: Expression, names: readonly string[], budget: Budget): Decision {
  const seed = `${canonicalText(first)} = ${canonicalText(second)}`;
  const needed = pointAgreement + writtenBits(first, second);
  let agreed = 0;
  for (const [round, point] of points.entries()) {
    const values = new Map(
      names.map((name, index) => [name, point(hash(`${seed} ${name} ${round}`) % 2 ** 19, index)] as const),
    );
    const opaque = (text: string): Rational => rational(BigInt(hash(`${seed} ${text} ${round}`)), 2n ** 31n)!;
    try {
      const { equal } = sameAtPrecision(first, second, needed, pointPrecision, { budget, names: values, opaque });
      if (equal === false) return { equal: false, rule: "different at a point" };
      if (equal === true) agreed++;
    } catch (error) {
      if (error !== undefinedValue) throw error;
    }
  }
  return agreed >= pointsNeeded
    ? { equal: true, rule: `equal formulas, at ${agreed} points` }
    : { equal: null, rule: "no point at which the formulas could be compared" };
}

/** Bits to which constants that are not algebraic must agree, beyond what the numbers in them could bring about. */
const transcendentalAgreement = 256;
/** Most bits for them, as their series are slow. */
const transcendentalPrecision = 4_000;

function sameConstant(first: Expression, second: Expression, budget: Budget): Decision {
  const separation = separationBits(first, second);
  const needed = separation ?? transcendentalAgreement + 2 * writtenBits(first, second);
  const most = separation === null ? transcendentalPrecision : limits.precision;
  const decision = sameAtPrecision(first, second, needed, most, { budget, names: new Map() });
  return decision.equal === true && separation !== null ? { equal: true, rule: "equal algebraic numbers" } : decision;
}

/** Whether two constants round to the same number of decimals; null when one has no real value. */
function sameRounded(first: Expression, second: Expression, decimals: number, budget: Budget): boolean | null {
  const rounded = [first, second].map((expression) => {
    const evaluation: Evaluation = { budget, precision: 256, names: new Map() };
    const value = evaluate(expression, evaluation);
    if (isExact(value)) return roundTo(value, decimals);
    if (value.im !== 0n) return null;
    const shift = BigInt(Math.abs(value.exponent));
    return roundTo(value.exponent < 0 ? rational(value.re, 1n << shift)! : integer(value.re << shift), decimals);
  });
  const [a, b] = rounded;
  return a === null || b === null || a === undefined || b === undefined ? null : compare(a, b) === 0;
}

/**
 * Compares two numbers or formulas. `decimals`: a number written with a decimal point equals what rounds to the same number with so many
 * decimals; null: only what it says exactly. Throws `Exceeded`.
 */
export function sameValue(first: Expression, second: Expression, decimals: number | null, budget: Budget): Decision {
  const names = [...freeNames(first, freeNames(second))].sort();
  if (names.length > 0) return sameFormula(first, second, names, budget);
  const [a, b] = [exactValue(first, budget), exactValue(second, budget)];
  const exact = a !== null && b !== null;
  if (exact && compare(a, b) === 0) return { equal: true, rule: "equal exact numbers" };
  try {
    if (
      decimals !== null &&
      (hasDecimals(first) || hasDecimals(second)) &&
      sameRounded(first, second, decimals, budget) === true
    )
      return { equal: true, rule: `equal to ${decimals} decimals` };
    if (exact) return { equal: false, rule: "different numbers" };
    return sameConstant(first, second, budget);
  } catch (error) {
    if (error !== undefinedValue) throw error;
    return { equal: null, rule: "has no value that could be compared" };
  }
}

/** −1, 0, 1 as the first number is below, equal to or above the second; null when that cannot be told. ±∞ are numbers here. */
export function order(first: Expression, second: Expression, budget: Budget): number | null {
  const infinite = (expression: Expression): number =>
    expression.kind === "constant" && expression.name === "infinity"
      ? 1
      : expression.kind === "call" && expression.name === "negate"
        ? -infinite(expression.args[0]!)
        : 0;
  const [a, b] = [infinite(first), infinite(second)];
  if (a !== 0 || b !== 0) return Math.sign(a - b);
  if (freeNames(first, freeNames(second)).size > 0) return null;
  const [x, y] = [exactValue(first, budget), exactValue(second, budget)];
  if (x !== null && y !== null) return compare(x, y);
  const same = sameValue(first, second, null, budget);
  if (same.equal !== false) return same.equal === true ? 0 : null;
  try {
    // They are different: so many bits show which is larger as showed that.
    const evaluation: Evaluation = { budget, precision: limits.precision / 4, names: new Map() };
    const values = [evaluate(first, evaluation), evaluate(second, evaluation)].map((value) =>
      asFloat(value, evaluation),
    );
    const difference = subtract(values[0]!, values[1]!, evaluation.precision! + 64);
    return mayBeZero(difference) || difference.im !== 0n ? null : difference.re < 0n ? -1 : 1;
  } catch (error) {
    if (error !== undefinedValue) throw error;
    return null;
  }
}
