/** exp, ln, sin, cos and the argument of complex numbers of any precision, by series on big integers. */
import { charge, productCost } from "./budget";
import type { BigFloat } from "./big-float";
import {
  add,
  bigFloat,
  divide,
  isReal,
  magnitude,
  mayBeZero,
  multiply,
  negate,
  realRoot,
  round,
  undefinedValue,
} from "./big-float";
import { bitLength } from "./rational";

/** Bits that the series carry beyond what is asked. */
const guard = 48;
/** Arguments beyond 2^this have no exponential that anyone asks for. */
const largestArgument = 40;

function cached(compute: (digits: number) => bigint): (digits: number) => bigint {
  const known = new Map<number, bigint>();
  return (digits) => {
    // Few lengths are kept, so that they are computed once.
    const length = Math.ceil(digits / 256) * 256;
    let value = known.get(length);
    if (value === undefined) known.set(length, (value = compute(length)));
    return value >> BigInt(length - digits);
  };
}

/** arctan(1/n) or artanh(1/n), times 2^digits. */
function inverseSeries(n: bigint, digits: number, alternating: boolean): bigint {
  let power = (1n << BigInt(digits + 16)) / n;
  let sum = power;
  for (let k = 3n; power !== 0n; k += 2n) {
    charge(100 + digits / 3);
    power /= alternating ? -(n * n) : n * n;
    sum += power / k;
  }
  return sum >> 16n;
}
/** π · 2^digits, by Machin's formula. */
const piFixed = cached((digits) => 16n * inverseSeries(5n, digits, true) - 4n * inverseSeries(239n, digits, true));
/** ln 2 · 2^digits. */
const ln2Fixed = cached((digits) => 2n * inverseSeries(3n, digits, false));

export const pi = (precision: number): BigFloat => bigFloat(piFixed(precision + 8), -precision - 8, 0n, -precision);

/** The real part as a multiple of 2^−digits. */
const fixed = (value: bigint, exponent: number, digits: number): bigint => {
  const shift = exponent + digits;
  return shift >= 0 ? value << BigInt(shift) : value >> BigInt(-shift);
};

/** e^x for x in multiples of 2^−digits, as a mantissa in such multiples and a power of two. */
function expFixed(x: bigint, digits: number): { mantissa: bigint; shift: number } {
  const ln2 = ln2Fixed(digits);
  const shift = Number(x / ln2);
  const halvings = Math.ceil(Math.sqrt(digits) / 2);
  const rest = (x - BigInt(shift) * ln2) >> BigInt(halvings);
  const one = 1n << BigInt(digits);
  let term = one;
  let mantissa = one;
  const cost = productCost(digits, digits) + digits / 3;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    charge(cost);
    term = ((term * rest) >> BigInt(digits)) / n;
    mantissa += term;
  }
  charge(halvings * cost);
  for (let n = 0; n < halvings; n++) mantissa = (mantissa * mantissa) >> BigInt(digits);
  return { mantissa, shift };
}

/** sin x and cos x in multiples of 2^−digits. */
function sineFixed(x: bigint, digits: number): { sin: bigint; cos: bigint } {
  const quarter = piFixed(digits) >> 1n;
  const turns = x / quarter;
  const halvings = Math.ceil(Math.sqrt(digits) / 2);
  const rest = (x - turns * quarter) >> BigInt(halvings);
  const one = 1n << BigInt(digits);
  const square = (rest * rest) >> BigInt(digits);
  let [cos, sin] = [one, rest];
  let term = one;
  const cost = 2 * productCost(digits, digits) + digits;
  for (let n = 1n; ; n += 2n) {
    charge(cost);
    term = -((term * square) >> BigInt(digits)) / (n * (n + 1n));
    if (term === 0n || term === -1n) break;
    cos += term;
    sin += ((term * rest) >> BigInt(digits)) / (n + 2n);
  }
  charge(halvings * 2 * cost);
  for (let n = 0; n < halvings; n++)
    [sin, cos] = [(2n * sin * cos) >> BigInt(digits), (cos * cos - sin * sin) >> BigInt(digits)];
  switch (((turns % 4n) + 4n) % 4n) {
    case 0n:
      return { sin, cos };
    case 1n:
      return { sin: cos, cos: -sin };
    case 2n:
      return { sin: -sin, cos: -cos };
    default:
      return { sin: -cos, cos: sin };
  }
}

/** Bits after the point for an argument, so that its whole part is kept too. Throws `Undefined` for huge or vague ones. */
function digitsFor(value: BigFloat, precision: number): number {
  const size = magnitude(value);
  if (size > largestArgument || value.error > -4) throw undefinedValue;
  return precision + guard + Math.max(0, size);
}

/** e^z. */
export function exp(value: BigFloat, precision: number): BigFloat {
  const digits = digitsFor(value, precision);
  const { mantissa, shift } = expFixed(fixed(value.re, value.exponent, digits), digits);
  const exponent = shift - digits;
  // Relative error: that of the argument, and that of the series.
  const size = exponent + bitLength(mantissa);
  const error = Math.max(value.error, -precision - 4) + size + 2;
  if (value.im === 0n) return round(bigFloat(mantissa, exponent, 0n, error), precision);
  const { sin, cos } = sineFixed(fixed(value.im, value.exponent, digits), digits);
  const unit = BigInt(digits);
  return round(bigFloat((mantissa * cos) >> unit, exponent, (mantissa * sin) >> unit, error + 1), precision);
}

/** sin z and cos z. */
export function sineAndCosine(value: BigFloat, precision: number): { sin: BigFloat; cos: BigFloat } {
  if (value.im !== 0n) {
    const up = exp({ ...value, re: -value.im, im: value.re }, precision);
    const down = exp({ ...value, re: value.im, im: -value.re }, precision);
    const half = (sum: BigFloat): BigFloat => ({ ...sum, exponent: sum.exponent - 1, error: sum.error - 1 });
    const cos = half(add(up, down, precision));
    const difference = half(add(up, negate(down), precision));
    return { cos, sin: { ...difference, re: difference.im, im: -difference.re } };
  }
  const digits = digitsFor(value, precision);
  const { sin, cos } = sineFixed(fixed(value.re, value.exponent, digits), digits);
  const error = Math.max(value.error, -precision) + 1;
  return { sin: bigFloat(sin, -digits, 0n, error), cos: bigFloat(cos, -digits, 0n, error) };
}

/** ln of a positive real value. */
function realLn(value: BigFloat, precision: number): BigFloat {
  const digits = precision + guard;
  const length = bitLength(value.re);
  // value = mantissa · 2^shift with the mantissa in [1/16, 1).
  const mantissa = fixed(value.re, -length, digits);
  const shift = value.exponent + length;
  let guess =
    BigInt(Math.round(Math.log(Number(mantissa >> BigInt(digits - 53)) / 2 ** 53) * 2 ** 48)) << BigInt(digits - 48);
  // Halley's iteration: three times as many right bits each time, computed with as many as will be right.
  for (let right = 40; right < digits; right *= 3) {
    const kept = Math.min(digits, 3 * right + guard);
    const dropped = BigInt(digits - kept);
    const power = expFixed(guess >> dropped, kept);
    const [reached, aim] = [fixed(power.mantissa, power.shift, 0), mantissa >> dropped];
    charge(3 * productCost(kept, kept));
    guess += (((2n * (aim - reached)) << BigInt(kept)) / (aim + reached)) << dropped;
  }
  const total = guess + BigInt(shift) * ln2Fixed(digits);
  const relative = value.error - (value.exponent + length - 4) + 1;
  return round(bigFloat(total, -digits, 0n, Math.max(relative, -precision) + 2), precision);
}

/** The angle of a complex number, in (−π, π]; of a negative real one, as far as is known, π. Throws `Undefined` for 0. */
export function argument(value: BigFloat, precision: number): BigFloat {
  if (mayBeZero(value)) throw undefinedValue;
  const length = Math.max(bitLength(value.re), bitLength(value.im));
  const inherited = value.error - (value.exponent + length - 4) + 1;
  if (isReal(value)) {
    const error = value.im === 0n ? Number.NEGATIVE_INFINITY : inherited;
    return value.re > 0n ? bigFloat(0n, 0, 0n, error) : { ...pi(precision), error: Math.max(error, -precision) };
  }
  const digits = precision + guard;
  const [x, y] = [fixed(value.re, -length, digits), fixed(value.im, -length, digits)];
  const double = (part: bigint): number => Number(part >> BigInt(digits - 60)) / 2 ** 60;
  let angle = BigInt(Math.round(Math.atan2(double(y), double(x)) * 2 ** 48)) << BigInt(digits - 48);
  for (let right = 40; right < digits; right *= 3) {
    const { sin, cos } = sineFixed(angle, digits);
    // What is left of the angle after turning back, nearly its own tangent.
    angle += ((y * cos - x * sin) << BigInt(digits)) / (x * cos + y * sin);
  }
  return round(bigFloat(angle, -digits, 0n, Math.max(inherited, -precision) + 2), precision);
}

/** ln z, the principal value. Throws `Undefined` for 0. */
export function ln(value: BigFloat, precision: number): BigFloat {
  if (mayBeZero(value)) throw undefinedValue;
  if (value.im === 0n && value.re > 0n) return realLn(value, precision);
  const squares = bigFloat(value.re * value.re + value.im * value.im, 2 * value.exponent);
  const size = realRoot(squares, 2, precision + 8);
  const real = realLn({ ...size, error: Math.max(size.error, value.error) }, precision);
  const angle = argument(value, precision);
  return add(real, { ...angle, re: 0n, im: angle.re }, precision);
}

/** z^w = e^(w ln z). */
export const generalPower = (base: BigFloat, exponent: BigFloat, precision: number): BigFloat =>
  exp(multiply(exponent, ln(base, precision + guard), precision + guard), precision);

/** √z, the principal value. */
export function squareRoot(value: BigFloat, precision: number): BigFloat {
  if (isReal(value) || mayBeZero(value)) {
    const real = { ...value, im: 0n };
    if (real.re >= 0n) return realRoot(real, 2, precision);
    const root = realRoot(negate(real), 2, precision);
    return { ...root, re: 0n, im: root.re };
  }
  // √z from |z|: no angle is needed. The part that is certain to be large comes first, the other one follows from it.
  const part = (re: bigint): BigFloat => ({ ...value, re, im: 0n });
  const squares = bigFloat(value.re * value.re + value.im * value.im, 2 * value.exponent);
  const size = realRoot(squares, 2, precision + guard);
  const large = part(value.re < 0n ? -value.re : value.re);
  const sum = add({ ...size, error: Math.max(size.error, value.error) }, large, precision + guard);
  const first = realRoot({ ...sum, exponent: sum.exponent - 1, error: sum.error - 1 }, 2, precision + guard);
  const twice = { ...first, exponent: first.exponent + 1, error: first.error + 1 };
  const second = divide(part(value.im), twice, precision + guard);
  const turned = value.re < 0n;
  const negative = turned && value.im < 0n;
  const [x, y] = turned ? [negative ? negate(second) : second, negative ? negate(first) : first] : [first, second];
  return round(add(x, { ...y, re: 0n, im: y.re }, precision + guard), precision);
}

export const reciprocal = (value: BigFloat, precision: number): BigFloat => divide(bigFloat(1n), value, precision);
