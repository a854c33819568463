import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { recipeSchema } from "../recipes/schema";
import { createTask } from "./create-task";
import { isCorrect } from "./task";
import type { Task, TaskRow } from "./task";

const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-formats-"));
const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const taskOf = (format: string, train: string, at = folder): Task =>
  createTask(recipeSchema.shape.task.parse({ name: "dataset", format, train }), at);
const rowsOf = ({ rows }: Task): readonly TaskRow[] =>
  rows.kind === "listed" ? [...rows.training, ...rows.heldOut] : [];
const goldIsRight = (task: Task, row: TaskRow): boolean | null =>
  isCorrect(task, row, task.completion(row, "stepwise"));

test("GSM8K: the number after ####, thinking without the calculator's notes, answers by value", () => {
  const rows = ["1,200", "-3", "0.5"].map((gold, index) => ({
    question: `q${index}`,
    answer: `He has 2*3=<<2*3=6>>6.\nSo it is.\n#### ${gold}`,
  }));
  writeFileSync(join(folder, "g.jsonl"), lines(rows));
  const task = taskOf("gsm8k", "g.jsonl");
  const row = rowsOf(task).find(({ prompt }) => prompt === "q0")!;
  expect(row).toMatchObject({ answer: "1200", difficulty: 2 });
  expect(task.completion(row, "stepwise")).toBe("<think>He has 2*3=6.\nSo it is.</think><answer>1200</answer>");
  const judge = (answer: string): boolean | null => isCorrect(task, row, `<think></think><answer>${answer}</answer>`);
  expect(["1200", "1,200", "$1200", "1200.0"].map(judge)).toEqual([true, true, true, true]);
  expect(["120", "12000", "", "1200 or 3"].map(judge)).toEqual([false, false, false, false]);
});

test("MBPP and HumanEval: tests for the sandbox beside the program, also from a packed file", () => {
  const mbpp = { text: "Add.", code: "def f(a):\r\n  return a", test_list: ["assert f(1) == 1"], test_setup_code: "" };
  writeFileSync(join(folder, "m.jsonl"), lines([mbpp, { ...mbpp, text: "Other." }]));
  const task = taskOf("mbpp", "m.jsonl");
  const row = rowsOf(task).find(({ prompt }) => prompt.startsWith("Add."))!;
  expect(task.language).toBe("python");
  expect(row.prompt).toContain("assert f(1) == 1");
  expect(row.answer).toBe("def f(a):\n  return a");
  expect(row.columns?.["tests"]).toEqual({ asserts: ["assert f(1) == 1"], setup: "" });
  expect(goldIsRight(task, row)).toBe(true);

  const human = {
    task_id: "H/0",
    prompt: "def g():\n",
    entry_point: "g",
    canonical_solution: "    return 1\n",
    test: "def check(c): pass",
  };
  writeFileSync(join(folder, "h.jsonl.gz"), gzipSync(lines([human, { ...human, prompt: "def g():\n    # two\n" }])));
  const packed = taskOf("humaneval", "h.jsonl.gz");
  const entry = rowsOf(packed).find(({ prompt }) => prompt === human.prompt)!;
  expect(entry.columns?.["tests"]).toEqual({ check: human.test, function: "g", setup: human.prompt });
  expect(entry.answer).toBe("def g():\n    return 1\n");
  expect(goldIsRight(packed, entry)).toBe(true);
});

test("MBPP as sanitized says its columns otherwise", () => {
  const row = {
    prompt: "Add.",
    code: "def f(a): return a",
    test_list: ["assert f(1) == 1"],
    test_imports: ["import math"],
  };
  writeFileSync(join(folder, "s.jsonl"), lines([row, { ...row, prompt: "Other." }]));
  const [first] = rowsOf(taskOf("mbpp", "s.jsonl"));
  expect(first?.prompt).toMatch(/^(Add|Other)\.\nYour code/);
  expect(first?.columns?.["tests"]).toEqual({ asserts: ["assert f(1) == 1"], setup: "import math" });
});

test("reasoning-gym: its own checks judge", () => {
  const entry = (index: number) => ({
    question: `q${index}`,
    answer: "1 + 2",
    metadata: { source_dataset: "countdown", numbers: [1, 2], target: 3 },
  });
  writeFileSync(join(folder, "r.jsonl"), lines([entry(0), entry(1)]));
  const task = taskOf("reasoning-gym", "r.jsonl");
  const row = rowsOf(task)[0]!;
  expect(isCorrect(task, row, "<think></think><answer>2+1</answer>")).toBe(true);
  expect(isCorrect(task, row, "<think></think><answer>3</answer>")).toBe(false);
  expect(() => task.completion(row, "stepwise")).toThrow("needs its right completions");
});

test.each([
  ["gsm8k", { question: "q", answer: "6" }, '.jsonl:1: this is not a row of GSM8K: its answer has no "####"'],
  ["gsm8k", { text: "q" }, '.jsonl:1: this is not a row of GSM8K: "question" is missing'],
  ["mbpp", { text: "q", code: "c", test_list: [] }, 'this is not a row of MBPP: \"test_list\" is empty'],
  ["humaneval", { prompt: "q" }, 'this is not a row of HumanEval: \"entry_point\" is missing'],
  [
    "reasoning-gym",
    { question: "q", answer: null, metadata: { source_dataset: "x" } },
    "this entry of x has no answer",
  ],
])("%s: what is no row of it is named", (format, row, message) => {
  writeFileSync(join(folder, "bad.jsonl"), lines([row]));
  expect(() => taskOf(format, "bad.jsonl")).toThrow(message);
});

const shared = join(__dirname, "..", "..", "..", "shared", "data");

test.skipIf(!existsSync(shared)).each([
  ["gsm8k", "gsm8k/test.jsonl", 1319],
  ["mbpp", "mbpp/mbpp.jsonl", 974],
  ["humaneval", "humaneval/HumanEval.jsonl.gz", 164],
])("%s: every gold answer of the published file is read and right", (format, file, count) => {
  const task = taskOf(format, file, shared);
  const rows = rowsOf(task);
  expect(rows).toHaveLength(count);
  expect(rows.filter((row) => !goldIsRight(task, row)).map(({ prompt }) => prompt)).toEqual([]);
});
