import { expect, test } from "vitest";
import { evaluateArithmetic, solvesCountdown } from "../arithmetic/evaluate-arithmetic";
import { rationalText } from "../maths/rational";
import { checkReasoningGym } from "./check-answer";

const check = (source_dataset: string, gold: string | null, answer: string, metadata: object = {}): boolean =>
  checkReasoningGym({ question: "", answer: gold, metadata: { ...metadata, source_dataset } }, answer);

test.each([
  ["chain_sum", "15", " 15\n", true],
  ["chain_sum", "15", "150", false],
  ["chain_sum", "15", "The answer is 15", false],
  ["chain_sum", "15", "15.0", false],
  ["decimal_chain_sum", "8.19", "8.190", true],
  ["decimal_chain_sum", "8.19", "-8.19", false],
  ["decimal_chain_sum", "0.0", "-0", true],
  ["decimal_chain_sum", "10.050", "0010.05", true],
  ["decimal_chain_sum", "10", "1", false],
  ["number_sorting", "['1', '-2.5']", '["1",-2.5]', true],
  ["number_sorting", "['1', '-2.5']", "['-2.5', '1']", false],
  ["number_sorting", "['1', '-2.5']", "[ '1' ,'-2.5']", true],
  ["number_sorting", "['1', '-2.5']", "['1',\u00a0'-2.5']", false],
  ["chain_sum", "15", "\uFEFF15", false],
  ["prime_factorization", "2 × 3", "3×2", true],
  ["prime_factorization", "2 × 3", "6", false],
  ["prime_factorization", "2 × 3", "\uFEFF2 × 3", false],
  ["spell_backward", "abc", "ABC", true],
  ["ab", "A# #B", "a# #b", false],
  ["a task of tomorrow", "x y", "x  y", false],
])("%s: %s and %s: %s", (task, gold, answer, right) => {
  expect(check(task, gold, answer)).toBe(right);
});

test("an answer of zeros is read at once", () => {
  const zeros = "0".repeat(5000);
  expect(check("decimal_chain_sum", "8.19", `${zeros}.${zeros}x`)).toBe(false);
  expect(check("decimal_chain_sum", "0.0", `${zeros}.${zeros}`)).toBe(true);
});

test("an entry without a gold answer takes its example, or nothing", () => {
  expect(check("propositional_logic", null, "(P ∨ Q)", { example_answer: "(P ∨ Q)" })).toBe(true);
  expect(check("propositional_logic", null, "None", { example_answer: "(P ∨ Q)" })).toBe(false);
  expect(check("propositional_logic", null, "")).toBe(false);
});

test("expressions use each number once", () => {
  const numbers = { numbers: [6, 5, 10, 3] };
  expect(check("puzzle24", "6 + 5 + 10 + 3", "(3+5)+6 +10", numbers)).toBe(true);
  // What Python's parser refuses, or takes for something else: the original gives 0.01 or 0.05 for these.
  for (const odd of [
    "06+5+10+3",
    "6+5+10×3/3",
    "6+5+10\n+3",
    "6+5+10+3\uFEFF",
    "6+5+10+--3",
    "6+5+10\u00a0+3",
    "6−5+10+3",
  ])
    expect(check("puzzle24", "6 + 5 + 10 + 3", odd, numbers)).toBe(false);
  expect(check("countdown", "-1 + 3*(9 - 7)", "3*(-1*7+9) - 1", { numbers: [1, 3, 9, 7, 1], target: 5 })).toBe(true);
  for (const wrong of ["24", "6+5+10+3+0", "6*5-10+3+1", "6 + 5 + 103", "6+5+10+3)"])
    expect(check("puzzle24", "6 + 5 + 10 + 3", wrong, numbers)).toBe(false);
});

test.each([
  ["1/3+1/6", "1/2"],
  ["-2*-3", "6"],
  ["2-3-4", "-5"],
  ["8/4/2", "1"],
  ["2**3", null],
  ["9**9**9**9", null],
  ["1/0", null],
  ["1 2", null],
  ["()", null],
  ["", null],
  [`${"(".repeat(300)}1`, null],
])("%s is %s", (text, value) => {
  const result = evaluateArithmetic(text);
  expect(result && rationalText(result.value)).toBe(value);
});

test("a target is met exactly, not nearly", () => {
  expect(solvesCountdown("8/(3-8/3)", [8, 3, 8, 3], 24)).toBe(true);
  expect(solvesCountdown("10/3*3", [10, 3, 3], 10)).toBe(true);
  expect(solvesCountdown("10/3", [10, 3], 3)).toBe(false);
});
