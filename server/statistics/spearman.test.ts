import fc from "fast-check";
import { expect, test } from "vitest";
import { ranks, spearman } from "./spearman";

test("equal values share the mean of their ranks", () => {
  expect(ranks([10, 20, 20, 5])).toEqual([2, 3.5, 3.5, 1]);
});

test("a textbook example, one with ties, and both ends", () => {
  // scipy.stats.spearmanr
  expect(spearman([106, 100, 86, 101, 99, 103, 97, 113, 112, 110], [7, 27, 2, 50, 28, 29, 20, 12, 6, 17])).toBeCloseTo(
    -29 / 165,
    12,
  );
  expect(spearman([1, 2, 2, 3], [1, 1, 2, 2])).toBeCloseTo(0.7071067811865475, 12);
  expect(spearman([1, 2, 3], [2, 4, 9])).toBe(1);
  expect(spearman([1, 2, 3], [9, 4, 2])).toBe(-1);
});

test("where nothing is ranked there is no correlation", () => {
  expect(spearman([], [])).toBeNull();
  expect(spearman([1], [2])).toBeNull();
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
  expect(() => spearman([1], [])).toThrow(/no rank correlation/);
});

test("it asks for the order alone, and for both sides alike", () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), { maxLength: 40 });
  fc.assert(
    fc.property(pairs, (all) => {
      const [left, right] = [all.map(([a]) => a), all.map(([, b]) => b)];
      const found = spearman(left, right);
      const same = (other: number | null): void => {
        if (found === null) expect(other).toBeNull();
        else expect(other).toBeCloseTo(found, 9);
      };
      same(spearman(right, left));
      same(
        spearman(
          left.map((value) => value ** 3 - 7),
          right,
        ),
      );
      const turned = spearman(
        left,
        right.map((value) => -value),
      );
      same(turned === null ? null : -turned);
      if (found !== null) expect(Math.abs(found)).toBeLessThanOrEqual(1);
    }),
  );
});
