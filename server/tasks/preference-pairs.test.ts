import { expect, test } from "vitest";
import { taskSchema } from "../recipes/task-fields";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { createProceduralTask } from "./create-task";
import { preferencePairs, refusalRates } from "./preference-pairs";
import { isHeldOut } from "./splits";
import { isAnswerable, unanswerable } from "./unanswerable";

const spec = taskSchema.parse({ name: "unanswerable" });
if (spec.name !== "unanswerable") throw new Error("not the task");
const task = unanswerable(spec);
const pairs = preferencePairs(task, 1, 400);

test("chosen answers are right and well formed; every fault comes up and is one", () => {
  const symbols = new Set(task.symbols);
  for (const { prompt, chosen, rejected, fault } of pairs) {
    const [good, bad] = [splitReasoning(chosen), splitReasoning(rejected)];
    const row = { prompt, answer: good.answer! };
    expect(task.completion(row, "stepwise")).toBe(chosen);
    expect(good.wellFormed).toBe(true);
    for (const symbol of rejected.replace(/<\/?(?:think|answer)>/g, "")) expect(symbols.has(symbol)).toBe(true);
    if (fault === "needless-steps")
      expect([bad.answer, bad.thinking!.length > good.thinking!.length]).toEqual([good.answer, true]);
    if (fault === "no-thinking-tags") expect([bad.wellFormed, bad.answer]).toEqual([false, good.answer]);
    if (fault === "answer-with-working") expect(bad.answer).toContain(`=${good.answer!}`);
    if (fault === "needless-refusal") expect([isAnswerable(prompt), bad.answer]).toEqual([true, "none"]);
    if (fault === "invented-number")
      expect([isAnswerable(prompt), good.answer, Number.isInteger(Number(bad.answer))]).toEqual([false, "none", true]);
  }
  expect(new Set(pairs.map(({ fault }) => fault)).size).toBe(5);
  expect(pairs.filter(({ tag }) => tag === "safe")).toHaveLength(200);
});

test("pairs follow from the seed and keep to their side of the split", () => {
  expect(preferencePairs(task, 1, 400)).toEqual(pairs);
  expect(preferencePairs(task, 2, 400)).not.toEqual(pairs);
  expect(pairs.some(({ prompt }) => isHeldOut(prompt))).toBe(false);
  expect(preferencePairs(task, 1, 20, true).every(({ prompt }) => isHeldOut(prompt))).toBe(true);
  const never = createProceduralTask({ ...spec, unanswerable_share: 1 });
  expect(() => preferencePairs(never, 1, 1)).toThrow("lower unanswerable_share");
});

test("refusals are counted where they are right and where they are wrong", () => {
  const row = (answerable: boolean) => ({ prompt: "", answer: "", columns: { answerable } });
  const answers = [
    { row: row(false), answer: "none" },
    { row: row(false), answer: "3" },
    { row: row(true), answer: "3" },
    { row: row(true), answer: " none " },
    { row: row(true), answer: null },
    { row: { prompt: "a1b+2=", answer: "3" }, answer: "none" },
  ];
  expect(refusalRates(answers)).toEqual({ refusal: 0.5, unanswerable: 2, wrongRefusal: 1 / 3, answerable: 3 });
  expect(refusalRates([])).toMatchObject({ refusal: null, wrongRefusal: null });
});
