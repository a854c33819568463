/** Scores of steps that a reward returns beside its own. */
import { expect, test } from "vitest";
import { rewardOutcomeSchema } from "../protocol/traces";
import { mostSteps } from "../shared/steps";
import { outcomeOf } from "./outcome";

const completion = "<think>4;11;13</think><answer>13</answer>";

test("as many finite numbers as steps are kept beside the score, and cross a border", () => {
  const outcome = outcomeOf({ score: 0.5, steps: [1, 0, -0.5], why: "x" }, completion);
  expect(outcome).toEqual({ kind: "score", score: 0.5, extras: { why: "x" }, steps: [1, 0, -0.5] });
  expect(rewardOutcomeSchema.parse(outcome)).toEqual(outcome);
  // What is no list is a named value, as it was.
  expect(outcomeOf({ score: 1, steps: 3 }, completion)).toEqual({ kind: "score", score: 1, extras: { steps: 3 } });
  expect(outcomeOf({ score: 1, steps: [] }, "<answer>4</answer>")).toMatchObject({ steps: [] });
});

test.each([
  ["too few", [1, 2], "returned 2 scores in steps, but completionSteps finds 3"],
  ["too many", [1, 2, 3, 4], "returned 4 scores in steps"],
  ["NaN", [1, NaN, 0], "number 2 is NaN"],
  ["texts", ["1", "2", "3"], 'number 1 is "1"'],
  ["holes", new Array(3), "number 1 is undefined"],
  ["endless", new Array(4_000_000_000), `At most ${mostSteps}`],
])("%s is an error that says what is wrong", (_, steps, message) => {
  expect(outcomeOf({ score: 1, steps }, completion)).toMatchObject({
    kind: "error",
    message: expect.stringContaining(message) as string,
  });
});

test("a store whose scores are no numbers, or more than there may be, is not taken", () => {
  const of = (steps: unknown) => rewardOutcomeSchema.safeParse({ kind: "score", score: 1, extras: {}, steps }).success;
  expect([of([1]), of(["1"]), of(new Array(mostSteps + 1).fill(0)), of(3)]).toEqual([true, false, false, false]);
});
