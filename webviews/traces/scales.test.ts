import { expect, test } from "vitest";
import { noScales, shareOf, widened } from "./scales";

const group = (rewardMean: number | null, rewardStd: number | null, lengthMean: number | null) => ({
  rewardMean,
  rewardStd,
  lengthMean,
});

test("a scale grows with what is loaded and never narrows, and what is not known stands at its beginning", () => {
  const first = widened(noScales, [group(0.2, 0.5, 10), group(null, null, null), group(0.6, 0.1, 30)]);
  expect(first).toEqual({ reward: [0.2, 0.6], spread: [0, 0.5], tokens: [10, 30] });
  const next = widened(first, [group(0.3, 0.2, 50)]);
  expect(next).toEqual({ reward: [0.2, 0.6], spread: [0, 0.5], tokens: [10, 50] });
  expect(widened(next, [group(0.4, 0, 20)])).toEqual(next);
  expect([shareOf(30, next.tokens), shareOf(null, next.tokens), shareOf(1, noScales.reward)]).toEqual([0.5, 0, 0]);
});
