import fc from "fast-check";
import { expect, test } from "vitest";
import { summarise } from "./summary";

test("pass@1 is the mean over samples, pass@k the share of prompts with a right sample", () => {
  const results = [
    { right: [true, false, false, false], greedyRight: true, lengths: [10, 20, 30, 40] },
    { right: [false, false, false, false], greedyRight: false, lengths: [1, 1, 1, 1] },
    { right: [true, true, true, true], greedyRight: true, lengths: [5, 5, 5, 5] },
  ];
  const { pass_at_1, pass_at_k, greedy, ...rest } = summarise(results);
  expect(pass_at_1).toBeCloseTo(5 / 12, 12);
  expect(pass_at_k).toBeCloseTo(2 / 3, 12);
  expect(greedy).toBeCloseTo(2 / 3, 12);
  expect(rest).toEqual({ prompts: 3, samples: 4, mean_length: 124 / 12 });
});

test("pass@k is never below pass@1, and both are the same with one sample a prompt", () => {
  const result = (samples: number): fc.Arbitrary<{ right: boolean[]; greedyRight: boolean; lengths: number[] }> =>
    fc.record({
      right: fc.array(fc.boolean(), { minLength: samples, maxLength: samples }),
      greedyRight: fc.boolean(),
      lengths: fc.array(fc.nat({ max: 80 }), { minLength: samples, maxLength: samples }),
    });
  const results = fc
    .integer({ min: 1, max: 9 })
    .chain((samples) => fc.array(result(samples), { minLength: 1, maxLength: 20 }));
  fc.assert(
    fc.property(results, (drawn) => {
      const { pass_at_1, pass_at_k, samples } = summarise(drawn);
      const all = drawn.flatMap(({ right }) => right);
      expect(pass_at_1).toBeCloseTo(all.filter(Boolean).length / all.length, 10);
      expect(pass_at_k).toBeGreaterThanOrEqual(pass_at_1 - 1e-12);
      if (samples === 1) expect(pass_at_k).toBe(pass_at_1);
    }),
  );
});

test("an evaluation of nothing is an error", () => {
  expect(() => summarise([])).toThrow("at least one held-out prompt");
});
