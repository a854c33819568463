import { expect, test } from "vitest";
import { algorithms, withPreset } from "./presets";
import { recipeSchema } from "./schema";
import { reasoningRlSchema, stageSchema } from "./stages";
import { stageKinds } from "../protocol/stage-kinds";
import { lossNote, stageMethod } from "../protocol/stage-method";

const record = (stage: object) => ({
  recipe: recipeSchema.parse({
    name: "x",
    model: {},
    task: { name: "chain-sum" },
    rewards: [{ function: "r.reward.ts#r" }],
    stages: [withPreset({ kind: "reasoning-rl", name: "rl", ...stage })],
  }),
});
const rl = { kind: "reasoning-rl", name: "rl" } as const;

test("an RL stage is called what its algorithm is, whether by preset or by settings", () => {
  const called = (stage: object): string => stageMethod(record(stage), rl);
  expect(algorithms.map((algorithm) => called({ algorithm }))).toEqual([
    "GRPO",
    "GRPO",
    "GRPO",
    "DAPO",
    "Dr. GRPO",
    "GSPO",
    "CISPO",
    "RLOO",
    "REINFORCE++",
    "PPO",
  ]);
  expect(called({})).toBe("GRPO");
  expect(called({ advantage_estimator: "gae" })).toBe("PPO");
  expect(called({ advantage_estimator: "rloo" })).toBe("RLOO");
  expect(called({ loss_type: "dr_grpo", scale_rewards: "none" })).toBe("Dr. GRPO");
  expect(called({ importance_sampling_level: "sequence" })).toBe("GSPO");
});

test("every loss and every estimator of the schema has its own name; those that average GRPO otherwise are GRPO", () => {
  const { loss_type, advantage_estimator } = reasoningRlSchema.shape;
  const isGrpo = (settings: object): boolean =>
    stageMethod({ recipe: { stages: [{ ...rl, ...settings }] } }, rl) === "GRPO";
  const losses = loss_type.unwrap().options.filter((loss) => isGrpo({ loss_type: loss }));
  const estimators = advantage_estimator
    .unwrap()
    .options.filter((estimator) => isGrpo({ advantage_estimator: estimator, loss_type: "grpo" }));
  expect({ losses, estimators }).toEqual({ losses: ["grpo", "bnpo", "dapo"], estimators: ["group"] });
});

test("only RL explains its loss by advantages, each in its own name; nothing but GRPO says GRPO", () => {
  for (const { value: kind } of stageSchema.options.map(({ shape }) => shape.kind)) {
    expect(stageMethod(record({}), { kind, name: kind })).not.toContain("GRPO");
    expect(lossNote(record({}), { kind, name: kind }) ?? "").not.toMatch(/GRPO|advantages/);
  }
  const dpo = { kind: "dpo", name: "dpo" } as const;
  expect(lossNote(record({}), dpo)).toMatch(/^DPO's loss over pairs/);
  const unpaired = (loss_type: string) => ({ recipe: { stages: [{ ...dpo, loss_type }] } });
  expect(["sigmoid", "kto", "apo_zero_unpaired"].map((type) => stageMethod(unpaired(type), dpo))).toEqual([
    "DPO",
    "KTO",
    "APO",
  ]);
  expect(lossNote(unpaired("kto"), dpo)).toMatch(/^KTO's loss over the completions of pairs; .* 0\.5/);
  expect(lossNote(record({}), { kind: "reward-model", name: "safe" })).toMatch(/r_chosen − r_rejected/);
  expect(lossNote(record({}), { kind: "rejection-sampling", name: "sft" })).toMatch(/negative log-likelihood/);
  expect(lossNote(record({}), { kind: "evaluation", name: "evaluation" })).toBeNull();
  expect(lossNote(record({}), rl)).toMatch(/^With one update a batch GRPO's loss is near 0/);
  expect(lossNote(record({ algorithm: "rloo" }), rl)).toMatch(/RLOO's loss is near 0/);
  expect(lossNote(record({ algorithm: "ppo" }), rl)).toMatch(/^PPO's loss is the clipped surrogate plus vf_coef/);
  expect(lossNote(record({ num_iterations: 2 }), rl)).toMatch(/compares a batch/);
});

test("each kind of stage has its row and its schema", () => {
  const schemas = stageSchema.options.map(({ shape }) => shape.kind.value);
  expect(schemas.toSorted()).toEqual(Object.keys(stageKinds).toSorted());
});

test("a record whose recipe is not understood still has a word for each stage", () => {
  expect(stageMethod({ recipe: null }, rl)).toBe("RL");
  expect(lossNote({ recipe: null }, rl)).toMatch(/RL's loss/);
});
