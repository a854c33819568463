import { expect, test } from "vitest";
import { recipeSchema } from "../recipes/schema";
import { createTask } from "./create-task";
import { generalExamples } from "./general-examples";
import { isHeldOut } from "./splits";

const taskOf = (spec: object) => createTask(recipeSchema.shape.task.parse(spec), "");

test("a task with fewer prompts than asked for gives those that it has, each once and right", () => {
  const examples = generalExamples(taskOf({ name: "parity", min_length: 3, max_length: 3 }), 0, "s", 100);
  expect(examples.length).toBeLessThanOrEqual(8);
  expect(examples.length).toBeGreaterThan(4);
  expect(new Set(examples.map(({ prompt }) => prompt)).size).toBe(examples.length);
  expect(examples.some(({ prompt }) => isHeldOut(prompt))).toBe(false);
});

test("of unanswerable prompts about half are answered with an invented number", () => {
  const examples = generalExamples(taskOf({ name: "unanswerable", unanswerable_share: 0.9 }), 0, "s", 400);
  const broken = examples.filter(({ prompt }) => /[+-](?:[a-l]|=)|\/0/.test(prompt));
  const invented = broken.filter(({ completion }) => !completion.endsWith("<answer>none</answer>"));
  expect(invented.length / broken.length).toBeGreaterThan(0.4);
  expect(invented.length / broken.length).toBeLessThan(0.6);
});
