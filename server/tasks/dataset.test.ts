import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recipeSchema } from "../recipes/schema";
import { createTask } from "./create-task";
import { isCorrect, type Task } from "./task";
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
  const { rows: listed, notes } = taskOf({ ...mapped, train: "copies.jsonl", held_out: "held.jsonl" });
  expect(notes).toEqual(["copies.jsonl: 5 of 6 rows are left out of training: held.jsonl holds their prompts"]);
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
  const judge = (task: Task, answer: string): boolean | null =>
    isCorrect(task, trainingRows(task, 0, "s", 1)[0]!, `<think></think><answer>${answer}</answer>`);
  const exact = taskOf(files);
  expect(["3/4", "\n3/4\n", "0.75", ""].map((answer) => judge(exact, answer))).toEqual([true, true, false, false]);
  const maths = taskOf({ ...files, check: "maths" });
  expect(["3/4", "0.75", "$\\frac{3}{4}$", "0.8", ""].map((answer) => judge(maths, answer))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect([trainingRows(exact, 0, "s", 1)[0]?.difficulty, heldOutRows(exact, 0, 1)[0]?.difficulty]).toEqual([2, 0.5]);
});

test("gold answers are the text of the file: large whole numbers, long decimals, trailing zeros", () => {
  const golds = ["12345678901234567891", "9007199254740993", "0.12345678901234567890123", "1.50", "1e400", "-0", "7"];
  const lines = golds.map((gold, index) => `{"prompt": "q${index}", "answer": ${gold}, "id": ${gold}}\n`);
  writeFileSync(join(folder, "exact.jsonl"), lines.join(""));
  write("held.jsonl", [{ prompt: "other", answer: "1", id: "1" }]);
  const { rows: listed } = taskOf({ train: "exact.jsonl", held_out: "held.jsonl", completion_column: "id" });
  const { training } = listed as Extract<typeof listed, { kind: "listed" }>;
  expect(training.map(({ answer }) => answer)).toEqual(golds);
  // What a reward is given: the number where a double holds it, else its text.
  expect(training.map(({ columns }) => columns?.["id"])).toEqual([...golds.slice(0, 3), 1.5, "1e400", -0, 7]);
  const task = taskOf({ train: "exact.jsonl", held_out: "held.jsonl", completion_column: "id" });
  expect(training.map((row) => task.completion(row, "stepwise"))).toEqual(golds);
});

test("columns within columns are named with dots, in JSONL and Parquet alike", () => {
  const nested = { question: { text: "q" }, reward_model: { ground_truth: 34 }, extra: [{ level: 2 }] };
  write("nested.jsonl", [nested]);
  write("held.jsonl", [{ ...nested, question: { text: "other" } }]);
  const spec = { prompt_column: "question.text", answer_column: "reward_model.ground_truth", held_out: "held.jsonl" };
  const task = taskOf({ ...spec, train: "nested.jsonl", difficulty_column: "extra.0.level" });
  expect(trainingRows(task, 0, "s", 1)[0]).toMatchObject({ prompt: "q", answer: "34", difficulty: 2, columns: nested });
  const verl = join(__dirname, "..", "rows", "test-data", "verl.parquet");
  write("held.jsonl", [{ ...nested, prompt: "other" }]);
  const { rows: listed } = taskOf({ answer_column: spec.answer_column, train: verl, held_out: "held.jsonl" });
  const { training } = listed as Extract<typeof listed, { kind: "listed" }>;
  expect(training.map(({ prompt, answer, place }) => [prompt, answer, place?.line])).toEqual([
    ["What is 0 + 0? é", "0", 1],
    ["What is 1 + 1? é", "2", 2],
    ["What is 2 + 2? é", "4", 3],
  ]);
});

test("CSV: every cell is text, also of the difficulty", () => {
  writeFileSync(join(folder, "train.csv"), 'prompt,answer,level\n"1,000 + 1",01001,2\n');
  write("held.jsonl", [{ prompt: "other", answer: "1", level: 1 }]);
  const task = taskOf({ train: "train.csv", held_out: "held.jsonl", difficulty_column: "level" });
  expect(trainingRows(task, 0, "s", 1)[0]).toMatchObject({ prompt: "1,000 + 1", answer: "01001", difficulty: 2 });
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
  [
    "a column of columns",
    { prompt_column: "nested", train: "list.jsonl" },
    'the column "nested" must be text or a number. It has parts, each of which can be named: nested.a.',
  ],
  [
    "a column that is empty",
    { prompt_column: "empty", train: "list.jsonl" },
    'list.jsonl:1: the column "empty" is empty here.',
  ],
  ["a line that is not JSON", { train: "broken.jsonl" }, "broken.jsonl:3: not JSON"],
  ["an empty file", { train: "empty.jsonl" }, "has no rows"],
])("%s is named with its place", (_, spec, message) => {
  write("list.jsonl", [
    { question: "a", list: "1", nested: { a: 1 }, empty: null },
    { question: "a", list: [1] },
  ]);
  writeFileSync(join(folder, "broken.jsonl"), '{"prompt":"a","answer":"b"}\n\n{"prompt":\n');
  write("blank.jsonl", [{ prompt: " ", answer: "1" }]);
  write("empty.jsonl", []);
  expect(() => taskOf(spec)).toThrow(message);
});
