import { expect, test } from "vitest";
import type { WhatIf } from "../../../server/protocol/what-if";
import type { RolloutSummary } from "../../../server/protocol/traces";
import { bestAndWorst } from "./sample-actions";
import { gradientsOf, isChanged, unchanged, unpackWhatIf, withScore, withSetting, withWeight } from "./what-if-state";

test("what is set back to what the run had is no change", () => {
  const score = { sample: 1, reward: "correct", score: 2 };
  const changed = withScore(unchanged, score, 1);
  expect(changed.scores).toEqual([score]);
  expect(withScore(changed, { ...score, score: 3 }, 1).scores).toEqual([{ ...score, score: 3 }]);
  expect(withScore(changed, { ...score, score: null }, 1).scores).toEqual([{ ...score, score: null }]);
  expect(isChanged(withScore(changed, { ...score, score: 1 }, 1))).toBe(false);
  expect(withWeight(unchanged, "correct", 2, 1).weights).toEqual({ correct: 2 });
  expect(isChanged(withWeight(withWeight(unchanged, "correct", 2, 1), "correct", 1, 1))).toBe(false);
  expect(isChanged(withSetting(unchanged, "epsilon", 0.1, 0.2))).toBe(true);
  expect(isChanged(withSetting(withSetting(unchanged, "epsilon", 0.1, 0.2), "epsilon", 0.2, 0.2))).toBe(false);
});

test("numbers of the step learned again have the length of the sample, or are an error", () => {
  const doubles = btoa(String.fromCharCode(...new Uint8Array(Float64Array.of(1, -2).buffer)));
  const both = { before: doubles, after: doubles };
  const answer = { tokens: { count: 2, advantages: both, push: both }, notes: [], reproduces: { problem: null } };
  const state = unpackWhatIf(answer as unknown as WhatIf);
  expect(gradientsOf(state, { purpose: "train" })).toEqual({
    kind: "there",
    advantages: Float64Array.of(1, -2),
    push: Float64Array.of(1, -2),
    note: null,
  });
  const short = { ...answer, tokens: { ...answer.tokens, count: 3 } };
  expect(() => unpackWhatIf(short as unknown as WhatIf)).toThrow("The tokens' advantages has 16 bytes, not 24.");
  expect(gradientsOf(null, { purpose: "evaluation" })).toMatchObject({ kind: "none" });
  expect(gradientsOf(null, { purpose: "train" })).toEqual({ kind: "asked" });
});

test("best and worst are told where rewards differ, past samples without a reward", () => {
  const of = (...rewards: (number | null)[]): RolloutSummary[] =>
    rewards.map((reward, sample) => ({ sample, reward }) as RolloutSummary);
  const found = bestAndWorst(of(0.5, null, 2, -1));
  expect([found?.best.sample, found?.worst.sample]).toEqual([2, 3]);
  expect([bestAndWorst(of(1, 1)), bestAndWorst(of(null, 1)), bestAndWorst([])]).toEqual([null, null, null]);
});
