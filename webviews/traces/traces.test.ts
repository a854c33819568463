import fc from "fast-check";
import { expect, test } from "vitest";
import type { StepIndexEntry } from "../../server/protocol/traces";
import { matchingFirst } from "./matching-first";
import { stretches } from "./highlight";
import { rowHeight, rowsInView, scrollTo } from "../shared/rows-in-view";
import { meanAndDeviation, withoutSignal } from "./statistics";
import { nearestStep, purposesOf, resolvePosition, stagesOf, stepsOf } from "./step-index";

const order = ["cold-start", "reasoning-rl"];
const index: StepIndexEntry[] = [
  { stage: "reasoning-rl", step: 20, purpose: "evaluation", rollouts: 512 },
  { stage: "reasoning-rl", step: 2, purpose: "train", rollouts: 128 },
  { stage: "reasoning-rl", step: 10, purpose: "train", rollouts: 128 },
  { stage: "reasoning-rl", step: 0, purpose: "evaluation", rollouts: 512 },
  { stage: "cold-start", step: 2500, purpose: "evaluation", rollouts: 2048 },
];

test("stages come in the order of the run, steps rising, training before evaluation", () => {
  expect(stagesOf(index, order)).toEqual(["cold-start", "reasoning-rl"]);
  expect(stagesOf(index, [])).toEqual(["reasoning-rl", "cold-start"]);
  expect(purposesOf(index, "reasoning-rl")).toEqual(["train", "evaluation"]);
  expect(stepsOf(index, "reasoning-rl", "train")).toEqual([2, 10]);
});

test("without a wish the newest training step of the newest stage is shown", () => {
  expect(resolvePosition(index, order, { stage: null, step: null, purpose: null })).toEqual({
    stage: "reasoning-rl",
    step: 10,
    purpose: "train",
  });
});

test("a click on an evaluation's point opens that evaluation; a step between opens the nearest", () => {
  const at = (step: number) => resolvePosition(index, order, { stage: "reasoning-rl", step, purpose: null });
  expect(at(20)).toEqual({ stage: "reasoning-rl", step: 20, purpose: "evaluation" });
  expect(at(4)).toEqual({ stage: "reasoning-rl", step: 2, purpose: "train" });
});

test("a stage without training rollouts shows its evaluation; nothing recorded is no position", () => {
  expect(resolvePosition(index, order, { stage: "cold-start", step: null, purpose: "train" })).toEqual({
    stage: "cold-start",
    step: 2500,
    purpose: "evaluation",
  });
  expect(resolvePosition([], order, { stage: null, step: null, purpose: null })).toBeNull();
});

test("the nearest step is one of the steps, and none is nearer", () => {
  expect(nearestStep([], 3)).toBeNull();
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1 }), fc.nat(1000), (steps, wanted) => {
      const found = nearestStep(steps, wanted)!;
      expect(steps).toContain(found);
      expect(Math.min(...steps.map((step) => Math.abs(step - wanted)))).toBe(Math.abs(found - wanted));
    }),
  );
});

test("a text is cut at its marks, and a part of it at those that reach into it", () => {
  const text = "a.b A.B axb";
  expect(stretches(text, { at: [0, 3, 4, 7] })).toEqual([
    { text: "a.b", hit: true },
    { text: " ", hit: false },
    { text: "A.B", hit: true },
    { text: " axb", hit: false },
  ]);
  expect(stretches("b A", { at: [0, 3, 4, 7] }, 2)).toEqual([
    { text: "b", hit: true },
    { text: " ", hit: false },
    { text: "A", hit: true },
  ]);
  expect(stretches("text", { at: [] })).toEqual([{ text: "text", hit: false }]);
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.nat(40)), fc.nat(30), (whole, ends, from) => {
      const at = ends.toSorted((a, b) => a - b).slice(0, ends.length - (ends.length % 2));
      const part = whole.slice(from);
      const cut = stretches(part, { at }, from);
      expect(cut.map((stretch) => stretch.text).join("")).toBe(part);
      const marked = cut.flatMap(({ text, hit }) => Array.from({ length: text.length }, () => hit));
      for (const [index, hit] of marked.entries()) {
        const place = index + from;
        expect(hit).toBe(at.some((start, pair) => pair % 2 === 0 && start <= place && place < at[pair + 1]!));
      }
    }),
  );
});

test("mean and deviation agree with the list of groups: n − 1 in the denominator", () => {
  expect(meanAndDeviation([1, 0, 1, 0])).toEqual({ mean: 0.5, deviation: Math.sqrt(1 / 3) });
  expect(meanAndDeviation([0.5])).toEqual({ mean: 0.5, deviation: 0 });
  expect(meanAndDeviation([])).toEqual({ mean: null, deviation: null });
});

test("samples that a filter asks for stand first, the others after them in their order", () => {
  const all = [0, 1, 2, 3].map((sample) => ({ sample }));
  expect(matchingFirst(all, null)).toEqual(all);
  expect(matchingFirst(all, new Set([3, 1])).map(({ sample }) => sample)).toEqual([1, 3, 0, 2]);
});

test("rows in view of a list of any length: those around it, in their place", () => {
  expect(rowsInView(10, { top: 0, height: 580 })).toEqual({ first: 0, end: 10, offset: 0, whole: 580 });
  expect(rowsInView(1000, { top: 100 * rowHeight, height: 10 * rowHeight })).toMatchObject({ first: 88, end: 122 });
  fc.assert(
    fc.property(
      fc.nat(3_000_000),
      fc.nat(10_000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (total, height, share) => {
        const { whole } = rowsInView(total, { top: 0, height });
        const top = share * Math.max(0, whole - height);
        const { first, end, offset } = rowsInView(total, { top, height });
        expect(end - first).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 26);
        // What is drawn covers what is in view, or all there is.
        expect(first === 0 || offset <= top).toBe(true);
        expect(end === total || offset + (end - first) * rowHeight >= top + height).toBe(true);
        const row = Math.floor(share * Math.max(0, total - 1));
        const moved = scrollTo(row, total, { top, height });
        const then = rowsInView(total, { top: moved, height });
        expect(total === 0 || (then.first <= row && row < then.end)).toBe(true);
      },
    ),
  );
});

test("a group has no signal where its rewards are the same, not where it has none", () => {
  expect(withoutSignal({ rewardMean: 1, rewardStd: 0 })).toBe(true);
  expect(withoutSignal({ rewardMean: 1, rewardStd: 0.5 })).toBe(false);
  expect(withoutSignal({ rewardMean: null, rewardStd: null })).toBe(false);
});
