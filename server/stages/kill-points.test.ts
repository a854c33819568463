/** Runs that die between two writes, wherever: nothing of what they end with may tell. */
import { beforeAll, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { pairs, recipeOf, rl, sampling, sft } from "./recipe.testing";
import { outcome } from "./run-outcome.testing";
import { newRun, runStages } from "./run.testing";

const best = (metric: string) => ({ metric_for_best_model: metric, load_best_model_at_end: true, save_total_limit: 1 });
const recipe = recipeOf([
  { kind: "cold-start", examples: 12, ...sft, eval_steps: 2, learning_rate: 0.2, ...best("eval/loss") },
  {
    kind: "reasoning-rl",
    steps: 4,
    prompts_per_step: 2,
    curriculum: "pass-rate",
    beta: 0.05,
    sync_ref_model: true,
    ref_model_sync_steps: 1,
    dynamic_sampling: true,
    ...rl,
    ...best("eval/pass@1"),
  },
  {
    kind: "reasoning-rl",
    name: "ppo",
    advantage_estimator: "gae",
    steps: 3,
    prompts_per_step: 2,
    kl_target: 0.01,
    beta: 0.05,
    no_resampling_pass_rate: 0.5,
    ...rl,
  },
  { ...sampling, eval_steps: 2 },
  { kind: "reward-model", name: "safe", tag: "safe", ...pairs },
  {
    kind: "preference-rl",
    steps: 3,
    prompts_per_step: 4,
    reward_models: [{ stage: "safe", weight: 2 }],
    preference_steps: 2,
    ...rl,
  },
  { kind: "dpo", from: "rejection-sampling", ...pairs, ...best("eval/margin"), eval_steps: 2 },
  { kind: "evaluation", from: "preference-rl", best_of: "safe", samples: 2 },
]);

/** Dies after so many writes. Whether it did. */
async function lived(folder: string, writes: number): Promise<boolean> {
  let left = writes;
  const death = new Error("killed");
  const beforeWrite = (): void => {
    // What is done about the first error writes nothing either.
    if (left-- <= 0) throw death;
  };
  try {
    expect(await runStages(folder, { of: recipe, beforeWrite })).toBe("completed");
    return true;
  } catch (error) {
    if (error === death) return false;
    throw error;
  }
}

let whole: string;

testEngine("simd");
beforeAll(async () => {
  whole = newRun(recipe);
  expect(await lived(whole, Infinity)).toBe(true);
});

// Lives of so many writes, each a little longer than the one before, so that the deaths are at other places for each.
test.each([7, 8, 17, 22, 31])(
  "a pipeline that dies every %d writes or so ends as if it had not",
  { timeout: 60_000 },
  async (writes) => {
    const folder = newRun(recipe);
    let deaths = 0;
    while (!(await lived(folder, writes + Math.floor(deaths / 2)))) deaths++;
    expect(deaths).toBeGreaterThan(3);
    expect(outcome(folder)).toEqual(outcome(whole));
  },
);
