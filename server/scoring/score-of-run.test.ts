/** *Score Samples* before a run and after it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject } from "../launch/create-project";
import { installation, sample, started } from "../launch/runs.testing";
import { temporaryFolder } from "../processes/installation.testing";
import { scoreSamples } from "./score";

test("samples are scored on cases first, on rollouts once there are some", async () => {
  const workspaceFolder = temporaryFolder("sample");
  const recipeFile = createProject(sample, join(workspaceFolder, "new"));
  const file = join(workspaceFolder, "new", "rewards", "chain-sum.reward.ts");
  const options = {
    workspaceFolder: join(workspaceFolder, "new"),
    file,
    export: "correct",
    installation,
    nodePath: "",
  };
  expect(await scoreSamples(options)).toMatchObject({
    source: "cases",
    samples: 4,
    mean: 0.5,
    errors: 0,
    failedCases: [],
  });
  expect(await scoreSamples({ ...options, export: "wellFormed" })).toMatchObject({ source: "cases", failedCases: [] });
  writeFileSync(file, "export const correct = () => 1;\n");
  expect(
    (await scoreSamples(options)).failedCases.map(({ line, expected, actual }) => [line, expected, actual]),
  ).toEqual([
    [3, "0", "1"],
    [4, "0", "1"],
  ]);
  await expect(scoreSamples({ ...options, export: "other" })).rejects.toThrow(/no case of "other"/);
  const text = readFileSync(recipeFile, "utf8")
    .replace(/"steps": \d+/g, '"steps": 3')
    .replace(/.*#wellFormed.*/, "");
  writeFileSync(recipeFile, text);
  const run = await started({ ...options, recipeFile, stage: null, seed: null, version: "0" });
  expect(await run.ended).toMatchObject({ status: "completed" });
  const both = await scoreSamples(options);
  expect(both).toMatchObject({ source: "rollouts", samples: 18, mean: 1, std: 0, cases: 4 });
  // The cases run whether there are rollouts or not.
  expect(both.failedCases.map(({ line }) => line)).toEqual([3, 4]);
});
