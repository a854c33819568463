/** Fields of every stage that trains on given completions, and of what such completions must be. */
import * as z from "zod";
import { withDefaults } from "./checkpoint-defaults";
import {
  count,
  fraction,
  microBatchSize,
  most,
  optimizerFields as optimizer,
  positive,
  upTo,
} from "./optimizer-fields";
import { overlongFields } from "./overlong-fields";

const savingSteps = count.describe("Steps between checkpoints. There is always one at the end and when the run stops.");

export const savingFields = (save_steps: number, save_total_limit: number) => ({
  save_steps: savingSteps.default(save_steps),
  save_total_limit: count
    .default(save_total_limit)
    .describe("Checkpoints kept per stage. Older ones are deleted, but never the last one of a stage."),
  keep_moments: withDefaults(
    z
      .enum(["all", "newest"])
      .describe(
        "Which checkpoints keep AdamW's moments, two thirds of their size. `all`: a fork goes on exactly from any. `newest`: the newest alone, until its stage " +
          "is complete; a resume goes on exactly from it, and who goes on from another is told that its optimizer begins afresh.",
      ),
    "all",
    { full: "newest", source: "1.1 GB each at 135 M parameters" },
  ),
});

/** Which checkpoint is kept whatever comes after it, and given on. `metrics`: what the stage measures while it trains. */
export const bestFields = <const M extends readonly [string, ...string[]]>(metrics: M) => ({
  metric_for_best_model: z
    .enum(metrics)
    .optional()
    .describe(
      "Never delete the checkpoint that is best by this metric (lowest for losses). Only steps that are both measured and saved count.",
    ),
  load_best_model_at_end: z
    .boolean()
    .default(false)
    .describe(
      "Pass the best checkpoint to the next stage instead of the last. Note that a checkpoint chosen on held-out prompts scores a little too high on them.",
    ),
});

export const heldOutRows = z
  .enum(["refuse", "drop"])
  .default("refuse")
  .describe(
    "What to do about rows of the stage's files whose prompt is held out for the evaluations. `refuse`: end the stage and list them all. `drop`: leave them out and count them in the report.",
  );

const optimizerSteps = count.describe("Optimizer steps.");

/** How long a stage goes through its examples, and how many a step takes. */
export const lengthFields = (batch_size: number, steps: number) => ({
  batch_size: upTo(most.batch).default(batch_size).describe("Examples per step."),
  micro_batch_size: microBatchSize("Examples, of preferences pairs,"),
  steps: optimizerSteps.default(steps),
  num_train_epochs: positive.optional().describe("Passes through the examples, instead of `steps`."),
});

export const sftFields = {
  ...lengthFields(16, 2500),
  ...overlongFields,
  packing: count
    .optional()
    .describe(
      "Tokens per step, instead of `batch_size`: a step takes as many examples as fit. Examples lie one after the other without padding and do not " +
        "see each other, as always here; with this setting every step is the same amount of work.",
    ),
  ...optimizer,
  steps: withDefaults(optimizerSteps, 2500, {
    full: 200,
    source: "three passes through 1,000 examples, as in TRL's SFTConfig",
  }),
  learning_rate: withDefaults(optimizer.learning_rate, 2e-3, {
    full: 2e-5,
    lora: 2e-4,
    source: "TRL's SFTConfig, ten times with an adapter",
  }),
  warmup_steps: withDefaults(optimizer.warmup_steps, 20, { full: 10, source: "for 200 steps" }),
  lr_scheduler_type: optimizer.lr_scheduler_type.default("cosine"),
  weight_decay: optimizer.weight_decay.default(0.01),
  eval_steps: withDefaults(
    z
      .int()
      .min(0)
      .describe(
        "Steps between measurements of the loss on held-out examples and of pass@1 on `during_prompts` held-out prompts. 0: never.",
      ),
    250,
    { full: 50, source: "for 200 steps" },
  ),
  eval_examples: count.default(128).describe("Held-out examples for the held-out loss."),
  ...savingFields(250, 2),
  save_steps: withDefaults(savingSteps, 250, { full: 100, source: "for 200 steps" }),
  ...bestFields(["eval/loss", "eval/pass@1"]),
  logging_steps: count.default(10).describe("Steps between rows of metrics."),
};

const filterFields = {
  well_formed: z
    .boolean()
    .default(true)
    .describe(
      "Completions must be one thinking and one answer in their tags. For a data set: an answer that the task can read, after at most one closed thinking.",
    ),
  max_length: count.optional().describe("Longest completion, in tokens. Unset: any."),
  language: z
    .strictObject({
      code: z.string().min(1).default("en").describe("Language of the thinking, as a code such as `en`."),
      least: fraction.default(0.9).describe("Smallest share of the thinking's words that must be in it."),
    })
    .default({ code: "en", least: 0.9 })
    .describe("Drop completions whose thinking mixes languages. Thinking without words passes."),
  max_repetition: fraction
    .nullable()
    .default(0.5)
    .describe(
      "Largest share of repeated 4-grams. null: any. (Traces with few different steps, such as those of parity, repeat themselves for good reason.)",
    ),
  near_duplicates: z
    .strictObject({
      threshold: z
        .number()
        .min(0.7)
        .max(1)
        .default(0.9)
        .describe("Overlap of token 3-grams at which two completions count as near-duplicates."),
      of: z
        .enum(["prompt", "all"])
        .default("prompt")
        .describe("Compare with the kept completions of the same prompt, or of all."),
    })
    .nullable()
    .default({ threshold: 0.9, of: "prompt" })
    .describe("Drop a completion that is nearly the same as one already kept. null: keep all."),
  max_per_prompt: count.nullable().default(null).describe("Most completions kept per prompt. null: no limit."),
};

/** What a completion must be to be trained on. */
export const filterSchema = z
  .strictObject(filterFields)
  .prefault({})
  .describe(
    "What a completion must be to be trained on. Wrong answers are always dropped. The stage reports what was dropped and why.",
  );

/** As {@link filterSchema}, for samples of a model: a prompt keeps so many. */
export const sampleFilterSchema = z
  .strictObject({
    ...filterFields,
    max_per_prompt: count.nullable().default(4).describe("Most completions kept per prompt. null: no limit."),
  })
  .prefault({})
  .describe(
    "Which of the correct completions are kept; R1 keeps the readable ones. The stage reports what was dropped and why.",
  );

export type FilterSpec = z.infer<typeof filterSchema>;
