import { expect, test } from "vitest";
import { readAnswer, readProgram } from "./read-answer";

const whole = { unmarked: true };

test.each<[string, string, string | null, string | null]>([
  ["the tag", "<think>x</think><answer> 7 </answer>", "7", "answer tag"],
  ["its signs as they are", '<think></think><answer>"a", b.</answer>', '"a", b.', "answer tag"],
  ["a box within it", "<think></think><answer>So \\boxed{B}</answer>", "B", "answer tag"],
  ["an unclosed thinking with a tag, as the sample's tasks take it", "<think>4<answer>4</answer>", "4", "answer tag"],
  ["a box", "<think>\\boxed{A}</think>So it is \\boxed{\\text{B}}.", "B", "boxed"],
  ["a mark of GSM8K", "2*3=6\n#### 6", "6", "####"],
  ["a statement", "The answer is B.", "B", "answer is"],
  ["all of a short text", "<think>x</think>\nParis!\n", "Paris!", "whole text"],
  ["an empty tag", "<answer> </answer>", null, null],
  ["an empty box", "\\boxed{}", null, null],
  ["a thinking that never ends", "<think>7", null, null],
  ["a long text", "word ".repeat(100), null, null],
])("%s", (_, completion, text, source) => {
  expect(readAnswer(completion, whole)).toEqual(text === null ? null : { text, source });
});

test("without unmarked ones, only an answer that is marked counts", () => {
  expect(readAnswer("<think>x</think>7", { unmarked: false })).toBeNull();
  expect(readAnswer("<think>x</think>\\boxed{7}", { unmarked: false })?.text).toBe("7");
});

test("a program is the one that the sandbox would run", () => {
  const completion = "<think>```python\nno\n```</think><answer>```python\nyes\n```</answer>";
  expect(readProgram(completion, "python")).toEqual({ text: "yes", source: "program" });
  expect(readProgram("<answer>yes</answer>", "python")).toBeNull();
});
