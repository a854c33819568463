import { expect, test } from "vitest";
import { largestOf, smallestOf } from "./extremes";

test("extremes of more values than a call can have arguments, of none, and of what is no number", () => {
  const many = Array.from({ length: 1_000_000 }, (_, index) => Math.sin(index));
  expect(largestOf(many)).toBeCloseTo(1, 9);
  expect(smallestOf(many)).toBeCloseTo(-1, 9);
  expect([largestOf([]), smallestOf([]), largestOf([-2, -1], 0), smallestOf(new Set([2, 3]), 1)]).toEqual([
    -Infinity,
    Infinity,
    0,
    1,
  ]);
  expect(largestOf([1, NaN, 2])).toBeNaN();
});
