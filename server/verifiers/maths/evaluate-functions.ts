/** Functions of real and complex analysis, at any precision. */
import type { BigFloat } from "./big-float";
import {
  add,
  bigOne,
  divide,
  fromRational,
  isReal,
  multiply,
  negate,
  sign,
  subtract,
  undefinedValue,
} from "./big-float";
import { argument, exp, ln, reciprocal, sineAndCosine, squareRoot } from "./elementary";
import type { Rational } from "./rational";

const half = (value: BigFloat): BigFloat => ({ ...value, exponent: value.exponent - 1, error: value.error - 1 });

/** √(1 − x²) for a real x in [−1, 1]. */
function otherLeg(x: BigFloat, precision: number): BigFloat {
  if (!isReal(x)) throw undefinedValue;
  const square = subtract(bigOne, multiply(x, x, precision), precision);
  if (sign(square) < 0) throw undefinedValue;
  return squareRoot(square, precision);
}
/** The angle of the point (x, y). */
const angle = (x: BigFloat, y: BigFloat, precision: number): BigFloat =>
  argument(add(x, { ...y, re: 0n, im: y.re }, precision), precision);

const functions: Readonly<Record<string, (x: BigFloat, precision: number) => BigFloat>> = {
  sin: (x, precision) => sineAndCosine(x, precision).sin,
  cos: (x, precision) => sineAndCosine(x, precision).cos,
  tan: (x, precision) => {
    const { sin, cos } = sineAndCosine(x, precision);
    return divide(sin, cos, precision);
  },
  cot: (x, precision) => {
    const { sin, cos } = sineAndCosine(x, precision);
    return divide(cos, sin, precision);
  },
  sec: (x, precision) => reciprocal(sineAndCosine(x, precision).cos, precision),
  csc: (x, precision) => reciprocal(sineAndCosine(x, precision).sin, precision),
  exp,
  sinh: (x, precision) => half(subtract(exp(x, precision), exp(negate(x), precision), precision)),
  cosh: (x, precision) => half(add(exp(x, precision), exp(negate(x), precision), precision)),
  tanh: (x, precision) => {
    const [up, down] = [exp(x, precision), exp(negate(x), precision)];
    return divide(subtract(up, down, precision), add(up, down, precision), precision);
  },
  arcsin: (x, precision) => angle(otherLeg(x, precision), x, precision),
  arccos: (x, precision) => angle(x, otherLeg(x, precision), precision),
  arctan: (x, precision) => {
    if (!isReal(x)) throw undefinedValue;
    return angle(bigOne, x, precision);
  },
  arsinh: (x, precision) =>
    ln(add(x, squareRoot(add(multiply(x, x, precision), bigOne, precision), precision), precision), precision),
  arcosh: (x, precision) =>
    ln(
      add(
        x,
        multiply(
          squareRoot(subtract(x, bigOne, precision), precision),
          squareRoot(add(x, bigOne, precision), precision),
          precision,
        ),
        precision,
      ),
      precision,
    ),
  artanh: (x, precision) =>
    half(ln(divide(add(bigOne, x, precision), subtract(bigOne, x, precision), precision), precision)),
};

/** The value of such a function; null for another function. Throws `Undefined` where it has none. */
export function elementaryFunction(
  name: string,
  value: Rational | BigFloat,
  { precision }: { readonly precision: number | null },
): BigFloat | null {
  const compute = functions[name];
  if (compute === undefined) return null;
  if (precision === null) throw undefinedValue;
  const x = "numerator" in value ? fromRational(value, precision) : value;
  return compute(x, precision);
}
