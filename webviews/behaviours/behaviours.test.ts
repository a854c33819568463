import { expect, test } from "vitest";
import { measures, type BehaviourChange, type BehaviourPoint } from "../../server/protocol/behaviours";
import { timeline } from "../charts/metric-table";
import { differenceText, directionOf, valueText } from "./change-text";
import { chartsOf, tablesOf } from "./points";

type Counts = BehaviourPoint["counts"];

const point = (step: number, counts: Partial<Counts>): BehaviourPoint => ({
  stage: "rl",
  step,
  purpose: "train",
  rollouts: 100,
  aha: 0,
  counts: { ...(Object.fromEntries(measures.map((measure) => [measure, [0, 0]])) as Counts), ...counts },
});

test("a fall is told like a rise", () => {
  const change = (low: number, high: number): BehaviourChange => ({
    measure: "self-correction",
    first: [30, 100],
    last: [20, 100],
    difference: { value: (low + high) / 2, low, high },
  });
  expect(directionOf(change(-0.15, -0.05))).toBe("fell");
  expect(directionOf(change(0.05, 0.15))).toBe("rose");
  expect(directionOf(change(-0.05, 0.15))).toBe("no clear change");
  expect(directionOf({ ...change(0, 0), first: [0, 9], last: [0, 9] })).toBe("not seen");
  expect(directionOf({ ...change(0, 0), difference: null })).toBe("not measured");
  expect(differenceText(change(-0.15, -0.05))).toEqual({ value: "−10.0 points", interval: "[−15.0, −5.0]" });
  expect(differenceText({ ...change(1, 3), measure: "length-right" })).toEqual({
    value: "+2",
    interval: "[+1, +3]",
  });
  expect(valueText("self-correction", [30, 100])).toBe("30.0 %");
  expect(valueText("length-right", [30, 4])).toBe("7.50");
  expect(valueText("flags-wrong", [0, 0])).toBe("–");
});

test("a curve has its count and interval beside it, and a gap where it rests on nothing", () => {
  const points = [
    point(1, { "self-correction": [25, 100], "length-right": [300, 10] }),
    point(2, { "self-correction": [0, 100] }),
  ];
  const { columns } = timeline(tablesOf(points), ["rl"]);
  expect(columns.get("self-correction")).toEqual([0.25, 0]);
  expect(columns.get("self-correction/n")).toEqual([100, 100]);
  expect(columns.get("length-right")).toEqual([30, null]);
  const [low, high] = ["low", "high"].map((end) => columns.get(`self-correction/${end}`)![0]!);
  // Wilson's interval of 25 in 100.
  expect(low).toBeCloseTo(0.1755, 3);
  expect(high).toBeCloseTo(0.343, 3);
});

test("what was never found has no chart but is named; counts stand under each chart", () => {
  const points = [
    point(1, { "self-correction": [5, 64], backtracking: [0, 64], "flags-wrong": [1, 20], "flags-right": [0, 90] }),
    point(2, { "self-correction": [9, 64], backtracking: [0, 64], "flags-wrong": [3, 31], "flags-right": [0, 80] }),
  ];
  const { specs, never } = chartsOf(points, false);
  expect(specs.map(({ id, note }) => [id, note])).toEqual([
    ["self-correction", "n: 64 rollouts a point"],
    ["flags", "n of wrong steps: 20 to 31 steps a point; n of right steps: 80 to 90 steps a point"],
  ]);
  expect(never).toEqual(["backtracking", "flags-right"]);
});
