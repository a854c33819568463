import fc from "fast-check";
import { expect, test } from "vitest";
import { processAdvantages, processCredits, type ScoredSteps } from "./process-advantages";

const options = (num_generations: number, process_credit: "sum" | "min" = "sum") => ({
  num_generations,
  process_credit,
});

test("by hand: two completions of two steps and one", () => {
  // Scores 1, 0 and 0.5: mean 0.5, sample std 0.5.
  const unit = 0.5 / (0.5 + 1e-4);
  const steps = [
    { scores: [1, 0], ends: [2, 3] },
    { scores: [0.5], ends: [1] },
  ];
  expect([...processAdvantages(steps, [4, 2], options(2))]).toEqual([0, 0, -unit, 0, 0, 0]);
  expect([...processAdvantages(steps, [4, 2], options(2, "min"))]).toEqual([-unit, -unit, -unit, 0, 0, 0]);
  const falling = [{ scores: [0, 1], ends: [2, 3] }, steps[1]!];
  expect([...processAdvantages(falling, [4, 2], options(2))]).toEqual([0, 0, unit, 0, 0, 0]);
  expect([...processAdvantages(falling, [4, 2], options(2, "min"))]).toEqual([-unit, -unit, unit, 0, 0, 0]);
});

const sample = fc
  .record({
    steps: fc.array(
      fc.record({ score: fc.double({ min: -3, max: 3, noNaN: true }), tokens: fc.integer({ min: 0, max: 4 }) }),
      {
        maxLength: 5,
      },
    ),
    rest: fc.integer({ min: 0, max: 3 }),
    scored: fc.boolean(),
  })
  .map(({ steps, rest, scored }) => {
    let end = 0;
    const ends = steps.map(({ tokens }) => (end += tokens));
    const own: ScoredSteps | null = scored ? { scores: steps.map(({ score }) => score), ends } : null;
    return { steps: own, length: end + rest };
  });
const group = fc.array(sample, { minLength: 2, maxLength: 5 });
const credit = fc.constantFrom(...processCredits);
const of = (samples: readonly { readonly steps: ScoredSteps | null; readonly length: number }[], form: "sum" | "min") =>
  processAdvantages(
    samples.map(({ steps }) => steps),
    samples.map(({ length }) => length),
    options(samples.length, form),
  );

test("steps that all score alike are worth nothing, so that what outcomes give stays as it is", () => {
  fc.assert(
    fc.property(group, credit, fc.double({ min: -3, max: 3, noNaN: true }), (samples, form, score) => {
      const alike = samples.map(({ steps, length }) => ({
        length,
        steps: steps && { ...steps, scores: steps.scores.map(() => score) },
      }));
      expect(of(alike, form).every((value) => value === 0)).toBe(true);
    }),
  );
});

test("the order of a group's samples changes nothing but their places", () => {
  fc.assert(
    fc.property(group, credit, (samples, form) => {
      const parts = (advantages: Float64Array, lengths: readonly number[]): number[][] => {
        let at = 0;
        return lengths.map((length) => [...advantages.slice(at, (at += length))]);
      };
      const there = parts(
        of(samples, form),
        samples.map(({ length }) => length),
      );
      const turned = [...samples].reverse();
      const back = parts(
        of(turned, form),
        turned.map(({ length }) => length),
      ).reverse();
      back.forEach((part, index) =>
        part.forEach((value, token) => expect(value).toBeCloseTo(there[index]![token]!, 9)),
      );
    }),
  );
});

test("a sum is the steps that follow: a step's own share is the difference of two neighbours; the smallest never falls towards the end", () => {
  fc.assert(
    fc.property(group, (samples) => {
      const [sums, least] = [of(samples, "sum"), of(samples, "min")];
      let start = 0;
      for (const { steps, length } of samples) {
        for (let token = start + 1; token < start + (steps?.ends.at(-1) ?? 0); token++)
          expect(least[token]!).toBeGreaterThanOrEqual(least[token - 1]!);
        const behind = start + (steps?.ends.at(-1) ?? 0);
        for (let token = behind; token < start + length; token++) expect([sums[token], least[token]]).toEqual([0, 0]);
        start += length;
      }
    }),
  );
});
