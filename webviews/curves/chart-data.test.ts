import fc from "fast-check";
import { expect, test } from "vitest";
import { chartData, lineIndex, newestIndex } from "./chart-data";
import { chartsFor } from "./chart-specs";
import type { ChartSpec } from "./chart-specs";
import type { Timeline } from "./metric-table";
import { newest } from "./newest-values";
import { smooth } from "./smoothing";

const spec: ChartSpec = {
  id: "reward",
  title: "Reward",
  series: [{ key: "reward", label: "mean" }],
  band: { kind: "spread", center: "reward", spread: "reward_std", label: "±" },
  limits: null,
  sparse: false,
  note: null,
};

function lineOf(columns: Record<string, (number | null)[]>, rows: number): Timeline {
  const x = Array.from({ length: rows }, (_value, index) => index);
  return {
    x,
    steps: x,
    stages: x.map(() => "rl"),
    times: x,
    columns: new Map(Object.entries(columns)),
    marks: [],
    stepOf: (at) => at,
  };
}

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

test("the table says the newest value of each metric, its step and its change since the first", () => {
  const line = lineOf({ reward: [null, 0.25, 0.75], "eval/pass@1": [0.5, null, null], kl: [null, null, null] }, 3);
  expect(newest(line)).toEqual([
    { key: "eval/pass@1", value: 0.5, step: 0, first: 0.5 },
    { key: "reward", value: 0.75, step: 2, first: 0.25 },
  ]);
});

const policyKeys = [
  "reward",
  "reward_std",
  "rewards/correct/mean",
  "rewards/wellFormed/mean",
  "eval/pass@1",
  "eval/pass@8",
  "completions/mean_length",
  "completions/min_length",
  "completions/max_length",
  "entropy",
  "grad_norm",
  "frac_reward_zero_std",
  "signal/all_wrong",
  "signal/all_right",
  "loss",
  "time/generate",
];

test("a policy stage gets every curve of the live view, one line per reward function, pass@1 and pass@k together", () => {
  const { main, more } = chartsFor(policyKeys, "what it is");
  expect(main.map((chart) => chart.id)).toEqual([
    "reward",
    "rewards",
    "held-out",
    "length",
    "entropy",
    "gradient",
    "signal",
    "loss",
  ]);
  const labels = (id: string) => main.find((chart) => chart.id === id)?.series.map((series) => series.label);
  expect(labels("rewards")).toEqual(["correct", "wellFormed"]);
  expect(labels("held-out")).toEqual(["pass@1", "pass@8"]);
  expect(labels("signal")).toEqual(["all", "all wrong", "all right"]);
  expect(main.find((chart) => chart.id === "loss")?.note).toBe("what it is");
  expect(more.map((chart) => chart.id)).toEqual(["phases"]);
});

test("an SFT stage gets its loss without the note, and no empty charts", () => {
  const { main, more } = chartsFor(["loss", "grad_norm", "learning_rate"], null);
  expect(main.map((chart) => chart.id)).toEqual(["gradient", "loss"]);
  expect(main.every((chart) => chart.note === null)).toBe(true);
  expect(more.map((chart) => chart.title)).toEqual(["learning_rate"]);
});

test("a band needs all of its metrics; every metric is in exactly one chart", () => {
  const keys = policyKeys.filter((key) => key !== "reward_std");
  const { main, more } = chartsFor(keys, null);
  expect(main.find((chart) => chart.id === "reward")?.band).toBeNull();
  const shown = [...main, ...more].flatMap((chart) => [
    ...chart.series.map((series) => series.key),
    ...(chart.band?.kind === "range" ? [chart.band.low, chart.band.high] : []),
  ]);
  expect(shown.sort()).toEqual([...keys].sort());
});
