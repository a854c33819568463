import fc from "fast-check";
import { expect, test } from "vitest";
import { cosine } from "./cosine";
import { length } from "./length";
import { lengthOf, wordsOf } from "./measure";
import { softOverlongPunishment } from "./soft-overlong-punishment";

test("characters are those of Python, tokens are counted", () => {
  expect(lengthOf("a🙂é")).toBe(3);
  expect(lengthOf([5, 6])).toBe(2);
  expect(lengthOf(7)).toBe(7);
  expect(() => lengthOf(Number.NaN)).toThrow("A length is a number from 0 on, not NaN.");
  expect(wordsOf(" a\u3000b\tc\u001cd\ufeffe ")).toEqual(["a", "b", "c", "d\ufeffe"]);
});

test("length: a sample whose gold answer cannot be parsed is skipped, or right as in open-r1", () => {
  const lengths = [10, 20, 110];
  expect(length(lengths, [1, 0, null])).toEqual([0.5, -0.5, null]);
  expect(length(lengths, [1, 0, null], { unknown: "correct" })).toEqual([0.5, 0, -0.5]);
  expect(length([3, 3], [1, 0])).toEqual([0, 0]);
  expect(length([], [])).toEqual([]);
  expect(length([4], [null])).toEqual([null]);
  expect(() => length([1, 2], [1])).toThrow("2 completions, but 1");
});

test("length: shorter is never worse, right is never worse than wrong, and all lie in [-0.5, 0.5]", () => {
  const sample = fc.record({ tokens: fc.nat(1000), right: fc.boolean() });
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1 }), (samples) => {
      const rewards = length(
        samples.map(({ tokens }) => tokens),
        samples.map(({ right }) => right),
      );
      for (const [i, one] of samples.entries())
        for (const [j, other] of samples.entries()) {
          expect(Math.abs(rewards[i]!)).toBeLessThanOrEqual(0.5);
          if (one.tokens <= other.tokens && Number(one.right) >= Number(other.right))
            expect(rewards[i]).toBeGreaterThanOrEqual(rewards[j]!);
        }
    }),
  );
});

test("cosine: TRL stays beyond the longest length, open-r1 swings back", () => {
  const options = { max_len: 100 };
  expect(cosine(0, 1, options)).toBe(1);
  expect(cosine(200, 1, options)).toBe(0.5);
  expect(cosine(200, 1, { ...options, clamp: false })).toBe(1);
  expect(cosine(0, 0, options)).toBe(-1);
  expect(cosine(100, 0, options)).toBe(-0.5);
  expect(cosine(1, null, options)).toBeNull();
  expect(cosine(1, null, { ...options, unknown: 1 })).toBe(1);
  expect(() => cosine(1, 1, { max_len: 0 })).toThrow("max_len is a number above 0");
});

test("cosine: a right answer is best short and a wrong one long, always within its bounds", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), (one, other) => {
      const [short, long] = [Math.min(one, other), Math.max(one, other)];
      const [right, wrong] = [true, false].map((correct) =>
        [short, long].map((tokens) => cosine(tokens, correct, { max_len: 100 })!),
      );
      expect(right![0]).toBeGreaterThanOrEqual(right![1]!);
      expect(wrong![0]).toBeLessThanOrEqual(wrong![1]!);
      expect(right![1]).toBeGreaterThanOrEqual(0.5);
      expect(wrong![1]).toBeLessThanOrEqual(-0.5);
    }),
  );
});

test("soft overlong punishment never rises with the length and stays in [-1, 0]", () => {
  const settings = fc.record({ max_completion_len: fc.integer({ min: 1, max: 60 }), soft_punish_cache: fc.nat(60) });
  fc.assert(
    fc.property(settings, (options) => {
      const punishments = Array.from({ length: 100 }, (_, tokens) => softOverlongPunishment(tokens, options));
      for (const [tokens, value] of punishments.entries()) {
        expect(value).toBeGreaterThanOrEqual(-1);
        expect(value).toBeLessThanOrEqual(tokens === 0 ? 0 : punishments[tokens - 1]!);
      }
    }),
  );
  expect(() => softOverlongPunishment(1, { max_completion_len: 0, soft_punish_cache: 1 })).toThrow("not 0 and 1");
});
