import { expect, test } from "vitest";
import { temporaryFolder } from "../runs/example-run";
import { preferencePairs } from "../tasks/preference-pairs";
import { heldOutRowsUpTo, isHeldOut } from "../tasks/splits";
import { recipeSchema } from "../recipes/schema";
import { heldOutTest } from "./leaks";
import { isProcedural } from "../tasks/task";
import { testTasks } from "../tasks/tasks.testing";

const folder = temporaryFolder("leaks");
const { tasks, file } = testTasks(folder);
const small = { name: "chain-sum", min_terms: 2, max_terms: 2, max_operand: 9, max_total: 19 };

const evaluation = recipeSchema.shape.evaluation.parse({ prompts: 20, general_prompts: 20, during_prompts: 30 });
const stages = recipeSchema.shape.stages.parse([{ kind: "evaluation", prompts: 40 }]);
const measuring = { seed: 0, stages, evaluation };

test("what is held out of either task must not stand in training data; what a data set trains on may", () => {
  const drawn = (count: number): string[] => heldOutRowsUpTo(tasks(small).task, 0, count).map(({ prompt }) => prompt);
  const questions = Array.from({ length: 64 }, (_, index) => `Question ${index}?`);
  expect(questions.filter(isHeldOut).length).toBeGreaterThan(0);
  const lists = { name: "dataset", train: file("q.jsonl", questions), held_out: file("q-held.jsonl", ["Apart?"]) };
  for (const [both, count] of [
    [tasks(lists, small), 20],
    [tasks(small, lists), 40],
  ] as const) {
    const isApart = heldOutTest(measuring, both);
    expect(questions.filter(isApart)).toEqual([]);
    expect(["Apart?", "apart ?", ...drawn(count)].every(isApart)).toBe(true);
  }
});

test("of a task that draws its prompts, those are held out that a stage draws to measure on, and no others", () => {
  const only = tasks({ name: "chain-sum" });
  const apart = heldOutRowsUpTo(only.task, 0, 60).map(({ prompt }) => prompt);
  expect(apart.length).toBeGreaterThan(40);
  expect(apart.map(heldOutTest(measuring, only))).toEqual(apart.map((_, index) => index < 40));
  const fewer = { ...measuring, stages: recipeSchema.shape.stages.parse([{ kind: "dpo" }]) };
  expect(apart.filter(heldOutTest(fewer, only))).toEqual(apart.slice(0, 30));
  const facts = Array.from({ length: 200 }, (_, index) => `Name fact ${index} about rivers.`);
  expect(facts.filter(isHeldOut).length).toBeGreaterThan(5);
  expect(facts.filter(heldOutTest(measuring, only))).toEqual([]);
  const otherSeed = heldOutTest({ ...measuring, seed: 1 }, only);
  expect(apart.slice(0, 20).every(otherSeed)).toBe(false);
});

test("prompts of the pairs that a reward model is measured on are held out too", () => {
  const both = tasks(small, { ...small, name: "unanswerable" });
  const pairs = recipeSchema.shape.stages.parse([{ kind: "reward-model", pairs: 10, eval_pairs: 8 }]);
  const { generalTask } = both;
  if (!generalTask || !isProcedural(generalTask)) throw new Error("the general task draws its prompts");
  const measured = preferencePairs(generalTask, 0, 8, true).map(({ prompt }) => prompt);
  expect(measured.every(heldOutTest({ ...measuring, stages: pairs }, both))).toBe(true);
});
