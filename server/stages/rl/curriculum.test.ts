import { expect, test } from "vitest";
import { reasoningRlSchema } from "../../recipes/stages";
import { drawWeight, nextPassRates, type PassRates } from "./curriculum";
import { newRlState, nextRlState } from "./rl-state";

const hard = { prompt: "h", answer: "1", difficulty: 7 };
const easy = { prompt: "e", answer: "1", difficulty: 4 };
const plain = { prompt: "p", answer: "1" };

test("rows are drawn by the pass rate of their difficulty, or their own where they have none", () => {
  const samples = [hard, hard, easy, plain, plain, plain, plain].map((row, index) => ({
    row,
    correct: index !== 0 && index < 4,
  }));
  const weight = drawWeight(nextPassRates({}, samples));
  expect([hard, { ...hard, prompt: "other" }, easy, plain].map(weight)).toEqual([1, 1, 0.05, 0.75]);
  expect(weight({ ...plain, prompt: "never seen" })).toBe(1);
  expect(weight({ ...hard, difficulty: 5 })).toBe(1);
});

test("old steps count less, and are forgotten in the end", () => {
  const known = nextPassRates({}, [{ row: easy, correct: true }]);
  expect(nextPassRates(known, [{ row: easy, correct: false }])["4"]).toEqual({ right: 0.9, total: 1.9 });
  const later = Array.from({ length: 60 }).reduce<PassRates>((rates) => nextPassRates(rates, []), known);
  expect(later).toEqual({});
});

test("general prompts say nothing of how hard the task's are", () => {
  const stage = reasoningRlSchema.parse({ kind: "reasoning-rl", curriculum: "pass-rate" });
  const judged = [
    { row: hard, correct: true, general: false },
    { row: hard, correct: false, general: true },
  ];
  const state = nextRlState(stage, newRlState(stage), {
    kl: null,
    entropy: 0,
    judged,
    solved: [],
    quiet: newRlState(stage).quiet,
  });
  expect(state.passRates).toEqual({ "7": { right: 1, total: 1 } });
});
