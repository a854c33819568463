import fc from "fast-check";
import { expect, test } from "vitest";
import { summarise, type PromptResult } from "./summary";

const result = (correct: readonly boolean[], greedyCorrect: boolean, lengths: readonly number[]): PromptResult => ({
  greedyCorrect,
  samples: correct.map((each, index) => ({
    correct: each,
    answer: each ? "1" : String(index + 2),
    length: lengths[index]!,
    thinkingLength: index === 0 ? null : 4,
    corrects: index === 1,
    marked: each,
  })),
});

test("pass@1 is the mean over samples, pass@k the share of prompts with a correct sample", () => {
  const results = [
    result([true, false, false, false], true, [10, 20, 30, 40]),
    result([false, false, false, false], false, [1, 1, 1, 1]),
    result([true, true, true, true], true, [5, 5, 5, 5]),
  ];
  const { pass_at_1, pass_at_k, pass_at, greedy, maj_at_k, intervals, ...rest } = summarise(results, 0);
  expect(pass_at_1).toBeCloseTo(5 / 12, 12);
  expect(pass_at_k).toBeCloseTo(2 / 3, 12);
  expect(pass_at.map(({ k }) => k)).toEqual([1, 2, 4]);
  expect(pass_at[0]).toEqual({
    k: 1,
    mean: pass_at_1,
    low: intervals["pass_at_1"]![0],
    high: intervals["pass_at_1"]![1],
  });
  expect(pass_at[1]!.mean).toBeCloseTo((1 / 2 + 0 + 1) / 3, 12);
  expect(pass_at[2]!.mean).toBe(pass_at_k);
  expect(greedy).toBeCloseTo(2 / 3, 12);
  // Wrong answers all differ: of the first prompt the correct one, given first, stands among equals.
  expect(maj_at_k).toBeCloseTo(2 / 3, 12);
  expect(intervals["pass_at_1"]![0]).toBeLessThan(pass_at_1);
  expect(intervals["pass_at_1"]![1]).toBeGreaterThan(pass_at_1);
  expect(rest).toEqual({
    prompts: 3,
    samples: 4,
    mean_length: 124 / 12,
    thinking_length: 4,
    self_correction: 0.25,
    refusal: null,
    wrong_refusal: null,
    answered: 1,
    marked: 5 / 12,
  });
});

test("pass@k is never below pass@1, and both are the same with one sample a prompt", () => {
  const drawnResult = (samples: number): fc.Arbitrary<PromptResult> =>
    fc
      .tuple(
        fc.array(fc.boolean(), { minLength: samples, maxLength: samples }),
        fc.boolean(),
        fc.array(fc.nat({ max: 80 }), { minLength: samples, maxLength: samples }),
      )
      .map(([correct, greedy, lengths]) => result(correct, greedy, lengths));
  const results = fc
    .integer({ min: 1, max: 9 })
    .chain((samples) => fc.array(drawnResult(samples), { minLength: 1, maxLength: 20 }));
  fc.assert(
    fc.property(results, (drawn) => {
      const { pass_at_1, pass_at_k, samples } = summarise(drawn, 0);
      const all = drawn.flatMap(({ samples: of }) => of.map(({ correct }) => correct));
      expect(pass_at_1).toBeCloseTo(all.filter(Boolean).length / all.length, 10);
      expect(pass_at_k).toBeGreaterThanOrEqual(pass_at_1 - 1e-12);
      if (samples === 1) expect(pass_at_k).toBe(pass_at_1);
    }),
    { numRuns: 30 },
  );
});

test("an evaluation of nothing is an error", () => {
  expect(() => summarise([], 0)).toThrow("at least one held-out prompt");
});
