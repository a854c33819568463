/** Functions on integers and fractions: factorials, binomials, divisors, rounding, number bases. */
import { undefinedValue } from "./big-float";
import type { BigFloat } from "./big-float";
import { Exceeded } from "./budget";
import * as exact from "./rational";
import type { Rational } from "./rational";

const largestFactorial = 2_000n;
const largestBinomial = 1_000n;

function factorial(value: Rational): Rational {
  if (!exact.isInteger(value) || value.numerator < 0n) throw undefinedValue;
  if (value.numerator > largestFactorial) throw new Exceeded("a huge factorial");
  let product = 1n;
  for (let n = 2n; n <= value.numerator; n++) product *= n;
  return exact.integer(product);
}

function binomial(upper: Rational, lower: Rational): Rational {
  if (!exact.isInteger(lower)) throw undefinedValue;
  let count = lower.numerator;
  if (exact.isInteger(upper) && upper.numerator >= 0n && count > upper.numerator - count)
    count = upper.numerator - count;
  if (count < 0n) return exact.zero;
  if (count > largestBinomial) throw new Exceeded("a huge binomial coefficient");
  let result = exact.one;
  for (let k = 0n; k < count; k++)
    result = exact.multiply(result, exact.divide(exact.subtract(upper, exact.integer(k)), exact.integer(k + 1n))!);
  return result;
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
  const text = String(digits.numerator);
  let value = 0n;
  for (const digit of text) {
    if (BigInt(digit) >= base.numerator) throw undefinedValue;
    value = value * base.numerator + BigInt(digit);
  }
  return exact.integer(value);
}

const functions: Readonly<Record<string, (values: readonly Rational[]) => Rational>> = {
  factorial: ([n]) => factorial(n!),
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
