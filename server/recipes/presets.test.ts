import { expect, test } from "vitest";
import { checkRecipe } from "./check";
import { parseRecipe } from "./parse";
import { algorithms, presets, withPreset } from "./presets";
import { reasoningRlSchema } from "./stages";

const recipe = (stage: object): string =>
  JSON.stringify({
    name: "Presets",
    model: {},
    task: { name: "chain-sum" },
    rewards: [{ function: "r.reward.ts#correct" }],
    stages: [
      { kind: "cold-start", steps: 1 },
      { kind: "reasoning-rl", ...stage },
    ],
  });

const stageOf = (stage: object) => {
  const parsed = parseRecipe(recipe(stage), null);
  expect(parsed.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const found = parsed.recipe!.stages[1]!;
  if (found.kind !== "reasoning-rl") throw new Error("The second stage is not RL.");
  return found;
};

test.each(algorithms)(
  "preset %s: every value is a setting that the schema knows, and nothing in it is contradictory",
  (algorithm) => {
    const settings = presets[algorithm].settings({});
    const stage = stageOf({ algorithm });
    for (const [key, value] of Object.entries(settings)) expect(stage).toHaveProperty(key, value);
    expect([...checkRecipe(parseRecipe(recipe({ algorithm }), null).recipe!, null)]).toEqual([]);
  },
);

test("a preset sets what the stage does not set itself", () => {
  expect(stageOf({ algorithm: "dapo" })).toMatchObject({
    epsilon_high: 0.28,
    dynamic_sampling: true,
    soft_punish_cache: 16,
  });
  expect(stageOf({ algorithm: "dapo", epsilon_high: 0.3, max_completion_length: 50 })).toMatchObject({
    epsilon_high: 0.3,
    soft_punish_cache: 10,
  });
  expect(stageOf({ algorithm: "r1" })).toMatchObject({
    beta: 0.001,
    epsilon: 10,
    num_generations: 16,
    sync_ref_model: true,
    ref_model_sync_steps: 400,
    ref_model_mixup_alpha: 1,
  });
  expect(withPreset({ kind: "reasoning-rl" })).toEqual({ kind: "reasoning-rl" });
});

test("defaults are TRL's", () => {
  expect(reasoningRlSchema.parse({ kind: "reasoning-rl" })).toMatchObject({
    loss_type: "dapo",
    beta: 0,
    epsilon: 0.2,
    num_iterations: 1,
    scale_rewards: "group",
    num_generations: 8,
    importance_sampling_level: "token",
    top_entropy_quantile: 1,
    entropy_coef: 0,
    mask_truncated_completions: false,
    sapo_temperature_neg: 1.05,
    sapo_temperature_pos: 1,
    vespo_k_pos: 2,
    vespo_lambda_pos: 3,
    vespo_k_neg: 3,
    vespo_lambda_neg: 2,
    sync_ref_model: false,
    ref_model_sync_steps: 512,
    ref_model_mixup_alpha: 0.6,
  });
});

test.each([
  [{ loss_type: "vespo", importance_sampling_level: "sequence" }, "importance_sampling_level", "error"],
  [{ loss_type: "luspo" }, "importance_sampling_level", "warning"],
  [{ loss_type: "cispo" }, "epsilon_high", "warning"],
  [{ kl_target: 0.1 }, "kl_target", "error"],
  [{ beta: 0.1, kl_estimator: "k1" }, "kl_estimator", "warning"],
  [{ num_mini_batches: 1000 }, "num_mini_batches", "error"],
  [{ soft_punish_cache: 100 }, "soft_punish_cache", "error"],
  [{ sync_ref_model: true }, "sync_ref_model", "warning"],
])("%j is told at its field", (stage, field, severity) => {
  const text = recipe(stage);
  const problem = parseRecipe(text, null).problems.find((one) => one.path.at(-1) === field);
  expect(problem).toMatchObject({ severity, path: ["stages", 1, field] });
  expect(problem!.message).toContain(field);
});
