import { expect, test } from "vitest";
import { evaluationSummarySchema } from "../protocol/run";
import type { Recipe } from "../recipes/schema";
import { mathsCheck } from "../tasks/maths-check";
import type { Task, TaskRow } from "../tasks/task";
import { readAnswer } from "../verifiers/answers/read-answer";
import { readMathAnswer } from "../verifiers/maths/verify-math";
import { judgeableRows, remarkAnswers } from "./answer-remarks";

const heldOut: readonly TaskRow[] = ["7", "\\frac{", "8"].map((answer, index) => ({
  prompt: `q${index}`,
  answer,
  place: { file: "/data/held.jsonl", line: index + 1 },
}));
const task: Task = {
  name: "dataset",
  symbols: [],
  rows: { kind: "listed", training: heldOut, heldOut },
  completion: () => "",
  extract: (completion) => readAnswer(completion, { unmarked: true }),
};
const maths: Task = { ...task, extract: readMathAnswer, byValue: mathsCheck };
const summary = (change: object) =>
  evaluationSummarySchema.parse({
    prompts: 3,
    samples: 2,
    pass_at_1: 0,
    pass_at_k: 0,
    greedy: 0,
    mean_length: 1,
    answered: 1,
    marked: 1,
    ...change,
  });
const checkpoint = { checkpoint: "models/x", chat_template: false };
function heard(of: Task, change: object, model: object = checkpoint, step = 9): Record<string, string> {
  const found: Record<string, string> = {};
  const remark = (about: string, sentence: string): void => void (found[about] = sentence);
  remarkAnswers({ remark, task: of, recipe: { model } as Recipe }, summary(change), { rows: heldOut, step });
  return found;
}

test("an evaluation without a readable answer says so, and where answers are looked for", () => {
  expect(heard(task, { answered: 0, marked: 0 })["answers"]).toMatch(
    /^At step 9 none of 6 completions had an answer that could be read: .*<answer>.*\\boxed/,
  );
  expect(heard({ ...task, language: "python" }, { answered: 0 })["answers"]).toContain("closed block of python code");
  expect(heard(task, { marked: 0 })["answers"]).toContain("none of 6 completions said where its answer is");
  expect(heard(task, { marked: 0, pass_at_1: 0.5 })).toEqual({});
  expect(heard(task, { answered: 0.5, marked: 0.5 })).toEqual({});
  // Runs from before it was measured, and new models before their training, say nothing.
  expect(heard(task, { answered: null, marked: null })).toEqual({});
  expect(heard(task, { answered: 0 }, {}, 0)).toEqual({});
});

test("held-out prompts whose gold answer cannot be read are left out, and the first is named", () => {
  expect(judgeableRows(task, heldOut)).toHaveLength(3);
  expect(judgeableRows(maths, heldOut).map(({ prompt }) => prompt)).toEqual(["q0", "q2"]);
  const note = heard(maths, { prompts: 2 })["unreadable-gold"];
  expect(note).toContain("1 of 3 held-out prompts are left out");
  expect(note).toContain(String.raw`/data/held.jsonl:2: "\\frac{": the gold answer`);
});
