import fc from "fast-check";
import { expect, test } from "vitest";
import { choosePairs } from "./choose-pairs";

const groups = fc.array(
  fc.record({
    prompt: fc.constantFrom("p", "q", "r", "s"),
    completions: fc.array(fc.constantFrom("x", "y", "z"), { maxLength: 5 }),
  }),
);

test("one pair of different completions a prompt, of those that were given, in their one order", () => {
  fc.assert(
    fc.property(groups, fc.integer(), (given, seed) => {
      const pairs = choosePairs(given, seed);
      const fitting = given.filter(({ completions }) => new Set(completions).size > 1);
      expect(pairs.map(({ prompt }) => prompt)).toEqual([...new Set(fitting.map(({ prompt }) => prompt))]);
      for (const { prompt, a, b } of pairs) {
        expect(a < b).toBe(true);
        expect(fitting.find((group) => group.prompt === prompt)?.completions).toEqual(expect.arrayContaining([a, b]));
      }
      expect(choosePairs(given, seed)).toEqual(pairs);
    }),
  );
});

test("which completions meet is drawn by the seed", () => {
  const group = { prompt: "p", completions: ["u", "v", "w", "x", "y", "z"] };
  const drawn = Array.from({ length: 60 }, (_, seed) => JSON.stringify(choosePairs([group], seed)));
  expect(new Set(drawn).size).toBeGreaterThan(10);
});
