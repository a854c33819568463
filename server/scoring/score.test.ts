/** *Score Samples* over stored rollouts: with their rows, on the prompts that the reward is for. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { RolloutRecord } from "../protocol/traces";
import { recipeSchema } from "../recipes/schema";
import { exampleRollout, exampleRun } from "../runs/example-run";
import { openRunWriter } from "../runs/writer";
import type { Installation } from "../processes/installation";
import { scoreSamples } from "./score";
import { projectFolder, testInstallation } from "../processes/installation.testing";

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
});

const reward = `export const tests = ({ row, prompt }) => {
    if (prompt === "general") throw new Error("not mine");
    return row.tests.length;
  };`;

const recipe = {
  name: "n",
  model: {},
  task: { name: "dataset", train: "train.jsonl", held_out: "held.jsonl" },
  rewards: [{ function: "a.reward.ts#tests" }],
  stages: [{ kind: "preference-rl", reward_models: [{ stage: "helpful" }] }],
};

/** A workspace with a run that has these rollouts. */
function workspace(rollouts: readonly Partial<RolloutRecord>[], files: Readonly<Record<string, string>> = {}) {
  const folder = projectFolder({
    "a.reward.ts": reward,
    "r.lab.json": JSON.stringify(recipe),
    "train.jsonl": JSON.stringify({ prompt: "p", answer: "2", tests: ["a", "b", "c"] }),
    "held.jsonl": JSON.stringify({ prompt: "h", answer: "2" }),
    ...files,
  });
  const run = exampleRun(folder, { recipe: recipeSchema.parse(recipe), recipeFile: "r.lab.json" });
  const writer = openRunWriter(run);
  writer.recordRollouts(
    rollouts.map((rollout, group) => exampleRollout({ step: 1, group, prompt: "p", answer: "2", ...rollout })),
  );
  writer.close();
  return (name = "tests") =>
    scoreSamples({
      workspaceFolder: folder,
      file: join(folder, "a.reward.ts"),
      export: name,
      installation,
      nodePath: "",
    });
}

test("a reward is given the rows as they were in training", async () => {
  const score = workspace([{ row: '{"tests":["x","y"]}' }, { row: '{"tests":[]}' }]);
  expect(await score()).toMatchObject({ source: "rollouts", samples: 2, mean: 1, errors: 0, notes: [] });
});

test("rows that an older version did not store are those of the task's data set", async () => {
  const score = workspace([{ row: null }, { row: null, prompt: "gone" }]);
  const result = await score();
  expect(result).toMatchObject({ samples: 2, mean: 3, errors: 1 });
  expect(result.notes).toEqual([
    "1 rollout of an older version without their row, which the data set does not have either",
  ]);
});

test("it is asked only about prompts that it is for, and the cases run beside the rollouts", async () => {
  const scored = { kind: "score", score: 1, extras: {} } as const;
  const cases = [1, 2].map((expect) =>
    JSON.stringify({ reward: "tests", prompt: "q", completion: "c", answer: "1", row: { tests: ["x"] }, expect }),
  );
  const score = workspace(
    [{ row: '{"tests":["x"]}' }, { row: "{}", prompt: "general", rewards: { helpful: scored } }],
    { "a.reward.cases.jsonl": cases.join("\n") },
  );
  expect(await score()).toMatchObject({
    source: "rollouts",
    samples: 1,
    mean: 1,
    errors: 0,
    cases: 2,
    failedCases: [{ line: 2, expected: "2", actual: "1" }],
    notes: ["1 rollout of other prompts left out (prompts: reasoning)"],
  });
});

test("without rollouts and cases it says what is missing", async () => {
  await expect(workspace([])()).rejects.toThrow(
    "There is nothing to score: no run has rollouts of this reward's prompts, and there is no a.reward.cases.jsonl with cases.",
  );
});

test("a wrong line of the cases is told with its number", async () => {
  const score = workspace([{ row: "{}" }], { "a.reward.cases.jsonl": "\n{}" });
  await expect(score()).rejects.toThrow(/a\.reward\.cases\.jsonl:2: /);
});
