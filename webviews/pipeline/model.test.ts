import { beforeAll, expect, test } from "vitest";
import { stubVsCode, testHost, testRun, type Answers } from "../shared/host.testing";
import type { pipelineModel as PipelineModel } from "./model";

let pipelineModel: typeof PipelineModel;
beforeAll(async () => {
  stubVsCode();
  ({ pipelineModel } = await import("./model"));
});

const pipeline = (folder: string | null, finding: string | null = "93 of 100 kept") => ({
  name: "r1",
  workspaceFolder: "/w",
  recipeFile: "a.lab.json",
  run: folder === null ? null : { folder, status: "running", message: null },
  stages: [{ name: "sft", kind: "cold-start", record: { status: "completed" }, finding }],
});

function page(answers: Answers, stored?: unknown) {
  const host = testHost(answers, stored);
  return { host, model: pipelineModel(host.client, host.port, () => undefined) };
}

test("a stage's report is asked for when it is opened, and once", async () => {
  const { host, model } = page({
    listRuns: () => [testRun("/r", ["sft"])],
    readPipeline: () => pipeline("/r"),
    readStageReport: ({ stage }: { stage: string }) => ({ of: stage }),
  });
  model.pull();
  await host.settled();
  expect([model.run()?.folder, model.stage(), model.state().report]).toEqual(["/r", null, null]);
  model.go({ stage: "sft" });
  await host.settled();
  expect(model.state().report).toEqual({ of: "sft" });
  model.pull();
  await host.settled();
  expect(host.namesAsked().filter((name) => name === "readStageReport")).toHaveLength(1);
  expect(host.kept()).toMatchObject({ stage: "sft" });
});

test("a recipe is shown before any run, and a run of it that begins meanwhile is followed", async () => {
  const runs = [testRun("/old", ["sft"])];
  const { host, model } = page(
    {
      listRuns: () => runs,
      readPipeline: ({ folder }: { folder: string | null }) => pipeline(folder, null),
    },
    { run: null, stage: null, step: null, recipe: "file:///w/a.lab.json" },
  );
  model.pull();
  await host.settled();
  expect([model.run(), model.state().pipeline?.run]).toEqual([null, null]);
  runs.unshift(testRun("/new", ["sft"], "running"));
  model.pull();
  await host.settled();
  expect([model.run()?.folder, model.state().pipeline?.run?.folder]).toEqual(["/new", "/new"]);
});

test("without runs there is nothing to show, and a failure is said", async () => {
  let fails = false;
  const { host, model } = page({
    listRuns: () => {
      if (fails) throw new Error("The server has ended.");
      return [];
    },
  });
  expect(model.state().runs).toBeNull();
  model.pull();
  await host.settled();
  expect(model.state()).toMatchObject({ runs: [], pipeline: null, problem: null });
  fails = true;
  model.pull();
  await host.settled();
  expect(model.state().problem).toBe("The server has ended.");
  model.openTraces("sft");
  expect(host.namesAsked()).not.toContain("openTraces");
});
