/** Fields of every stage that trains by AdamW. */
import * as z from "zod";

export const positive = z.number().positive();
/** No recipe counts further; what says more is a slip, and would take the memory before anything could be said. */
export const upTo = (most: number) => z.int().positive().max(most);
export const count = upTo(1_000_000_000);
/** What is in memory at the same time: completions of a prompt, prompts or examples of a step, tokens of a sequence. */
export const most = { generations: 4_096, batch: 65_536, tokens: 1_048_576, prompts: 10_000_000 } as const;
export const fraction = z.number().min(0).max(1);

/** `what`: what goes through the model together. */
export const microBatchSize = (what: string) =>
  count
    .optional()
    .describe(
      `${what} that go through the model at once. A step's gradients are added up over its parts, which gives the same numbers up to rounding (TRL: ` +
        "`per_device_train_batch_size` with `gradient_accumulation_steps`). It limits memory. Unset: the whole step or, where that does not fit into the " +
        "engine's memory, as many as fit; the run says how many.",
    );

export const optimizerFields = {
  learning_rate: positive.describe("Peak learning rate of AdamW."),
  warmup_steps: z.int().min(0).describe("Steps during which the learning rate rises linearly from 0."),
  warmup_ratio: fraction
    .optional()
    .describe("Warm-up as a share of all steps, instead of `warmup_steps`; rounded up to whole steps."),
  lr_scheduler_type: z
    .enum(["constant", "linear", "cosine"])
    .describe(
      "The learning rate after the warm-up: `constant`, or falling to `min_lr_rate` as a `linear` or `cosine` curve.",
    ),
  min_lr_rate: fraction
    .default(0.01)
    .describe(
      "Where `linear` and `cosine` end, as a share of `learning_rate`. transformers uses 0 for both, so that its last step changes nothing.",
    ),
  weight_decay: z.number().min(0).describe("AdamW's decoupled weight decay. Norms and biases are exempt."),
  adam_beta1: fraction.default(0.9).describe("AdamW β₁."),
  adam_beta2: fraction.default(0.99).describe("AdamW β₂."),
  adam_epsilon: positive.default(1e-8).describe("AdamW ε."),
  max_grad_norm: positive.default(1).describe("Gradients with a larger global norm are scaled down to it."),
};

export const stageName = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens");
