/** The gold programs of code tasks and of published data sets pass their tests in the sandbox. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomStream } from "../../shared/random";
import { taskSchema } from "../../recipes/task-fields";
import { operations } from "../../tasks/code-operations";
import { createTask } from "../../tasks/create-task";
import type { Task, TaskRow } from "../../tasks/task";
import type { CodeTests } from "../../verifiers/code/code-tests";
import { verifyCodeWith } from "../../verifiers/code/verify-code";
import type { SandboxPool } from "./sandbox-pool";
import { testSandboxPool } from "./sandbox.testing";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool();
});
afterAll(() => pool.close());

/** Whether a completion's program passes the row's own tests. */
async function passes(task: Task, row: TaskRow, completion: string): Promise<boolean> {
  const language = task.language ?? "python";
  return (await verifyCodeWith(pool.run, completion, row.columns?.["tests"] as CodeTests, { language })).score === 1;
}

test.each(["python", "javascript"])(
  "gold programs of code-functions in %s pass, another's do not",
  async (language) => {
    const task = createTask(taskSchema.parse({ name: "code-functions", language }), "");
    if (task.rows.kind !== "drawn") throw new Error("not drawn");
    const { row } = task.rows;
    const rows = Array.from({ length: 80 }, (_, seed) => row(randomStream("code", seed)));
    expect(new Set(rows.map(({ difficulty }) => difficulty)).size).toBeGreaterThan(3);
    // Every operation is in one of them.
    const named = rows.map(({ prompt }) => / function (\w+)\(x\)/.exec(prompt)![1]!.split("_then_"));
    expect(operations.map(({ name }) => name).filter((name) => !named.flat().includes(name))).toEqual([]);
    for (const each of rows)
      expect([each.prompt, await passes(task, each, task.completion(each, "stepwise"))]).toEqual([each.prompt, true]);
    const add = rows.find(({ prompt }) => prompt.includes(" add(x) ") || prompt.includes("_then_add(x) "))!;
    const wrong = task.completion(add, "stepwise").replace("return x +", "return x -");
    expect(await passes(task, add, wrong)).toBe(false);
  },
);

const shared = join(__dirname, "..", "..", "..", "..", "shared", "data");

test.skipIf(!existsSync(shared)).each([
  ["mbpp", "mbpp/mbpp.jsonl"],
  ["humaneval", "humaneval/HumanEval.jsonl.gz"],
])(
  "programs of %s as its reader gives them pass, here one in 16",
  async (format, train) => {
    const task = createTask(taskSchema.parse({ name: "dataset", format, train }), shared);
    if (task.rows.kind !== "listed") throw new Error("not listed");
    const { heldOut } = task.rows;
    expect(heldOut.length).toBeGreaterThan(5);
    const failed: string[] = [];
    for (const row of heldOut)
      if (!(await passes(task, row, task.completion(row, "stepwise")))) failed.push(row.prompt);
    expect(failed).toEqual([]);
  },
  60_000,
);
