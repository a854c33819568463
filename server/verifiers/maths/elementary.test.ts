import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BigFloat } from "./big-float";
import { add, bigFloat, divide, fromRational, magnitude, mayBeZero, multiply, realRoot, subtract } from "./big-float";
import { argument, exp, ln, pi, sineAndCosine, squareRoot } from "./elementary";
import { rational } from "./rational";

const toNumber = (part: bigint, exponent: number): number => {
  const shift = Math.max(0, part.toString(2).length - 60);
  return Number(part >> BigInt(shift)) * 2 ** (exponent + shift);
};
const real = (value: BigFloat): number => toNumber(value.re, value.exponent);
const fraction = fc
  .tuple(fc.integer({ min: -4000, max: 4000 }), fc.integer({ min: 1, max: 999 }))
  .map(([upper, lower]) => ({
    value: upper / lower,
    float: fromRational(rational(BigInt(upper), BigInt(lower))!, 256),
  }));
/** Exact ones, of very different sizes. */
const complex = fc
  .tuple(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), fc.bigInt({ min: -5000n, max: 5000n }), fc.boolean())
  .map(([long, short, turned]) => bigFloat(turned ? short : long, -20, turned ? long : short));

describe("big floats", () => {
  it("have the value of double arithmetic", () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        expect(real(add(a.float, b.float, 256))).toBeCloseTo(a.value + b.value, 8);
        expect(real(multiply(a.float, b.float, 256)) / (a.value * b.value || 1)).toBeCloseTo(
          a.value * b.value === 0 ? 0 : 1,
          10,
        );
        if (b.value !== 0) expect(real(divide(a.float, b.float, 256))).toBeCloseTo(a.value / b.value, 6);
      }),
    );
  });

  it("know functions to the last bits of a double", () => {
    fc.assert(
      fc.property(fraction, ({ value, float }) => {
        const { sin, cos } = sineAndCosine(float, 256);
        expect(real(sin)).toBeCloseTo(Math.sin(value), 9);
        expect(real(cos)).toBeCloseTo(Math.cos(value), 9);
        if (Math.abs(value) < 500) expect(real(exp(float, 256)) / Math.exp(value)).toBeCloseTo(1, 9);
        if (value > 0) expect(real(ln(float, 256))).toBeCloseTo(Math.log(value), 11);
        if (value >= 0) expect(real(realRoot(float, 3, 256))).toBeCloseTo(Math.cbrt(value), 11);
      }),
    );
    expect(real(pi(256))).toBe(Math.PI);
  });

  it("keep their true value within their error", () => {
    fc.assert(
      fc.property(complex, (z) => {
        fc.pre(!mayBeZero(z));
        // √z · √z = z and e^(ln z) = z, at two precisions: what is left is within the bound.
        for (const precision of [128, 700]) {
          const root = squareRoot(z, precision);
          const logarithm = exp(ln(z, precision), precision);
          for (const difference of [subtract(multiply(root, root, precision), z, 900), subtract(logarithm, z, 900)]) {
            expect(magnitude(difference)).toBeLessThanOrEqual(difference.error + 6);
            expect(difference.error).toBeLessThan(magnitude(z) - precision + 60);
          }
        }
      }),
    );
  });

  it("have principal values", () => {
    expect(real(argument(bigFloat(-1n), 128))).toBeCloseTo(Math.PI, 12);
    expect(real(argument(bigFloat(-1n, 0, -1n), 128))).toBeCloseTo(-0.75 * Math.PI, 12);
    const root = squareRoot(bigFloat(-4n), 128);
    expect([real(root), toNumber(root.im, root.exponent)]).toEqual([0, 2]);
    const lower = squareRoot(bigFloat(-3n, 0, -4n), 128);
    expect([real(lower), toNumber(lower.im, lower.exponent)]).toEqual([1, -2]);
  });
});
