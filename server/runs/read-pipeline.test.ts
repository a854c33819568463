import { expect, test } from "vitest";
import { pipelineSchema } from "../protocol/pipeline";
import { recipeSchema } from "../recipes/schema";
import { exampleRun } from "./example-run";
import { readRun } from "./list-runs";
import { recipePipeline, runPipeline } from "./read-pipeline";
import { openRunWriter } from "./writer";

const recipe = recipeSchema.parse({
  name: "Four",
  model: {},
  task: { name: "chain-sum" },
  rewards: [{ function: "a.reward.ts#right" }],
  stages: [
    { kind: "cold-start" },
    { kind: "reasoning-rl" },
    { kind: "rejection-sampling" },
    { kind: "reward-model", name: "safe" },
    { kind: "preference-rl", reward_models: [{ stage: "safe" }] },
    { kind: "evaluation", best_of: "safe" },
  ],
});
const pipeline = recipePipeline(recipe, "/w", "four.lab.json");
const stageOf = (name: string) => pipeline.stages.find((stage) => stage.name === name)!;
const edges = (name: string): string[] =>
  stageOf(name).sources.map(({ role, stage }) => `${role} ${stage ?? "the model"}`);

test("edges are what each stage takes from others", () => {
  expect(edges("cold-start")).toEqual(["start the model"]);
  expect(edges("reasoning-rl")).toEqual(["start cold-start"]);
  expect(edges("rejection-sampling")).toEqual(["start the model", "samples reasoning-rl"]);
  expect(edges("safe")).toEqual(["start rejection-sampling"]);
  expect(edges("preference-rl")).toEqual(["start rejection-sampling", "reward safe"]);
  expect(edges("evaluation")).toEqual(["start preference-rl", "reward safe"]);
});

test("before any run every stage is there, without results", () => {
  expect(pipeline.run).toBeNull();
  expect(pipeline.stages.map(({ record, checkpoint }) => [record, checkpoint])).toEqual(
    recipe.stages.map(() => [null, null]),
  );
  expect(pipelineSchema.parse(pipeline)).toEqual(pipeline);
});

test("a run of one stage shows what that builds on, with the checkpoints of other runs", () => {
  const folder = exampleRun(undefined, {
    recipe,
    stages: [
      {
        name: "preference-rl",
        kind: "preference-rl",
        steps: 10,
        from: "runs/a/checkpoints/rejection-sampling-5",
        sources: { safe: "runs/b/checkpoints/safe-3" },
      },
    ],
  });
  const run = openRunWriter(folder);
  run.saveCheckpoint("preference-rl", 4, {});
  run.saveModelCard("preference-rl", "# Card");
  run.saveCheckpoint("preference-rl", 10, {});
  run.saveDataset("preference-rl", [{}]);
  run.close();
  const shown = runPipeline(readRun(folder));
  expect(shown.stages.map(({ name }) => name)).toEqual([
    "cold-start",
    "reasoning-rl",
    "rejection-sampling",
    "safe",
    "preference-rl",
  ]);
  expect(shown.stages.at(-1)).toMatchObject({
    sources: [
      { role: "start", checkpoint: "runs/a/checkpoints/rejection-sampling-5" },
      { role: "reward", checkpoint: "runs/b/checkpoints/safe-3" },
    ],
    checkpoint: { name: "preference-rl-10", card: false },
    dataset: true,
  });
  expect(shown.stages[0]!.record).toBeNull();
});

test("a run whose recipe is not understood shows its stages and says so", () => {
  const shown = runPipeline(readRun(exampleRun()));
  expect(shown.stages.map(({ name, sources }) => [name, sources])).toEqual([["reasoning-rl", []]]);
  expect(shown.problem).toContain("another version");
});

test("what a report says first stands at its stage; a damaged report is said", () => {
  const folder = exampleRun();
  const run = openRunWriter(folder);
  run.saveReport("reasoning-rl", { kind: "dpo", training: 8, heldOut: 1200, measured: { "eval/accuracy": 0.75 } });
  expect(runPipeline(readRun(folder)).stages[0]!.finding).toBe("accuracy 0.750 of 1,200 pairs");
  run.close();
});
