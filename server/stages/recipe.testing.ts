/** A recipe of seconds, for tests of stages and pipelines. */
import { recipeSchema, type Recipe } from "../recipes/schema";

export const rl = { num_generations: 3, max_completion_length: 8, learning_rate: 3e-3, warmup_steps: 0, save_steps: 2 };

export const sft = {
  batch_size: 3,
  steps: 5,
  warmup_steps: 1,
  save_steps: 2,
  logging_steps: 2,
  eval_steps: 3,
  eval_examples: 4,
};

export const pairs = {
  pairs: 12,
  eval_pairs: 6,
  batch_size: 4,
  steps: 5,
  save_steps: 2,
  logging_steps: 2,
  eval_steps: 3,
};

/** An untrained policy is right by no more than chance, so that right is what a reward says. */
export const sampling = {
  kind: "rejection-sampling",
  prompts: 40,
  num_generations: 2,
  max_completion_length: 8,
  general_share: 0.25,
  keep_reward: 3,
  filters: { well_formed: false, language: { least: 0 }, max_per_prompt: 1 },
  ...sft,
};

/** The recipe with these stages; `change` replaces other parts of it. */
export const recipeOf = (stages: readonly object[], change: object = {}): Recipe =>
  recipeSchema.parse({
    name: "Whole",
    engine: "simd",
    seed: 7,
    model: {
      num_hidden_layers: 1,
      hidden_size: 16,
      num_attention_heads: 2,
      intermediate_size: 24,
      max_position_embeddings: 80,
    },
    task: { name: "chain-sum", min_terms: 2, max_terms: 4 },
    general_task: { name: "unanswerable", min_terms: 2, max_terms: 4 },
    rewards: [
      { function: "r.reward.ts#length", prompts: "all" },
      { function: "r.reward.ts#digits", weight: 0.5 },
    ],
    evaluation: { prompts: 4, samples: 2, every: 2, max_completion_length: 8, during_prompts: 2, general_prompts: 4 },
    ...change,
    stages,
  });
