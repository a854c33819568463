/** Whether two expressions have the same value when their names stand for certain numbers. */
import { mayBeZero, subtract } from "./big-float";
import { checkTime } from "./budget";
import { evaluate } from "./evaluate";
import type { Expression } from "./expression";
import { bitLength, compare, rationalText } from "./rational";
import { asFloat, isExact } from "./values";
import type { Evaluation } from "./values";

/** `null`: neither could be shown. */
export interface Decision {
  readonly equal: boolean | null;
  /** What showed it, in words. */
  readonly rule: string;
  /** Whether it took computing to show that they are equal: they are not the same as they are written. */
  readonly computed?: boolean;
}

/**
 * What two expressions hold, in bits: each number once, and a little for each operation. With so many bits something can be made to come
 * close to something that it is not equal to.
 */
export function writtenBits(first: Expression, second: Expression): number {
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
 * such as the `10^{-200}` of a sum, is larger or smaller than 1. `reality` learns whether everything in the first one is real. Throws `Undefined`, `Exceeded`.
 */
export function sameAtPrecision(
  first: Expression,
  second: Expression,
  needed: number,
  most: number,
  evaluation: Omit<Evaluation, "precision" | "spread" | "reality">,
  reality?: { holds: boolean },
): Decision {
  // Different constants differ early on; formulas are mostly the same or differ at once.
  let precision = evaluation.names.size > 0 && needed < 400 ? needed + 96 : 128;
  while (true) {
    checkTime(evaluation.budget);
    const spread = { bits: 0 };
    const current: Evaluation = { ...evaluation, precision, spread, memory: new Map() };
    const a = evaluate(first, reality === undefined ? current : { ...current, reality });
    const b = evaluate(second, current);
    if (isExact(a) && isExact(b)) return { equal: compare(a, b) === 0, rule: "exact numbers", computed: true };
    const difference = subtract(asFloat(a, current), asFloat(b, current), precision + 64);
    if (!mayBeZero(difference)) return { equal: false, rule: "different numbers" };
    const agreement = needed + spread.bits;
    if (difference.error <= -agreement)
      return { equal: true, rule: `equal to ${Math.ceil(agreement)} bits`, computed: true };
    if (precision >= most || agreement > most) return { equal: null, rule: "too close to tell" };
    // What is different mostly shows well before the bits that prove equality.
    const enough = Math.ceil(agreement + spread.bits) + 128;
    precision = Math.min(most, precision < 512 ? Math.min(512, enough) : Math.max(2 * precision, enough));
  }
}
