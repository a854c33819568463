/** An exact value with its decimals behind it: `\frac{8}{7} \approx 1.143`. */
import type { Budget } from "./budget";
import { call, hasDecimals } from "./expression";
import type { Expression } from "./expression";
import { freeNames } from "./free-names";
import { isInteger, multiply, integer } from "./rational";
import type { Rational } from "./rational";
import { order, sameValue } from "./same-value";

const most = 40;

/** Decimals that a number is written with, without zeros at its end; null for what is no decimal number. */
function decimalsOf(value: Rational): number | null {
  let scaled = value;
  for (let decimals = 0; decimals <= most; decimals++) {
    if (isInteger(scaled)) return decimals;
    scaled = multiply(scaled, integer(10));
  }
  return null;
}

const amount = (expression: Expression): Expression => (expression.kind === "measure" ? expression.value : expression);

/** Whether a value rounds to a number, or is cut to it, in the decimals that the number has. */
function roundsTo(value: Expression, rounded: Expression, budget: Budget): boolean {
  const [exact, near] = [amount(value), amount(rounded)];
  if (near.kind !== "number") return false;
  const decimals = decimalsOf(near.value);
  return decimals !== null && sameValue(exact, { ...near, decimal: true }, decimals, budget).equal === true;
}

const tenth: Expression = { kind: "number", value: { numerator: 1n, denominator: 10n }, decimal: false };
const isConstant = (expression: Expression): boolean =>
  (expression.kind === "number" || expression.kind === "call") && freeNames(expression).size === 0;

/**
 * Whether equations of numbers alone do not hold: `3 = 4`. Rounded numbers may be a tenth apart. Where a name comes first the last number is what it is
 * said to be, whatever the steps before were.
 */
export function contradicts({ operators, operands }: Expression & { kind: "relation" }, budget: Budget): boolean {
  if (operators.includes("≡") || !operands.every(isConstant)) return false;
  return operators.some((operator, index) => {
    const [left, right] = [operands[index]!, operands[index + 1]!];
    if ((operator !== "=" && operator !== "≈") || !isConstant(left) || !isConstant(right)) return false;
    if (operator === "=" && !hasDecimals(left) && !hasDecimals(right))
      return sameValue(left, right, null, budget).equal === false;
    const apart = call("abs", call("add", left, call("negate", right)));
    return (order(apart, call("multiply", tenth, call("abs", left)), budget) ?? 0) > 0;
  });
}

/**
 * The answers that `a ≈ b` gives: the exact one, and the rounded one if it is the exact one rounded. The expression itself where it
 * has no approximation of a number. Two numbers of which neither is a rounding of the other give none, but where the first is
 * said to be the value: `x = 1/3 ≈ 1.3`.
 */
export function exactAndRounded(expression: Expression, budget: Budget): readonly Expression[] {
  if (expression.kind !== "relation") return [expression];
  const last = expression.operators.at(-1);
  const [value, rounded] = expression.operands.slice(-2) as [Expression, Expression];
  // People write `8/7 = 1.143` too.
  const written = last === "=" && amount(rounded).kind === "number" && hasDecimals(rounded) && !hasDecimals(value);
  if (last !== "≈" && !written) return [expression];
  if (freeNames(value).size > 0 || freeNames(rounded).size > 0 || value.kind === "group") return [expression];
  const [operators, operands] = [expression.operators.slice(0, -1), expression.operands.slice(0, -2)];
  const withValue = (last: Expression): Expression =>
    operators.length === 0 ? last : { kind: "relation", operators, operands: [...operands, last] };
  if (roundsTo(value, rounded, budget)) return [withValue(value), withValue(rounded)];
  if (written) return [expression];
  return operators.length === 0 ? [] : [withValue(value)];
}
