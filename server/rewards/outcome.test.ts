import { expect, test } from "vitest";
import { meetsExpectation, parseCases } from "./cases";
import { outcomeOf, thrownOutcome } from "./outcome";

test("numbers score, null does not apply, objects score with details", () => {
  expect(outcomeOf(0.5)).toEqual({ kind: "score", score: 0.5, extras: {} });
  expect(outcomeOf(null)).toEqual({ kind: "not-applicable" });
  expect(outcomeOf({ score: 1, steps: 3, why: "right", ok: true, bad: Number.NaN })).toEqual({
    kind: "score",
    score: 1,
    extras: { steps: 3, why: "right", ok: "true", bad: "NaN" },
  });
  expect(outcomeOf({ score: null })).toEqual({ kind: "not-applicable" });
});

test.each([
  [Number.NaN, "returned NaN."],
  [Infinity, "returned Infinity."],
  [undefined, "returned undefined. Is a `return` missing?"],
  ["1", 'returned "1".'],
  [true, "returned true."],
  [1n, "returned 1."],
  [[1], "returned an array."],
  [{}, "returned an object without a score."],
  [{ score: "1" }, 'returned { score: "1" }.'],
  [() => 1, "returned a function."],
])("%s is an error, never a 0", (value, message) => {
  const outcome = outcomeOf(value);
  expect(outcome.kind).toBe("error");
  expect(outcome).toMatchObject({ message: expect.stringContaining(message) as unknown });
});

test("a throw has the place of the first frame that is not ours", () => {
  const error = new TypeError("no");
  error.stack = `TypeError: no\n    at ours (/dist/reward-process.js:1:1)\n    at node:internal/x:1:2\n    at async f (file:///p/a.reward.ts:7:9)\n    at /p/b.ts:1:1`;
  expect(thrownOutcome(error, (file) => file.startsWith("/dist"))).toMatchObject({
    message: "TypeError: no",
    line: 7,
    column: 9,
  });
  expect(thrownOutcome("text", () => false)).toMatchObject({ message: 'threw "text"', file: null });
  const hostile = new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error("trap");
      },
    },
  );
  expect(thrownOutcome(hostile, () => false).kind).toBe("error");
});

test("cases are read line by line, with the line of what is wrong", () => {
  const row = { reward: "a", prompt: "p", completion: "c", answer: "1" };
  const line = (more: object) => JSON.stringify({ ...row, ...more });
  const { cases, problems } = parseCases(
    [
      line({ expect: 1 }),
      "",
      "{",
      line({ expect: [0, 0.5] }),
      line({ expect: "never" }),
      line({ expected: 1, expect: null }),
    ].join("\r\n"),
  );
  expect(cases.map(({ line: number, expect: expected }) => [number, expected])).toEqual([
    [1, 1],
    [4, [0, 0.5]],
  ]);
  expect(problems.map(({ line: number }) => number)).toEqual([3, 5, 6]);
  expect(problems[1]?.message).toBe('"expect" is a number, [min, max], null or "error".');
});

test("an outcome meets what a case expects", () => {
  const score = outcomeOf(0.3);
  expect(meetsExpectation(score, 0.1 + 0.2)).toBe(true);
  expect(meetsExpectation(score, [0.3, 1])).toBe(true);
  expect(meetsExpectation(score, [0.4, 1])).toBe(false);
  expect(meetsExpectation(outcomeOf(null), null)).toBe(true);
  expect(meetsExpectation(outcomeOf(null), 0)).toBe(false);
  expect(meetsExpectation(outcomeOf(Number.NaN), "error")).toBe(true);
  expect(meetsExpectation(score, "error")).toBe(false);
});

test("a score counts whatever stands beside it: what is deep, odd or too much is left as it is", () => {
  let deep: unknown[] = [];
  for (let level = 0; level < 50_000; level++) deep = [deep];
  const odd = { toString: () => ({}) };
  expect(outcomeOf({ score: 1, deep, odd, bare: Object.create(null) as object })).toEqual({
    kind: "score",
    score: 1,
    extras: { deep: "an array", odd: "an object", bare: "an object" },
  });
  const many = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`x${index}`, index]));
  const outcome = outcomeOf({ score: 1, ...many });
  expect(outcome).toMatchObject({ kind: "score", score: 1 });
  expect(Object.keys("extras" in outcome ? outcome.extras : {})).toHaveLength(1000);
});
