import fc from "fast-check";
import { expect, test } from "vitest";
import { smooth, smoothing, smoothRows } from "./smoothing";

/** The definition: weights w^(n−i) of the n values so far. */
function defined(values: readonly number[], weight: number): number {
  const weights = values.map((_, index) => weight ** (values.length - 1 - index));
  const sum = values.reduce((total, value, index) => total + weights[index]! * value, 0);
  return sum / weights.reduce((total, one) => total + one, 0);
}

const values = fc.array(fc.oneof(fc.constant(null), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
  minLength: 1,
  maxLength: 200,
});
const weights = fc.double({ min: 0, max: 0.99, noNaN: true });

test("a smoothed value is the mean of those so far with weights that fall by w", () => {
  fc.assert(
    fc.property(values, weights, (given, weight) => {
      const seen: number[] = [];
      for (const [index, smoothed] of smooth(given, weight).entries()) {
        const value = given[index] ?? null;
        if (value === null) expect(smoothed).toBeNull();
        else {
          seen.push(value);
          const scale = Math.max(1, ...seen.map(Math.abs));
          expect(Math.abs(smoothed! - defined(seen, weight)) / scale).toBeLessThan(1e-9);
        }
      }
    }),
  );
});

test("rows in place, in two parts, are what the values give one by one", () => {
  fc.assert(
    fc.property(values, weights, fc.nat(200), (given, weight, cut) => {
      const rows = Float64Array.from(given, (value) => value ?? Number.NaN);
      const state = smoothing(weight);
      smoothRows(state, rows.subarray(0, cut));
      smoothRows(state, rows.subarray(cut));
      expect([...rows]).toEqual(smooth(given, weight).map((value) => value ?? Number.NaN));
    }),
  );
});

test("of a long run the bits are those of the plain recursion", () => {
  const rows = Float64Array.from({ length: 5000 }, (_, index) => Math.sin(index) * 10 ** (index % 7));
  let [sum, power] = [0, 1];
  const plain = Array.from(rows, (value) => {
    sum = 0.6 * sum + 0.4 * value;
    power *= 0.6;
    return sum / (1 - power);
  });
  smoothRows(smoothing(0.6), rows);
  expect([...rows]).toEqual(plain);
});
