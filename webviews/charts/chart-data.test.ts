import fc from "fast-check";
import { expect, test } from "vitest";
import { chartData, lineIndex, newestIndex } from "./chart-data";
import type { ChartSpec } from "./chart-spec";
import { smooth } from "../../server/statistics/smoothing";
import { lineOf } from "./timeline.testing";

const spec: ChartSpec = {
  id: "reward",
  title: "Reward",
  series: [{ key: "reward", label: "mean" }],
  band: { kind: "spread", center: "reward", spread: "reward_std", label: "±" },
  limits: null,
  sparse: false,
  note: null,
};

test("the spread is mean ± standard deviation, null where either is missing", () => {
  const line = lineOf({ reward: [null, 0.5, 0.75], reward_std: [null, 0.25, null] }, 3);
  const data = chartData(spec, line, 0);
  expect(data[1]).toEqual([null, 0.25, null]);
  expect(data[2]).toEqual([null, 0.75, null]);
  expect(data[lineIndex(spec, 0)]).toEqual([null, 0.5, 0.75]);
});

test("values are drawn beside their smoothed line only when there is smoothing; evaluations never", () => {
  const line = lineOf({ reward: [0, 1], reward_std: [0, 0] }, 2);
  expect(chartData(spec, line, 0)[3]).toEqual([null, null]);
  const smoothed = chartData(spec, line, 0.5);
  expect(smoothed[3]).toEqual([0, 1]);
  expect(smoothed[4]).toEqual([0, 2 / 3]);
  expect(chartData({ ...spec, band: null, sparse: true }, line, 0.5)[2]).toEqual([0, 1]);
});

test("smoothing starts at the first value, keeps constants and nulls, and stays within the values", () => {
  expect(smooth([null, 3, null, 3], 0.9)).toEqual([null, expect.closeTo(3), null, expect.closeTo(3)]);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (values, weight) => {
        const result = smooth(values, weight);
        expect(result[0]).toBeCloseTo(values[0]!, 6);
        for (const value of result) {
          expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
          expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
        }
      },
    ),
  );
});

test("the newest value is the last that is there", () => {
  expect(newestIndex([1, null, 3, null], 3)).toBe(2);
  expect(newestIndex([1, null, 3, null], 1)).toBe(0);
  expect(newestIndex([null], 0)).toBe(-1);
  expect(newestIndex(undefined, 5)).toBe(-1);
});
