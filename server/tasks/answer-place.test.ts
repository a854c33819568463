import { expect, test } from "vitest";
import { taskSchema, taskSettingFindings } from "../recipes/task-fields";
import { withAnswersAt } from "./answer-place";
import { createTask } from "./create-task";
import { mathsCheck } from "./maths-check";
import { isCorrect, type Task } from "./task";

const spec = taskSchema.parse({ name: "chain-sum", answer_from: "last-number" });
const row = { prompt: "a2b+3=", answer: "5" };

test("a model that marks no answer is judged by its last number", () => {
  const [plain, last] = [createTask({ ...spec, answer_from: undefined }, "."), createTask(spec, ".")];
  const says = "2 and 3 make 5.0, of course.";
  expect([isCorrect(plain, row, says), isCorrect(last, row, says)]).toEqual([false, true]);
  expect(isCorrect(last, row, "5, or rather 6")).toBe(false);
  expect(last.extract(says)).toEqual({ text: "5.0", source: "last number" });
});

test("answers by their value are compared so at that place, too", () => {
  const maths: Task = { ...createTask({ ...spec, answer_from: undefined }, "."), byValue: mathsCheck };
  const boxed = withAnswersAt(maths, "boxed");
  expect(isCorrect(boxed, { prompt: "", answer: "1/2" }, String.raw`It is \boxed{\frac{2}{4}}.`)).toBe(true);
  expect(isCorrect(boxed, { prompt: "", answer: "1/2" }, "<answer>1/2</answer>")).toBe(false);
  expect(isCorrect(boxed, { prompt: "", answer: "" }, String.raw`\boxed{1}`)).toBeNull();
});

test("a place that a task cannot have is told", () => {
  const found = (settings: object) => taskSettingFindings(taskSchema.parse(settings)).map(({ key }) => key);
  expect(found({ name: "code-functions", answer_from: "boxed" })).toEqual(["answer_from"]);
  expect(found({ name: "dataset", train: "a.jsonl", format: "mbpp", answer_from: "tags" })).toEqual(["answer_from"]);
  expect(found({ name: "countdown", answer_from: "last-number" })).toEqual(["answer_from"]);
  expect(found({ name: "countdown", answer_from: "boxed" })).toEqual([]);
});
