import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { columnsOf as ColumnsOf } from "./dense-lines";

let columnsOf: typeof ColumnsOf;
beforeAll(async () => {
  // uPlot asks the page for its pixels when it is loaded.
  Object.assign(globalThis, { devicePixelRatio: 1, matchMedia: () => ({ addEventListener: () => undefined }) });
  ({ columnsOf } = await import("./dense-lines"));
});

const shown = (width: number, points: readonly (readonly [x: number, y: number])[]): (number[] | null)[] => {
  const { from, to } = columnsOf(
    width,
    points.map(([x]) => x),
    points.map(([, y]) => y),
  );
  return Array.from(from, (low, x) => (Number.isNaN(low) ? null : [low, to[x]!]));
};

test("a column is covered from its lowest to its highest point, and from where the one before it ended", () => {
  expect(shown(3, [[0, 5], [0.5, 1], [1, 3], [1.9, 2], [2, 2]])).toEqual([[1, 5], [1, 3], [2, 2]]); // prettier-ignore
  // Between points that are far apart the line is straight.
  expect(shown(5, [[0, 0], [4, 8]])).toEqual([[0, 0], [0, 2], [2, 4], [4, 6], [6, 8]]); // prettier-ignore
  // What begins left of the plot and ends right of it goes through.
  expect(shown(2, [[-2, 0], [3, 10]])).toEqual([[2, 4], [4, 6]]); // prettier-ignore
  expect(shown(3, [[1, 7]])).toEqual([null, [7, 7], null]);
  expect(shown(2, [])).toEqual([null, null]);
});

test("a line has no holes, and covers each of its points and nothing beyond them", () => {
  const point = fc.tuple(fc.double({ min: -20, max: 120, noNaN: true }), fc.integer({ min: -1000, max: 1000 }));
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 60 }), (unsorted) => {
      const points = unsorted.toSorted((a, b) => a[0] - b[0]);
      const columns = shown(100, points);
      const ys = points.map(([, y]) => y);
      for (const [x, y] of points) {
        const column = Math.floor(x);
        if (column < 0 || column >= 100) continue;
        expect(columns[column]![0]).toBeLessThanOrEqual(y);
        expect(columns[column]![1]).toBeGreaterThanOrEqual(y);
      }
      const there = columns.flatMap((column, x) => (column === null ? [] : [x]));
      for (const [at, x] of there.entries()) {
        const [low, high] = columns[x]!;
        // Single precision of what was interpolated.
        expect(low).toBeGreaterThanOrEqual(Math.min(...ys) - 0.01);
        expect(high).toBeLessThanOrEqual(Math.max(...ys) + 0.01);
        if (at === 0) continue;
        expect(x).toBe(there[at - 1]! + 1);
        const before = columns[x - 1]!;
        expect(low).toBeLessThanOrEqual(before[1]! + 0.01);
        expect(high).toBeGreaterThanOrEqual(before[0]! - 0.01);
      }
    }),
  );
});
