/** Verdicts of tasks on completions in all forms. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { recipeSchema } from "../recipes/schema";
import { accuracy } from "../verifiers/format/accuracy";
import { createTask } from "./create-task";
import { isCorrect, type Task } from "./task";

const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-answers-"));
function taskOf(spec: object, rows: readonly object[] = [{ prompt: "a", answer: "7" }]): Task {
  writeFileSync(join(folder, "t.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  writeFileSync(join(folder, "h.jsonl"), `${JSON.stringify({ ...rows[0], prompt: "other", question: "other" })}\n`);
  return createTask(
    recipeSchema.shape.task.parse({ name: "dataset", train: "t.jsonl", held_out: "h.jsonl", ...spec }),
    folder,
  );
}

const values = fc.constantFrom(
  "7",
  "7.0",
  "\\frac{14}{2}",
  "1,000",
  "1000",
  "x+1",
  "1+x",
  "50\\%",
  "0.5",
  "no",
  "\\frac{",
  "",
);
const forms: readonly ((value: string) => string)[] = [
  (value) => `So the answer is \\boxed{${value}}.`,
  (value) => `<think>6</think><answer>${value}</answer>`,
  (value) => `<think>\\boxed{6}</think>It is ${value}`,
  (value) => `<think>\\boxed{${value}}`,
  (value) => `2*3\n#### ${value}`,
  (value) => `The answer is $${value}$.`,
  (value) => `<answer>5</answer> Final answer: ${value}`,
  (value) => value,
];

test("check maths: a task's verdict is that of the reward `accuracy`, for every form of answer", () => {
  const task = taskOf({ check: "maths" });
  fc.assert(
    fc.property(values, values, fc.constantFrom(...forms), (gold, value, form) => {
      const score = accuracy(form(value), gold);
      const verdict = isCorrect(task, { prompt: "a", answer: gold }, form(value));
      expect(verdict === null ? null : Number(verdict)).toBe(score);
      // What is shown as the answer is there where something was right.
      if (verdict) expect(task.extract(form(value))).not.toBeNull();
    }),
    { numRuns: 400 },
  );
});

test.each([
  ["a boxed number", { check: "maths" }, "So the answer is \\boxed{7}.", true],
  ["a boxed number, sign for sign", { check: "exact" }, "So the answer is \\boxed{7}.", true],
  ["another form, sign for sign", { check: "exact" }, "\\boxed{7.0}", false],
  ["text alone", {}, "7", true],
  ["text around it, sign for sign", {}, "It is 7", false],
])("%s", (_, spec, completion, right) => {
  const task = taskOf(spec);
  expect(isCorrect(task, { prompt: "a", answer: "7" }, completion)).toBe(right);
});

test("GSM8K is read as maths, in its own form too", () => {
  const task = taskOf({ format: "gsm8k" }, [{ question: "q", answer: "6+1\n#### 7" }]);
  for (const completion of ["6+1\n#### 7", "\\boxed{7}", "<think></think><answer>7.0</answer>", "So $7 it is: 7"])
    expect([completion, isCorrect(task, { prompt: "q", answer: "7" }, completion)]).toEqual([completion, true]);
});

test("procedural tasks take a box beside their own tags, and no bare text", () => {
  const task = createTask(recipeSchema.shape.task.parse({ name: "gcd" }), folder);
  const row = { prompt: "g:14,21=", answer: "7" };
  const judged = ["<think></think><answer>7</answer>", "\\boxed{7}", "7"].map((text) => isCorrect(task, row, text));
  expect(judged).toEqual([true, true, false]);
});

test("examples of a file are judged without an entry of reasoning-gym beside their answer", () => {
  const entry = { question: "q", answer: "3", metadata: { source_dataset: "countdown", numbers: [1, 2], target: 3 } };
  const task = taskOf({ format: "reasoning-gym" }, [entry]);
  expect(isCorrect(task, { prompt: "q", answer: "3" }, "<answer>3</answer>")).toBe(true);
});
