import { expect, test } from "vitest";
import { reasoningAccuracy, type AnswerVerifier } from "./accuracy";

/** Right where the text is the answer and nothing else. */
const verify: AnswerVerifier = (completion, answer) => ({
  score: answer === "" ? null : completion === answer ? 1 : 0,
});

test.each<[string, string, readonly string[] | undefined, 0 | 1 | null]>([
  ["a</think>7", "7", undefined, 1],
  ["7</think>8", "7", undefined, 0],
  ["a</think>6</think>7", "7", undefined, 1],
  ["7", "7", undefined, 0],
  ["7</THINK>7", "7", undefined, 0],
  // No thinking is wrong even where the gold answer cannot be parsed.
  ["7", "", undefined, 0],
  ["a</think>7", "", undefined, null],
  ["a</r>7", "7", ["</think>", "</r>"], 1],
  // The first delimiter of the list that occurs, not the last in the text.
  ["a</think>x</r>7", "7", ["</think>", "</r>"], 0],
  ["a</think>7", "7", [], 0],
])("%j with gold %j after %j", (completion, answer, delimiters, expected) => {
  const options = delimiters === undefined ? { verify } : { verify, reasoning_delimiters: delimiters };
  expect(reasoningAccuracy(completion, answer, options)).toBe(expected);
});
