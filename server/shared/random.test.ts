import fc from "fast-check";
import { expect, test } from "vitest";
import { hashText, randomInteger, randomNormal, randomPermutation, randomStream } from "./random";

const take = (count: number, ...key: (number | string)[]): number[] => {
  const random = randomStream(...key);
  return Array.from({ length: count }, random);
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test("a key gives its stream again, another key another one", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 1000 }), fc.string(), (seed, step, purpose) => {
      const stream = take(4, seed, purpose, step);
      expect(take(4, seed, purpose, step)).toEqual(stream);
      expect(take(4, seed + 1, purpose, step)).not.toEqual(stream);
      expect(take(4, seed, purpose, step + 1)).not.toEqual(stream);
      expect(take(4, seed, `${purpose}x`, step)).not.toEqual(stream);
    }),
  );
  // The parts of a key do not run together.
  expect(take(4, 1, 23)).not.toEqual(take(4, 12, 3));
});

test("streams of neighbouring keys are uniform and have nothing to do with each other", () => {
  const firsts = Array.from(
    { length: 20_000 },
    (_, index) => take(1, 0, "rl", index % 100, Math.floor(index / 100))[0]!,
  );
  expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(0.01);
  const buckets = Array.from(
    { length: 20 },
    (_, bucket) => firsts.filter((value) => Math.floor(value * 20) === bucket).length,
  );
  const chiSquare = buckets.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  // 99.9 % quantile with 19 degrees of freedom: 43.8.
  expect(chiSquare).toBeLessThan(43.8);
  const correlation = mean(firsts.slice(1).map((value, index) => (value - 0.5) * (firsts[index]! - 0.5))) * 12;
  expect(Math.abs(correlation)).toBeLessThan(0.03);
});

test("numbers lie in [0, 1), integers within their bounds, both ends reached", () => {
  const values = take(10_000, "bounds");
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  const random = randomStream("integers");
  const integers = Array.from({ length: 1000 }, () => randomInteger(random, -2, 3));
  expect([...new Set(integers)].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
});

test("normal numbers have mean 0 and variance 1", () => {
  const random = randomStream("normal");
  const values = Array.from({ length: 20_000 }, () => randomNormal(random));
  expect(Math.abs(mean(values))).toBeLessThan(0.03);
  expect(Math.abs(mean(values.map((value) => value * value)) - 1)).toBeLessThan(0.05);
});

test("a permutation holds every index once", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 200 }), (seed, length) => {
      const order = randomPermutation(randomStream(seed), length);
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, index) => index));
    }),
  );
});

test("hashes stay what they are: splits and streams of recorded runs depend on them", () => {
  expect([hashText("a6b+4c+2d-8=", 0x4e1d), hashText(""), take(2, 7, "training", "sft")]).toMatchInlineSnapshot(`
    [
      3019394620,
      2872998923,
      [
        0.22108147200196981,
        0.41997502581216395,
      ],
    ]
  `);
});
