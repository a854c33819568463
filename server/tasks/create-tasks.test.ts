import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { heldOutRowsUpTo, stepRows, trainingRows } from "./splits";
import { testTasks } from "./tasks.testing";

const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-tasks-"));
const { tasks, file } = testTasks(folder);
const dataset = (train: string, held_out?: string) => ({
  name: "dataset",
  train,
  ...(held_out === undefined ? {} : { held_out }),
});
const small = { name: "chain-sum", min_terms: 2, max_terms: 2, max_operand: 9, max_total: 19 };

/** Prompts of the small task on one side of the hash. */
function drawn(heldOut: boolean): string[] {
  const { task } = tasks(small);
  const rows = heldOut ? heldOutRowsUpTo(task, 0, 100) : stepRows(task, 0, "all", 1, { count: 200 });
  return [...new Set(rows.map(({ prompt }) => prompt))];
}

test("a task that draws its prompts draws none that the recipe's data set lists, on either side", () => {
  const [listedTraining, listedHeldOut] = [drawn(true).slice(0, 1), drawn(false).slice(0, 10)];
  const lists = dataset(file("train.jsonl", ["other", ...listedTraining]), file("held.jsonl", listedHeldOut));
  for (const { task, generalTask } of [tasks(lists, small), tasks(small, lists)]) {
    const one = task.rows.kind === "drawn" ? task : generalTask!;
    const trained = stepRows(one, 1, "rl", 1, { count: 300 }).map(({ prompt }) => prompt);
    const apart = heldOutRowsUpTo(one, 1, 100).map(({ prompt }) => prompt);
    expect(trained.filter((prompt) => listedHeldOut.includes(prompt))).toEqual([]);
    expect(apart.length).toBeGreaterThan(0);
    expect(apart.filter((prompt) => listedTraining.includes(prompt))).toEqual([]);
  }
});

test("of two data sets each is trained without what the other holds out", () => {
  const one = dataset(file("a.jsonl", ["p1", "p2", "p3"]), file("a-held.jsonl", ["p4"]));
  const two = dataset(file("b.jsonl", ["P 4", "p5"]), file("b-held.jsonl", ["p1"]));
  const { task, generalTask } = tasks(one, two);
  expect(
    trainingRows(task, 0, "s", 2)
      .map(({ prompt }) => prompt)
      .sort(),
  ).toEqual(["p2", "p3"]);
  expect(trainingRows(generalTask!, 0, "s", 1).map(({ prompt }) => prompt)).toEqual(["p5"]);
  const bare = dataset(file("c.jsonl", ["p4"]), file("c-held.jsonl", ["p9"]));
  expect(() => tasks(one, bare)).toThrow("held out by the recipe's other one");
});
