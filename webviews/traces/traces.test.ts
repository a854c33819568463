import fc from "fast-check";
import { expect, test } from "vitest";
import type { StepIndexEntry } from "../../server/protocol/traces";
import { matchingFirst } from "./matching-first";
import { stretches } from "./highlight";
import { meanAndDeviation } from "./statistics";
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

test("search hits are found whatever their case, literally", () => {
  expect(stretches("a.b A.B axb", "a.b")).toEqual([
    { text: "a.b", hit: true },
    { text: " ", hit: false },
    { text: "A.B", hit: true },
    { text: " axb", hit: false },
  ]);
  expect(stretches("text", "")).toEqual([{ text: "text", hit: false }]);
  fc.assert(
    fc.property(fc.string(), fc.string({ maxLength: 2 }), (text, needle) => {
      expect(
        stretches(text, needle)
          .map((stretch) => stretch.text)
          .join(""),
      ).toBe(text);
    }),
  );
});

test("mean and deviation agree with the list of groups: n − 1 in the denominator", () => {
  expect(meanAndDeviation([1, 0, 1, 0])).toEqual({ mean: 0.5, deviation: Math.sqrt(1 / 3) });
  expect(meanAndDeviation([0.5])).toEqual({ mean: 0.5, deviation: 0 });
  expect(meanAndDeviation([])).toEqual({ mean: null, deviation: null });
});

test("samples that a filter asks for stand first, the others after them in their order", () => {
  const sample = (finishReason: "stop" | "length", ...tags: string[]) => ({
    finishReason,
    tags,
    correct: tags[0] === "kept" ? (1 as const) : (0 as const),
    reward: 0,
    rewards: {},
  });
  const kept = sample("stop", "kept");
  const twin = sample("length", "refused", "near-duplicate: nearly the same as #0 of group 1");
  const bad = sample("stop", "refused", "unreadable: it is empty");
  const all = [kept, twin, bad];
  expect(matchingFirst(all, "all")).toEqual(all);
  expect(matchingFirst(all, "unreadable")).toEqual([bad, kept, twin]);
  expect(matchingFirst(all, "refused")).toEqual([twin, bad, kept]);
  expect(matchingFirst(all, "truncated")).toEqual([twin, kept, bad]);
  expect(matchingFirst([bad, kept], "kept")).toEqual([kept, bad]);
  expect(matchingFirst([bad, kept, twin], "right")).toEqual([kept, bad, twin]);
  expect(matchingFirst([kept, bad], "high-but-wrong")).toEqual([bad, kept]);
});

test("the best of a step, what is high but wrong and what failed stand first in their group", () => {
  const sample = (correct: 0 | 1, reward: number | null) => ({
    finishReason: "stop" as const,
    tags: [],
    correct,
    reward,
    rewards: { judge: reward === null ? failure : ({ kind: "score", score: reward, extras: {} } as const) },
  });
  const failure = { kind: "error", message: "no", file: null, line: null, column: null } as const;
  const [low, failed, high, right, best] = [
    sample(0, 0.1),
    sample(0, null),
    sample(0, 0.9),
    sample(1, 0.2),
    sample(1, 1),
  ];
  const all = [low, failed, high, right, best];
  expect(matchingFirst(all, "best")).toEqual([best, high, right, low, failed]);
  expect(matchingFirst(all, "high-but-wrong").slice(0, 2)).toEqual([high, low]);
  expect(matchingFirst(all, "low-but-right").slice(0, 2)).toEqual([right, best]);
  expect(matchingFirst(all, "error")[0]).toBe(failed);
});
