import { expect, test } from "vitest";
import { temporaryFolder } from "../runs/example-run";
import { heldOutRowsUpTo, isHeldOut } from "../tasks/splits";
import { heldOutTest } from "./leaks";
import { testTasks } from "../tasks/test-tasks";

const folder = temporaryFolder("leaks");
const { tasks, file } = testTasks(folder);
const small = { name: "chain-sum", min_terms: 2, max_terms: 2, max_operand: 9, max_total: 19 };

test("what is held out of either task must not stand in training data; what a data set trains on may", () => {
  const apart = heldOutRowsUpTo(tasks(small).task, 0, 100).map(({ prompt }) => prompt);
  const questions = Array.from({ length: 64 }, (_, index) => `Question ${index}?`);
  const byHash = questions.filter(isHeldOut);
  expect(byHash.length).toBeGreaterThan(0);
  const lists = { name: "dataset", train: file("q.jsonl", questions), held_out: file("q-held.jsonl", ["Apart?"]) };
  for (const both of [tasks(lists, small), tasks(small, lists)]) {
    const isApart = heldOutTest(both);
    expect(questions.filter(isApart)).toEqual([]);
    expect(["Apart?", "apart ?", ...apart].every(isApart)).toBe(true);
  }
});
