/** Fields of every stage that trains by AdamW. */
import * as z from "zod";

export const positive = z.number().positive();
export const count = z.int().positive();
export const fraction = z.number().min(0).max(1);

/** `what`: what goes through the model together. */
export const microBatchSize = (what: string) =>
  count
    .optional()
    .describe(
      `${what} that go through the model together; the gradients of a step's parts are added up, to the numbers of the whole step within rounding (TRL: ` +
        "`per_device_train_batch_size` with `gradient_accumulation_steps`). It bounds memory. Unset: the whole step, or where that does not fit into the " +
        "engine's memory as many as do, which the run says.",
    );

export const optimizerFields = {
  learning_rate: positive.describe("Peak learning rate of AdamW."),
  warmup_steps: z.int().min(0).describe("Steps over which the learning rate rises linearly from 0."),
  warmup_ratio: fraction
    .optional()
    .describe("Share of all steps that are warm-up, in place of `warmup_steps`; rounded up to whole steps."),
  lr_scheduler_type: z
    .enum(["constant", "linear", "cosine"])
    .describe("After the warm-up: constant, or down to `min_lr_rate`, `linear` or by a `cosine`."),
  min_lr_rate: fraction
    .default(0.01)
    .describe(
      "Where `linear` and `cosine` end, as a share of `learning_rate`. transformers: 0 for both, which makes the last step a step of nothing.",
    ),
  weight_decay: z.number().min(0).describe("AdamW's decoupled weight decay; not applied to norms and biases."),
  adam_beta1: fraction.default(0.9).describe("AdamW β₁."),
  adam_beta2: fraction.default(0.99).describe("AdamW β₂."),
  adam_epsilon: positive.default(1e-8).describe("AdamW ε."),
  max_grad_norm: positive.default(1).describe("Gradients are scaled down to this global norm."),
};

export const stageName = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens");
