import fc from "fast-check";
import { expect, test } from "vitest";
import { passAtK } from "./pass-at-k";

/** The definition: the share of all k-subsets of n samples that hold one of the c right ones. */
function byCounting(n: number, c: number, k: number): number {
  let hits = 0;
  let subsets = 0;
  for (let chosen = 0; chosen < 2 ** n; chosen++) {
    const members = Array.from({ length: n }, (_, index) => index).filter((index) => (chosen >> index) & 1);
    if (members.length !== k) continue;
    subsets++;
    if (members.some((index) => index < c)) hits++;
  }
  return hits / subsets;
}

test("is the share of subsets with a right sample", () => {
  for (let n = 1; n <= 7; n++) {
    for (let c = 0; c <= n; c++) {
      for (let k = 1; k <= n; k++) expect(passAtK(n, c, k)).toBeCloseTo(byCounting(n, c, k), 12);
    }
  }
});

test("with k = 1 it is the share of right samples; it never falls as k grows", () => {
  const arbitrary = fc
    .integer({ min: 1, max: 2000 })
    .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n }), fc.integer({ min: 1, max: n })));
  fc.assert(
    fc.property(arbitrary, ([n, c, k]) => {
      expect(passAtK(n, c, 1)).toBeCloseTo(c / n, 10);
      const value = passAtK(n, c, k);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      if (k > 1) expect(value).toBeGreaterThanOrEqual(passAtK(n, c, k - 1) - 1e-12);
    }),
  );
});

test("more draws than samples are an error", () => {
  expect(() => passAtK(8, 3, 9)).toThrow("pass@9 needs at least 9 samples a prompt; there are 8.");
});
