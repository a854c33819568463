import { expect, test } from "vitest";
import { weightedReward } from "./weighted-reward";

const rewards = [
  { function: "a.reward.ts#right", weight: 1, prompts: "reasoning" as const },
  { function: "a.reward.ts#form", weight: 0.1, prompts: "all" as const },
  { function: "a.reward.ts#polite", weight: 5, prompts: "general" as const },
];
const score = (value: number) => ({ kind: "score" as const, score: value, extras: {} });
const failed = { kind: "error" as const, message: "m", file: null, line: null, column: null };

test("rewards of general prompts are no part of it, nor are their errors", () => {
  expect(weightedReward(rewards, { right: score(1), form: score(1), polite: score(1) })).toBeCloseTo(1.1, 12);
  expect(weightedReward(rewards, { right: score(1), form: score(1), polite: failed })).toBeCloseTo(1.1, 12);
  expect(weightedReward(rewards, { right: score(1), form: failed, polite: score(1) })).toBeNull();
  const none = { kind: "not-applicable" as const };
  expect(weightedReward(rewards, { right: none, form: none, polite: score(1) })).toBeNull();
});
