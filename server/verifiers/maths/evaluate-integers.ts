/** Functions on integers and fractions: factorials, binomials, divisors, rounding, number bases. */
import { undefinedValue } from "./big-float";
import type { BigFloat } from "./big-float";
import { TooLarge, charge, limits, productCost } from "./budget";
import * as exact from "./rational";
import type { Rational } from "./rational";

const largestFactorial = 2_000n;
const largestBinomial = 1_000n;

/** The product of n, n − step, and so on, down to 1 or 2. */
function factorial(value: Rational, step: bigint): Rational {
  if (!exact.isInteger(value) || value.numerator < 0n) throw undefinedValue;
  if (value.numerator > largestFactorial * step) throw new TooLarge("a huge factorial");
  let product = 1n;
  for (let n = value.numerator; n > 1n; n -= step) {
    charge(2 * Number(value.numerator));
    product *= n;
  }
  return exact.integer(product);
}

function binomial(upper: Rational, lower: Rational): Rational {
  if (!exact.isInteger(lower)) throw undefinedValue;
  let count = lower.numerator;
  if (exact.isInteger(upper) && upper.numerator >= 0n && count > upper.numerator - count)
    count = upper.numerator - count;
  if (count < 0n) return exact.zero;
  if (count > largestBinomial) throw new TooLarge("a huge binomial coefficient");
  let [above, below] = [1n, 1n];
  for (let k = 0n; k < count; k++) {
    above *= upper.numerator - k * upper.denominator;
    below *= (k + 1n) * upper.denominator;
    const lengths = [exact.bitLength(above), exact.bitLength(below)] as const;
    if (Math.max(...lengths) > 2 * limits.bits) throw new TooLarge("a huge binomial coefficient");
    charge(
      productCost(lengths[0], exact.bitLength(upper.numerator)) +
        productCost(lengths[1], exact.bitLength(upper.denominator)),
    );
  }
  return exact.rational(above, below)!;
}

/** The largest number of which both are multiples. */
function commonDivisor(a: Rational, b: Rational): Rational {
  const upper = exact.greatestCommonDivisor(a.numerator * b.denominator, b.numerator * a.denominator);
  return exact.rational(upper, a.denominator * b.denominator)!;
}
function commonMultiple(a: Rational, b: Rational): Rational {
  const divisor = commonDivisor(a, b);
  return exact.isZero(divisor) ? exact.zero : exact.absolute(exact.divide(exact.multiply(a, b), divisor)!);
}

/** The number that the digits of `digits` are in another base. */
function inBase(digits: Rational, base: Rational): Rational {
  const text = exact.rationalText(exact.integer(digits.numerator));
  let value = 0n;
  for (const digit of text) {
    charge(50 + exact.bitLength(value) / 8);
    if (BigInt(digit) >= base.numerator) throw undefinedValue;
    value = value * base.numerator + BigInt(digit);
  }
  return exact.integer(value);
}

const functions: Readonly<Record<string, (values: readonly Rational[]) => Rational>> = {
  factorial: ([n]) => factorial(n!, 1n),
  // (−1)!! is the product of nothing.
  "double factorial": ([n]) => (n!.numerator === -1n && n!.denominator === 1n ? exact.one : factorial(n!, 2n)),
  binomial: ([n, k]) => binomial(n!, k!),
  gcd: (values) => values.reduce(commonDivisor, exact.zero),
  lcm: (values) => values.reduce(commonMultiple, exact.one),
  floor: ([x]) => exact.integer(exact.floor(x!)),
  ceil: ([x]) => exact.integer(-exact.floor(exact.negate(x!))),
  max: (values) => values.reduce((a, b) => (exact.compare(a, b) >= 0 ? a : b)),
  min: (values) => values.reduce((a, b) => (exact.compare(a, b) <= 0 ? a : b)),
  modulo: ([a, b]) => {
    const quotient = exact.divide(a!, b!);
    if (quotient === null) throw undefinedValue;
    return exact.subtract(a!, exact.multiply(b!, exact.integer(exact.floor(quotient))));
  },
  base: ([digits, base]) => inBase(digits!, base!),
};

/** The value of such a function; null for another function, or for values that are not exact. */
export function combinatorial(name: string, values: readonly (Rational | BigFloat)[]): Rational | null {
  const compute = functions[name];
  const rationals = values.filter((value): value is Rational => "numerator" in value);
  return compute === undefined || rationals.length !== values.length ? null : compute(rationals);
}
