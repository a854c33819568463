import { expect, test } from "vitest";
import { accuracy, reasoningAccuracy, type AnswerVerifier } from "./accuracy";

test.each<[string, string, 0 | 1 | null, 0 | 1 | null]>([
  ["so \\boxed{\\frac{2}{4}}", "0.5", 1, 1],
  ["so \\boxed{3}", "0.5", 0, 0],
  ["The answer is $42$.", "42", 1, 1],
  // TRL and open-r1 want a box, or LaTeX behind words that announce it.
  ["The answer is 42", "42", 1, 0],
  ["$42$", "42", 1, 0],
  ["#### 7", "7", 1, 0],
  // And no words for a gold answer.
  ["\\boxed{odd}", "odd", 1, null],
  ["", "42", 0, 0],
  ["\\boxed{42}", "", null, null],
])("%j with gold %j", (completion, answer, anywhere, trl) => {
  expect(accuracy(completion, answer)).toBe(anywhere);
  expect(accuracy(completion, answer, { style: "trl" })).toBe(trl);
});

// What TRL 1.16's `accuracy_reward` gives with Math-Verify 0.9.0.
test.each<[string, string, 0 | 1]>([
  ["\\boxed{0.333333333}", "\\frac{1}{3}", 1],
  ["\\boxed{0.333333}", "\\frac{1}{3}", 1],
  ["\\boxed{0.33333}", "\\frac{1}{3}", 0],
  ["\\boxed{\\frac{1}{3}}", "0.333333333", 1],
  ["\\boxed{0.6666667}", "$\\frac{2}{3}$", 1],
  ["\\boxed{3.1415927}", "$\\pi$", 1],
  ["\\boxed{3.14159}", "$\\pi$", 0],
  ["\\boxed{0.5}", "0.5000004", 1],
  ["\\boxed{0.5}", "0.5000006", 0],
  ["\\boxed{1.00000001}", "1.0", 1],
  ["\\boxed{1.00000001}", "1", 0],
  ["\\boxed{1}", "1.0000000001", 0],
  ["\\fbox{7}", "7", 0],
  ["so $\\fbox{7}$.", "7", 0],
  ["\\fbox{8} \\boxed{7}", "7", 1],
  ["\\boxed{\\fbox{7}}", "7", 1],
  ["The answer is $\\fbox{7}$", "7", 1],
])("as TRL: %j with gold %j is %j", (completion, answer, trl) => {
  expect(accuracy(completion, answer, { style: "trl" })).toBe(trl);
});

test("swapped, the gold answer is judged by the answer", () => {
  const pairs = [
    ["\\boxed{0.5}", "\\frac{1}{2}"],
    ["\\boxed{3}", "$3$"],
    ["\\boxed{4}", "$3$"],
    ["no answer", "3"],
  ] as const;
  expect(pairs.map(([completion, answer]) => accuracy(completion, answer, { swapped: true }))).toEqual([1, 1, 0, 0]);
  expect(accuracy("\\boxed{3}", "", { swapped: true })).toBeNull();
});

test("the answer is judged behind the thinking only", () => {
  expect(reasoningAccuracy("<think>\\boxed{5}</think>\\boxed{6}", "6")).toBe(1);
  expect(reasoningAccuracy("<think>\\boxed{5}</think>\\boxed{6}", "5")).toBe(0);
  expect(reasoningAccuracy("<think>\\boxed{5}</think>6", "6", { style: "trl" })).toBe(0);
});

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
  // No thinking is wrong even where the gold answer cannot be read.
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
