import fc from "fast-check";
import { expect, test } from "vitest";
import { repetitionPenalty } from "./repetition-penalty";

/** The formula word by word. */
function expected(ids: readonly number[], size: number): number {
  const ngrams = ids.slice(0, Math.max(0, ids.length - size + 1)).map((_, at) => ids.slice(at, at + size).join(","));
  return ngrams.length === 0 ? 0 : new Set(ngrams).size / ngrams.length - 1;
}

test("it is the share of repeated n-grams, on ids and on words alike", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), (ids, ngram_size) => {
      const penalty = repetitionPenalty(ids, { ngram_size });
      expect(penalty).toBeCloseTo(expected(ids, ngram_size), 12);
      expect(repetitionPenalty(ids.join(" "), { ngram_size })).toBe(penalty);
      expect(Object.is(penalty, -0)).toBe(false);
    }),
  );
});

test("words are compared without case; a language without spaces is divided by a dictionary", () => {
  const options = { ngram_size: 2 };
  expect(repetitionPenalty("Go GO go", options)).toBe(-0.5);
  expect(repetitionPenalty("这个这个这个这个这个", options)).toBe(0);
  expect(repetitionPenalty("这个这个这个这个这个", { ...options, language: "zh" })).toBe(-0.75);
});

test("settings that make no sense are told", () => {
  expect(() => repetitionPenalty("a", { max_penalty: 1 })).toThrow("max_penalty 1 should not be positive");
  expect(() => repetitionPenalty("a", { ngram_size: 0 })).toThrow("ngram_size is a whole number from 1 on, not 0");
});

test("a long text with long n-grams keeps its keys short", () => {
  expect(repetitionPenalty("word ".repeat(20_000), { ngram_size: 50 })).toBeCloseTo(-1, 3);
});
