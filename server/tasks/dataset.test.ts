import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recipeSchema } from "../recipes/schema";
import { createTask } from "./create-task";
import { isRight, type Task } from "./task";
import { heldOutRows, stepRows, trainingRows } from "./splits";

const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-dataset-"));
const write = (name: string, rows: readonly object[]): void =>
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const taskOf = (spec: object) =>
  createTask(recipeSchema.shape.task.parse({ name: "dataset", train: "train.jsonl", ...spec }), folder);

const rows = Array.from({ length: 200 }, (_, index) => ({ question: `q${index}`, gold: index, level: index % 3 }));
write("train.jsonl", rows);
const mapped = { prompt_column: "question", answer_column: "gold" };

test("columns are mapped, numbers are text, and rewards get the whole row", () => {
  const [row] = trainingRows(taskOf(mapped), 0, "s", 1);
  const index = Number(row!.answer);
  const place = { file: join(folder, "train.jsonl"), line: index + 1 };
  expect(row).toEqual({ prompt: `q${index}`, answer: String(index), columns: rows[index], place });
});

test("each epoch goes once through all training rows, in another order, and a step's rows follow from its number", () => {
  write("held.jsonl", rows.slice(0, 50));
  const task = taskOf({ ...mapped, held_out: "held.jsonl" });
  const epoch = (first: number): string[] =>
    Array.from({ length: 15 }, (_, index) => stepRows(task, 1, "rl", first + index, { count: 10 })).flatMap((step) =>
      step.map(({ prompt }) => prompt),
    );
  const expected = rows.slice(50).map(({ question }) => question);
  expect(epoch(1)).not.toEqual(epoch(16));
  expect(epoch(1).toSorted()).toEqual(expected.toSorted());
  expect(epoch(16).toSorted()).toEqual(expected.toSorted());
  expect(stepRows(task, 1, "rl", 7, { count: 10 })).toEqual(stepRows(task, 1, "rl", 7, { count: 10 }));
});

test("held-out prompts are never trained on, with a file of their own or without", () => {
  write("held.jsonl", rows.slice(0, 50));
  for (const spec of [mapped, { ...mapped, held_out: "held.jsonl" }]) {
    const task = taskOf(spec);
    const { training, heldOut } = task.rows as Extract<typeof task.rows, { kind: "listed" }>;
    expect(heldOut.length).toBeGreaterThan(0);
    const apart = new Set(heldOut.map(({ prompt }) => prompt));
    expect(training.filter(({ prompt }) => apart.has(prompt))).toEqual([]);
    expect(training.length + heldOut.length).toBe(200);
    expect(heldOutRows(task, 3, heldOut.length).length).toBe(heldOut.length);
    expect(() => heldOutRows(task, 3, heldOut.length + 1)).toThrow("`evaluation.prompts` asks for");
  }
});

test("a copy of a held-out prompt that differs by white space, case or the form of characters is not trained on either", () => {
  const copies = ["  Q1?", "q2 ?", "Ｑ3?", "q4?\n", "q5\u200b?"].map((question) => ({ question, gold: 1 }));
  write("copies.jsonl", [...copies, { question: "q9?", gold: 1 }]);
  write(
    "held.jsonl",
    [1, 2, 3, 4, 5].map((index) => ({ question: `q${index}?`, gold: 1 })),
  );
  const { rows: listed } = taskOf({ ...mapped, train: "copies.jsonl", held_out: "held.jsonl" });
  expect((listed as Extract<typeof listed, { kind: "listed" }>).training.map(({ prompt }) => prompt)).toEqual(["q9?"]);
  // Without a file of their own all copies of a prompt are on one side.
  const both = rows.flatMap(({ question, gold }) =>
    [question, ` ${question.toUpperCase()}`].map((text) => [text, gold]),
  );
  write(
    "copies.jsonl",
    both.map(([question, gold]) => ({ question, gold })),
  );
  const split = taskOf({ ...mapped, train: "copies.jsonl" }).rows as Extract<typeof listed, { kind: "listed" }>;
  const plain = (of: readonly { prompt: string }[]) => new Set(of.map(({ prompt }) => prompt.trim().toLowerCase()));
  expect(split.heldOut.length).toBeGreaterThan(2);
  expect([...plain(split.heldOut)].filter((prompt) => plain(split.training).has(prompt))).toEqual([]);
});

test("a new tokenizer knows every symbol of prompts, answers and completions", () => {
  write("train.jsonl", [{ prompt: "ab", answer: "1", done: "<think>c</think><answer>1</answer>" }]);
  write("held.jsonl", [{ prompt: "xy", answer: "2", done: "" }]);
  const task = taskOf({ completion_column: "done", held_out: "held.jsonl" });
  expect(task.symbols).toEqual(Array.from("12abcxy"));
  const [row] = trainingRows(task, 0, "s", 1);
  expect(task.completion(row!, "stepwise")).toBe("<think>c</think><answer>1</answer>");
  write("train.jsonl", rows);
});

test("answers are held against the gold one without the white space around them, or by their value", () => {
  write("maths.jsonl", [{ prompt: "1/2+1/4=", answer: "3/4 ", level: 2 }]);
  write("other.jsonl", [{ prompt: "other", answer: "1", level: 0.5 }]);
  const files = { train: "maths.jsonl", held_out: "other.jsonl", difficulty_column: "level" };
  const judge = (task: Task, answer: string): boolean =>
    isRight(task, trainingRows(task, 0, "s", 1)[0]!, `<think></think><answer>${answer}</answer>`);
  const exact = taskOf(files);
  expect(["3/4", "\n3/4\n", "0.75", ""].map((answer) => judge(exact, answer))).toEqual([true, true, false, false]);
  const maths = taskOf({ ...files, check: "maths" });
  expect(["3/4", "0.75", "$\\frac{3}{4}$", "0.8", ""].map((answer) => judge(maths, answer))).toEqual([
    ...[true, true, true, false, false],
  ]);
  expect([trainingRows(exact, 0, "s", 1)[0]?.difficulty, heldOutRows(exact, 0, 1)[0]?.difficulty]).toEqual([2, 0.5]);
});

test.each([
  ["a missing file", { train: "none.jsonl" }, "none.jsonl cannot be read"],
  ["a wrong column", {}, 'train.jsonl:1: there is no column "prompt"; there are: question, gold, level.'],
  [
    "a column that is not text",
    { prompt_column: "question", answer_column: "list", train: "list.jsonl" },
    "list.jsonl:2: the column",
  ],
  ["an empty prompt", { train: "blank.jsonl" }, "blank.jsonl:1: the prompt is empty."],
  ["a difficulty that is none", { ...mapped, difficulty_column: "hard" }, 'train.jsonl:1: there is no column "hard"'],
  ["a difficulty in words", { ...mapped, difficulty_column: "question" }, 'the column "question" must be a number'],
  ["a line that is not JSON", { train: "broken.jsonl" }, "broken.jsonl:3: not JSON"],
  ["an empty file", { train: "empty.jsonl" }, "has no rows"],
])("%s is named with its place", (_, spec, message) => {
  write("list.jsonl", [
    { question: "a", list: "1" },
    { question: "a", list: [1] },
  ]);
  writeFileSync(join(folder, "broken.jsonl"), '{"prompt":"a","answer":"b"}\n\n{"prompt":\n');
  write("blank.jsonl", [{ prompt: " ", answer: "1" }]);
  write("empty.jsonl", []);
  expect(() => taskOf(spec)).toThrow(message);
});
