import { expect, test } from "vitest";
import { recipeSchema } from "../recipes/schema";
import { exampleRun } from "../runs/example-run";
import { readRecord, writeRecord } from "../runs/record";
import { openRunWriter } from "../runs/writer";
import { planEvaluation } from "./evaluate-checkpoint";

const recipe = recipeSchema.parse({
  name: "Two",
  model: {},
  task: { name: "chain-sum" },
  rewards: [{ function: "a.reward.ts#right" }],
  stages: [{ kind: "cold-start" }, { kind: "reasoning-rl" }, { kind: "reward-model" }, { kind: "evaluation" }],
});

function folderWith(...checkpoints: readonly (readonly [string, number])[]): string {
  const folder = exampleRun(undefined, { recipe });
  const run = openRunWriter(folder);
  for (const [stage, step] of checkpoints) run.saveCheckpoint(stage, step, {});
  run.close();
  return folder;
}

test("a run stands for the newest checkpoint of its last policy", () => {
  const folder = folderWith(["cold-start", 20], ["reasoning-rl", 4], ["reasoning-rl", 10], ["reward-model", 3]);
  const plan = planEvaluation({ folder, checkpoint: null, samples: 32 });
  expect(plan.checkpoint).toBe("reasoning-rl-10");
  // The recipe has an evaluation of its own already.
  expect(plan.stage).toMatchObject({ name: "evaluation-2", from: "reasoning-rl", samples: 32 });
  expect(plan.recipe.stages.at(-1)).toBe(plan.stage);
  expect(plan.recipe.name).toBe("Two · reasoning-rl-10");
});

test("a stage that keeps its best checkpoint stands for that one", () => {
  const folder = folderWith(["reasoning-rl", 4], ["reasoning-rl", 10]);
  const record = readRecord(folder);
  const best = record.stages.map((stage) => ({ ...stage, given: "reasoning-rl-4" }));
  writeRecord(folder, { ...record, stages: best });
  expect(planEvaluation({ folder, checkpoint: null, samples: null }).checkpoint).toBe("reasoning-rl-4");
});

test("a checkpoint that is named is taken; without samples the recipe's count stands", () => {
  const folder = folderWith(["cold-start", 20], ["reasoning-rl", 10]);
  const { checkpoint, stage } = planEvaluation({ folder, checkpoint: "cold-start-20", samples: null });
  expect([checkpoint, stage.from, stage.samples]).toEqual(["cold-start-20", "cold-start", undefined]);
});

test("what cannot be evaluated is said", () => {
  expect(() => planEvaluation({ folder: folderWith(), checkpoint: null, samples: null })).toThrow("no checkpoint");
  const folder = folderWith(["reward-model", 3]);
  expect(() => planEvaluation({ folder, checkpoint: "reward-model-3", samples: null })).toThrow("not a policy");
  expect(() => planEvaluation({ folder, checkpoint: "cold-start-9", samples: null })).toThrow("It has: reward-model-3");
  expect(() => planEvaluation({ folder: exampleRun(), checkpoint: null, samples: null })).toThrow("another version");
});
