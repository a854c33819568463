import { expect, test } from "vitest";
import { reasoningRlSchema } from "../../recipes/stages";
import { stepRows } from "../../tasks/splits";
import type { Task, TaskRow } from "../../tasks/task";
import { inSteps } from "./step-prompts";

const training = Array.from({ length: 10 }, (_, index): TaskRow => ({ prompt: `p${index}`, answer: "1" }));
const listed: Task = {
  name: "dataset",
  symbols: [],
  rows: { kind: "listed", training, heldOut: [] },
  completion: () => "",
  extract: () => null,
};
const stage = (settings: object) =>
  reasoningRlSchema.parse({ kind: "reasoning-rl", prompts_per_step: 4, steps: 77, ...settings });

test("epochs of RL are as many steps as ask every training prompt so often", () => {
  expect(inSteps({ task: listed }, stage({}))).toEqual(stage({}));
  const { steps, prompts_per_step: count } = inSteps({ task: listed }, stage({ num_train_epochs: 2 }));
  expect(steps).toBe(5);
  const asked = Array.from({ length: steps }, (_, step) => stepRows(listed, 0, "rl", step + 1, { count })).flat();
  for (const { prompt } of training) expect(asked.filter((row) => row.prompt === prompt)).toHaveLength(2);
  expect(inSteps({ task: listed }, stage({ num_train_epochs: 0.5 })).steps).toBe(2);
});

test("a task that makes prompts without end has no epochs", () => {
  const drawn: Task = { ...listed, name: "chain-sum", rows: { kind: "drawn", row: () => training[0]! } };
  expect(() => inSteps({ task: drawn }, stage({ num_train_epochs: 1 }))).toThrow(/chain-sum.*set steps/);
});
