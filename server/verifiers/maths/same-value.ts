/** Whether two expressions with a value, numbers or formulas, are equal. */
import { mayBeZero, subtract, undefinedValue } from "./big-float";
import type { Budget } from "./budget";
import { limits } from "./budget";
import { evaluate, exactValue } from "./evaluate";
import { hasDecimals } from "./expression";
import type { Expression } from "./expression";
import { freeNames } from "./free-names";
import { compare, integer, rational, roundTo } from "./rational";
import { sameAtPrecision, writtenBits } from "./same-at-precision";
import type { Decision } from "./same-at-precision";
import { sameFormula } from "./same-formula";
import { separationBits } from "./separation";
import { asFloat, isExact } from "./values";
import type { Evaluation } from "./values";

export type { Decision } from "./same-at-precision";

/** Bits to which constants that are not algebraic must agree, beyond what the numbers in them could bring about. */
const transcendentalAgreement = 256;
/** Most bits for them, as their series are slow. */
const transcendentalPrecision = 4_000;

function sameConstant(first: Expression, second: Expression, budget: Budget): Decision {
  const separation = separationBits(first, second);
  const needed = separation ?? transcendentalAgreement + 2 * writtenBits(first, second);
  const most = separation === null ? transcendentalPrecision : limits.precision;
  const decision = sameAtPrecision(first, second, needed, most, { budget, names: new Map() });
  return decision.equal === true && separation !== null
    ? { equal: true, rule: "equal algebraic numbers", computed: true }
    : decision;
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
  if (first.kind === "number" && second.kind === "number" && compare(first.value, second.value) === 0)
    return { equal: true, rule: "equal exact numbers", computed: true };
  const names = [...freeNames(first, freeNames(second))].sort();
  if (names.length > 0) return sameFormula(first, second, names, budget);
  const [a, b] = [exactValue(first, budget), exactValue(second, budget)];
  const exact = a !== null && b !== null;
  if (exact && compare(a, b) === 0) return { equal: true, rule: "equal exact numbers", computed: true };
  try {
    if (
      decimals !== null &&
      (hasDecimals(first) || hasDecimals(second)) &&
      sameRounded(first, second, decimals, budget) === true
    )
      return { equal: true, rule: `equal to ${decimals} decimals`, computed: true };
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
