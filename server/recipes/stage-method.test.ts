import { expect, test } from "vitest";
import { algorithms, withPreset } from "./presets";
import { recipeSchema } from "./schema";
import { lossNote, stageMethod } from "../protocol/stage-method";

const kinds = ["cold-start", "reasoning-rl", "rejection-sampling", "reward-model", "dpo", "evaluation"] as const;

const record = (stage: object) => ({
  recipe: recipeSchema.parse({
    ...{ name: "x", model: {}, task: { name: "chain-sum" }, rewards: [{ function: "r.reward.ts#r" }] },
    stages: [withPreset({ kind: "reasoning-rl", name: "rl", ...stage })],
  }),
});
const rl = { kind: "reasoning-rl", name: "rl" } as const;

test("an RL stage is called what its algorithm is, whether by preset or by settings", () => {
  const called = (stage: object): string => stageMethod(record(stage), rl);
  expect(algorithms.map((algorithm) => called({ algorithm }))).toEqual([
    ...["GRPO", "GRPO", "GRPO", "DAPO", "Dr. GRPO", "GSPO", "CISPO", "RLOO", "REINFORCE++", "PPO"],
  ]);
  expect(called({})).toBe("GRPO");
  expect(called({ advantage_estimator: "gae" })).toBe("PPO");
  expect(called({ advantage_estimator: "rloo" })).toBe("RLOO");
  expect(called({ loss_type: "dr_grpo", scale_rewards: "none" })).toBe("Dr. GRPO");
  expect(called({ importance_sampling_level: "sequence" })).toBe("GSPO");
});

test("only RL explains its loss by advantages, each in its own name; nothing but GRPO says GRPO", () => {
  for (const kind of kinds) {
    if (kind === "reasoning-rl") continue;
    expect(stageMethod(record({}), { kind, name: kind })).not.toContain("GRPO");
    expect(lossNote(record({}), { kind, name: kind })).not.toMatch(/GRPO|advantages/);
  }
  expect(lossNote(record({}), rl)).toMatch(/^With one update a batch GRPO's loss is near 0/);
  expect(lossNote(record({ algorithm: "rloo" }), rl)).toMatch(/RLOO's loss is near 0/);
  expect(lossNote(record({ algorithm: "ppo" }), rl)).toMatch(/^PPO's loss is the clipped surrogate plus vf_coef/);
  expect(lossNote(record({ num_iterations: 2 }), rl)).toMatch(/compares a batch/);
});

test("a record whose recipe is not understood still has a word for each stage", () => {
  expect(stageMethod({ recipe: null }, rl)).toBe("RL");
  expect(lossNote({ recipe: null }, rl)).toMatch(/RL's loss/);
});
