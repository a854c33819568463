import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { Given } from "../protocol/methods";
import { exampleRun, temporaryFolder } from "../runs/example-run";
import { listRuns } from "../runs/list-runs";
import { openRunWriter } from "../runs/writer";
import { pipelineMethods } from "./pipeline-methods";

const workspace = temporaryFolder("pipeline");
const folder = exampleRun(workspace);
const run = openRunWriter(folder);
run.saveReport("reasoning-rl", { kind: "dpo", training: 1, heldOut: 0, measured: null });
run.close();

const methods = pipelineMethods({
  trusted: () => false,
  folders: () => [workspace],
  runs: () => listRuns(workspace),
  launch: () => expect.unreachable("nothing is run without trust"),
});
const { signal } = new AbortController();
const ask = async <Name extends keyof typeof methods>(method: Name, params: Given<Name>): Promise<unknown> =>
  methods[method](params as never, signal);

test("a stage's report is read by the name of a stage that the run has", async () => {
  expect(await ask("readStageReport", { folder, stage: "reasoning-rl" })).toMatchObject({ kind: "dpo" });
  writeFileSync(join(folder, "secret.json"), '{ "kind": "dpo", "training": 1, "heldOut": 0, "measured": null }');
  mkdirSync(join(folder, "reports"), { recursive: true });
  await expect(ask("readStageReport", { folder, stage: "../secret" })).rejects.toThrow("has no stage ../secret");
  await expect(ask("datasetFile", { folder, stage: "../secret" })).rejects.toThrow("has no stage");
});

test("a stage without a training set says which stages have one", async () => {
  await expect(ask("datasetFile", { folder, stage: "reasoning-rl" })).rejects.toThrow("Rejection sampling writes one");
});

test("nothing outside of the workspace is read, and only recipes are", async () => {
  const elsewhere = exampleRun();
  await expect(ask("readPipeline", { folder: elsewhere, recipeUri: null })).rejects.toThrow("not in the workspace");
  const uri = (name: string): string => pathToFileURL(join(workspace, name)).toString();
  await expect(ask("readPipeline", { folder: null, recipeUri: uri("package.json") })).rejects.toThrow(
    "is not a recipe",
  );
  await expect(ask("readPipeline", { folder: null, recipeUri: null })).rejects.toThrow("Name a run or a recipe");
});

test("an evaluation runs the workspace's rewards: it needs trust", async () => {
  await expect(ask("evaluateCheckpoint", { folder, checkpoint: null, samples: null })).rejects.toThrow("not trusted");
});
