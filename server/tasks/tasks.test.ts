import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../shared/random";
import { recipeSchema } from "../recipes/schema";
import { taskSchema, taskSettingFindings } from "../recipes/task-fields";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import type { ProceduralTaskSpec } from "./create-task";
import { createProceduralTask } from "./create-task";
import { heldOutRows, isHeldOut, trainingRows } from "./splits";
import { isCorrect } from "./task";
import type { TaskRow } from "./task";

const specOf = (settings: object): ProceduralTaskSpec => {
  const spec = recipeSchema.shape.task.parse(settings);
  if (spec.name === "dataset") throw new Error("not procedural");
  return spec;
};
const names = taskSchema.options.map((option) => option.shape.name.value).filter((name) => name !== "dataset");

describe.each(names)("%s", (name) => {
  const task = createProceduralTask(specOf({ name }));

  test("right completions are well formed, correct, and in symbols of the alphabet", () => {
    const symbols = new Set(task.symbols);
    expect(symbols.size).toBe(task.symbols.length);
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom("stepwise" as const, "terse" as const), (seed, style) => {
        const row = task.rows.row(randomStream(seed));
        const completion = task.completion(row, style);
        const { thinking, answer, wellFormed } = splitReasoning(completion);
        expect(wellFormed).toBe(true);
        expect(isCorrect(task, row, completion)).toBe(true);
        expect(isCorrect(task, row, completion.replace("</answer>", "@</answer>"))).toBe(false);
        expect(row.difficulty).toBeGreaterThan(0);
        for (const symbol of `${row.prompt}${thinking!}${answer!}`) expect(symbols.has(symbol)).toBe(true);
      }),
    );
  });

  test("the same seed draws the same rows, and every step of its own trace is labelled right", () => {
    for (let seed = 0; seed < 50; seed++) {
      const row = task.rows.row(randomStream(seed));
      expect(task.rows.row(randomStream(seed))).toEqual(row);
      const thinking = task.steps(row).join(";");
      const labels = task.labelSteps(row, thinking);
      expect(labels.map(({ start, end }) => thinking.slice(start, end))).toEqual(task.steps(row));
      expect(labels.every(({ correct }) => correct)).toBe(true);
    }
  });

  test("a wrong step is labelled wrong; done again at once, what follows is right", () => {
    for (let seed = 0; seed < 50; seed++) {
      const row = task.rows.row(randomStream(seed));
      const [first, ...rest] = task.steps(row);
      const thinking = [`${first!}@`, first!, ...rest].join(";");
      expect(task.labelSteps(row, thinking).map(({ correct }) => correct)).toEqual([
        false,
        true,
        ...rest.map(() => true),
      ]);
    }
  });

  test("held-out prompts are never trained on", () => {
    const count = 20;
    const training = trainingRows(task, 1, "s", count * 3);
    const heldOut = heldOutRows(task, 1, count);
    expect(training.some(({ prompt }) => isHeldOut(prompt))).toBe(false);
    expect(heldOut.every(({ prompt }) => isHeldOut(prompt))).toBe(true);
    expect(heldOutRows(task, 1, count)).toEqual(heldOut);
  });
});

const steps = (settings: object, row: TaskRow): string =>
  createProceduralTask(specOf(settings)).completion(row, "stepwise");

test.each([
  ["addition", "47+85=", "132", "7+5+0=12;4+8+1=13"],
  ["addition", "5+996=", "1001", "5+6+0=11;0+9+1=10;0+9+1=10"],
  ["reverse", "v:abc=", "cba", "c;cb;cba"],
  ["count-letters", "r:brrbb=", "2", "b0;r1;r2;b2;b2"],
  ["sort", "s:7,3,9=", "3,7,9", "3:7,9;7:9;9:"],
  ["base-conversion", "13>2=", "1101", "13=6*2+1;6=3*2+0;3=1*2+1;1=0*2+1"],
  ["gcd", "g:48,18=", "6", "48%18=12;18%12=6;12%6=0"],
  ["gcd", "g:18,48=", "6", "48%18=12;18%12=6;12%6=0"],
  ["parity", "p:1011=", "1", "11;01;10;11"],
  ["simple-equations", "3*x+4=19:", "5", "3*x=15;x=5"],
  ["simple-equations", "3*x-4=-4:", "0", "3*x=0;x=0"],
  ["unanswerable", "a6b+4c+d-8=", "none", "b6+4=10;c:none"],
  ["unanswerable", "a6b/0c+1=", "none", "b:none"],
  ["unanswerable", "a6b+4=", "10", "b6+4=10"],
])("%s of %s", (name, prompt, answer, thinking) => {
  expect(steps({ name }, { prompt, answer })).toBe(`<think>${thinking}</think><answer>${answer}</answer>`);
  expect(() => steps({ name }, { prompt: "another", answer })).toThrow(/^Not a/);
});

test("gold answers are correct by another way of computing them", () => {
  const answers = (settings: object, compute: (prompt: string) => string): void => {
    const task = createProceduralTask(specOf(settings));
    for (let seed = 0; seed < 300; seed++) {
      const { prompt, answer } = task.rows.row(randomStream(seed));
      expect(answer, prompt).toBe(compute(prompt));
    }
  };
  const numbers = (prompt: string): number[] => (prompt.match(/\d+/g) ?? []).map(Number);
  answers({ name: "addition", max_digits: 9 }, (prompt) => String(numbers(prompt)[0]! + numbers(prompt)[1]!));
  answers({ name: "gcd" }, (prompt) => {
    const [a, b] = numbers(prompt);
    let best = 1;
    for (let d = 1; d <= a!; d++) if (a! % d === 0 && b! % d === 0) best = d;
    return String(best);
  });
  answers({ name: "base-conversion", max_base: 16 }, (prompt) => numbers(prompt)[0]!.toString(numbers(prompt)[1]));
  answers({ name: "parity" }, (prompt) => String((prompt.split("1").length - 1) % 2));
  answers({ name: "unanswerable" }, (prompt) => {
    if (/[+-](?:[a-l]|=)|\/0/.test(prompt)) return "none";
    return String((prompt.match(/[a-l]([+-]?\d+)/g) ?? []).reduce((sum, term) => sum + Number(term.slice(1)), 0));
  });
});

test("countdown takes any correct expression, each number used once, and nothing else", () => {
  const task = createProceduralTask(specOf({ name: "countdown" }));
  const row = { prompt: "16:3,5,2=", answer: "(3+5)*2" };
  const judge = (answer: string): boolean | null => isCorrect(task, row, `<think>x</think><answer>${answer}</answer>`);
  for (const answer of [
    "(3+5)*2",
    "2 * (5 + 3)",
    "2*5+3*2-0",
    "16",
    "3+5+2",
    "(3+5)*2*1",
    "2**4",
    "8*2",
    "35+2",
    "(3+5)*2)",
    "",
  ])
    expect([answer, judge(answer)]).toEqual([answer, ["(3+5)*2", "2 * (5 + 3)"].includes(answer)]);
  expect(task.labelSteps(row, "3+5+2=10;3*5+2=16;(3+5)*2=16").map(({ correct }) => correct)).toEqual([
    true,
    false,
    true,
  ]);
});

test("shares and languages are kept to", () => {
  const share = (unanswerable_share: number): number => {
    const task = createProceduralTask(specOf({ name: "unanswerable", unanswerable_share }));
    return Array.from({ length: 200 }, (_, seed) => task.rows.row(randomStream(seed))).filter(
      ({ columns }) => columns?.["answerable"] === false,
    ).length;
  };
  expect([share(0), share(1)]).toEqual([0, 200]);
  expect(share(0.5)).toBeGreaterThan(60);
  const python = createProceduralTask(specOf({ name: "code-functions" })).rows.row(randomStream(1));
  const javascript = createProceduralTask(specOf({ name: "code-functions", language: "javascript" })).rows.row(
    randomStream(1),
  );
  expect(python.answer).toMatch(/^def /);
  expect(javascript.answer).toMatch(/^function /);
  expect(python.columns?.["tests"]).toEqual(javascript.columns?.["tests"]);
});

test("code functions are enough for a cold start and an evaluation with their usual settings", () => {
  const task = createProceduralTask(specOf({ name: "code-functions" }));
  expect(trainingRows(task, 1, "s", 4000)).toHaveLength(4000);
  expect(heldOutRows(task, 1, 256)).toHaveLength(256);
  const one = createProceduralTask(specOf({ name: "code-functions", max_steps: 1 }));
  const row = one.rows.row(randomStream(3));
  expect(one.steps(row)).toHaveLength(1);
  expect(() => one.steps({ prompt: "another", answer: "" })).toThrow(/^Not a prompt/);
});

test("settings that leave nothing are named", () => {
  expect(taskSettingFindings(specOf({ name: "sort", min_length: 9 }))).toEqual([
    { key: "min_length", message: "min_length (9) is more than max_length (5)." },
  ]);
  const dataset = taskSchema.parse({ name: "dataset", train: "x", format: "gsm8k", answer_column: "gold" });
  expect(taskSettingFindings(dataset).map(({ key }) => key)).toEqual(["answer_column"]);
  expect(taskSettingFindings(specOf({ name: "gcd" }))).toEqual([]);
});
