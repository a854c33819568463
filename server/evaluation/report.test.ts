import fc from "fast-check";
import { expect, test } from "vitest";
import { bootstrapMean } from "../statistics/bootstrap";
import { passCurve, curveKs } from "./pass-curve";
import { reportEvaluation } from "./report";
import { sameMath } from "../verifiers/maths/verify-math";
import { bestIsCorrect, majorityIsRight, oneTextEach } from "./vote";

const vote = (answer: string | null) => ({ answer, correct: answer === "4" });

test.each([
  [["4", "4", "5"], true],
  [["5", "4", "5"], false],
  [["4", "5"], true],
  [["5", "4"], false],
  [[null, null, "4"], true],
  [[null], false],
  [[], false],
])("the majority of %j is correct: %s", (answers, correct) => {
  expect(majorityIsRight(answers.map(vote))).toBe(correct);
});

test("a sample that was cut off behind the correct answer does not make the majority wrong", () => {
  const cut = { answer: "4", correct: false };
  expect(majorityIsRight([cut, vote("4"), vote("5")])).toBe(true);
  expect(majorityIsRight([vote("4"), cut, vote("5")])).toBe(true);
  expect(majorityIsRight([cut, cut, vote("5")])).toBe(false);
});

test("answers of one value are one vote, and so are correct ones in whichever form", () => {
  const voted = (answers: readonly (string | null)[], correct: readonly string[] = []) =>
    oneTextEach(
      answers.map((answer) => ({ answer, correct: correct.includes(answer ?? "") })),
      sameMath,
    );
  expect(voted(["1,000", "1000", "\\frac{2000}{2}", null, "1000.5"])).toEqual([
    "1,000",
    "1,000",
    "1,000",
    null,
    "1000.5",
  ]);
  expect(voted(["x+1", "1+x", "(x"])).toEqual(["x+1", "x+1", "(x"]);
  // Of the gold answer 28 % both are correct, and not equal to each other.
  expect(voted(["28", "7", "0.28"], ["28", "0.28"])).toEqual(["28", "7", "28"]);
});

test("the best of n is the one with the highest reward, the first of equals", () => {
  expect(bestIsCorrect([false, true], [0, 1])).toBe(true);
  expect(bestIsCorrect([false, true], [1, 1])).toBe(false);
  expect(bestIsCorrect([false, true], [null, -1])).toBe(true);
  expect(bestIsCorrect([true, false], [NaN, -1])).toBe(false);
  expect(bestIsCorrect([true], [null])).toBeNull();
  expect(() => bestIsCorrect([true], [])).toThrow("0 rewards, 1 samples");
});

test("intervals hold the mean, follow from the seed, and narrow with more prompts", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 60 }),
      fc.nat(),
      (eighths, seed) => {
        const values = eighths.map((each) => each / 8);
        const estimate = bootstrapMean(values, { seed, resamples: 200 })!;
        expect(estimate).toEqual(bootstrapMean(values, { seed, resamples: 200 }));
        expect(estimate.low).toBeLessThanOrEqual(estimate.high);
        expect(estimate.low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        expect(estimate.high).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
      },
    ),
    { numRuns: 40 },
  );
  const half = (count: number) =>
    bootstrapMean(
      Array.from({ length: count }, (_, index) => index % 2),
      { seed: 1 },
    )!;
  // The normal interval of a share of one half over 400 is ± 0.049.
  expect(half(400).high - half(400).low).toBeCloseTo(0.098, 1);
  expect(half(400).high - half(400).low).toBeLessThan(half(40).high - half(40).low);
  expect(bootstrapMean([], { seed: 0 })).toBeNull();
});

const sample = (correct: boolean, reward?: number) => ({
  correct,
  answer: correct ? "4" : "5",
  length: 10,
  ...(reward === undefined ? {} : { reward }),
});
const prompts = [
  { difficulty: 2, samples: [sample(true, 0), sample(false, 1), sample(false, 0), sample(false, 0)] },
  { difficulty: 1, samples: [sample(true, 1), sample(true, 0), sample(true, 0), sample(false, 0)] },
];

test("a report has every measure, overall and by difficulty", () => {
  const { all, byDifficulty } = reportEvaluation(prompts, 0);
  expect([all.pass_at_1.mean, all.pass_at_k.mean, all.maj_at_k.mean, all.best_of_k!.mean]).toEqual([0.5, 1, 0.5, 0.5]);
  expect(all.pass_at_1).toMatchObject({ count: 2, low: 0.25, high: 0.75 });
  expect(
    byDifficulty.map(({ difficulty, measures }) => [difficulty, measures.prompts, measures.pass_at_1.mean]),
  ).toEqual([
    [1, 1, 0.75],
    [2, 1, 0.25],
  ]);
  const bare = reportEvaluation([{ samples: [sample(true)] }], 0);
  expect([bare.all.best_of_k, bare.byDifficulty]).toEqual([null, []]);
});

test("an uneven or empty evaluation is an error", () => {
  expect(() => reportEvaluation([], 0)).toThrow("at least one held-out prompt");
  expect(() => reportEvaluation([...prompts, { samples: [sample(true)] }], 0)).toThrow(
    "Prompt 3 has 1 samples, the first one 4",
  );
});

test("pass@k over k is the mean over all ways to choose k of a prompt's samples", () => {
  expect([1, 2, 3, 8, 12].map(curveKs)).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 4, 8], [1, 2, 4, 8, 12]]);
  const chosen = (samples: number): fc.Arbitrary<boolean[][]> =>
    fc.array(fc.array(fc.boolean(), { minLength: samples, maxLength: samples }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }).chain(chosen), (prompts) => {
      const samples = prompts[0]!.length;
      const subsets = Array.from({ length: 2 ** samples }, (_, bits) =>
        Array.from({ length: samples }, (__, index) => index).filter((index) => (bits >> index) & 1),
      );
      const curve = passCurve(
        prompts.map((correct) => correct.filter(Boolean).length),
        samples,
        0,
      );
      for (const { k, mean, low, high } of curve) {
        const of = subsets.filter(({ length }) => length === k);
        const expected = prompts.map(
          (correct) => of.filter((some) => some.some((at) => correct[at])).length / of.length,
        );
        expect(mean).toBeCloseTo(expected.reduce((sum, value) => sum + value, 0) / prompts.length, 10);
        expect(low).toBeLessThanOrEqual(high);
      }
      const means = curve.map(({ mean }) => mean);
      expect(means.every((mean, index) => index === 0 || mean >= means[index - 1]! - 1e-12)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
