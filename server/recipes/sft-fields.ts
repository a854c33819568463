/** Fields of every stage that trains on given completions, and of what such completions must be. */
import * as z from "zod";
import { count, fraction, microBatchSize, optimizerFields as optimizer, positive } from "./optimizer-fields";
import { overlongFields } from "./overlong-fields";

export const savingFields = (save_steps: number, save_total_limit: number) => ({
  save_steps: count
    .default(save_steps)
    .describe("A checkpoint every so many steps; there is always one at the end and at a stop."),
  save_total_limit: count
    .default(save_total_limit)
    .describe("Checkpoints kept per stage; older ones are deleted, the last of a stage never."),
});

/** Which checkpoint is kept whatever comes after it, and given on. `metrics`: what the stage measures while it trains. */
export const bestFields = <const M extends readonly [string, ...string[]]>(metrics: M) => ({
  metric_for_best_model: z
    .enum(metrics)
    .optional()
    .describe(
      "Metric by which the best checkpoint is never deleted; losses are best when low. Only steps count that are both measured and saved.",
    ),
  load_best_model_at_end: z
    .boolean()
    .default(false)
    .describe(
      "The stage gives its best checkpoint on, not its last. What was chosen by held-out prompts measures a little too well on them.",
    ),
});

export const heldOutRows = z
  .enum(["refuse", "drop"])
  .default("refuse")
  .describe(
    "Rows of the stage's files whose prompt the evaluations measure on: `refuse` ends the stage and names them all, `drop` leaves them out and counts them in the report.",
  );

/** How long a stage goes through its examples, and how many a step takes. */
export const lengthFields = (batch_size: number, steps: number) => ({
  batch_size: count.default(batch_size).describe("Examples a step."),
  micro_batch_size: microBatchSize("Examples, of preferences pairs,"),
  steps: count.default(steps).describe("Optimizer steps."),
  num_train_epochs: positive.optional().describe("Passes through the examples, in place of `steps`."),
});

export const sftFields = {
  ...lengthFields(16, 2500),
  ...overlongFields,
  packing: count
    .optional()
    .describe(
      "Tokens a step, in place of `batch_size`: a step takes as many examples as fit. They lie one after the other without padding and do not " +
        "see each other, as they always do here; what changes is that every step is as much work.",
    ),
  ...optimizer,
  learning_rate: optimizer.learning_rate.default(2e-3),
  warmup_steps: optimizer.warmup_steps.default(20),
  lr_scheduler_type: optimizer.lr_scheduler_type.default("cosine"),
  weight_decay: optimizer.weight_decay.default(0.01),
  eval_steps: z
    .int()
    .min(0)
    .default(250)
    .describe(
      "The loss on held-out examples, and pass@1 on `during_prompts` held-out prompts, every so many steps; 0: never.",
    ),
  eval_examples: count.default(128).describe("Held-out examples for that loss."),
  ...savingFields(250, 2),
  ...bestFields(["eval/loss", "eval/pass@1"]),
  logging_steps: count.default(10).describe("A row of metrics every so many steps."),
};

const filterFields = {
  well_formed: z
    .boolean()
    .default(true)
    .describe(
      "Completions must be one thinking and one answer in their tags; for a data set an answer that the task reads, behind at most one thinking, which is closed.",
    ),
  max_length: count.optional().describe("Longest completion, in tokens. Unset: any."),
  language: z
    .strictObject({
      code: z.string().min(1).default("en").describe("Language of the thinking, as its code."),
      least: fraction.default(0.9).describe("Least share of the thinking's words that are of it."),
    })
    .default({ code: "en", least: 0.9 })
    .describe("Drops thinking in mixed languages; thinking without words passes."),
  max_repetition: fraction
    .nullable()
    .default(0.5)
    .describe(
      "Largest share of repeated 4-grams; null: any. Traces of few different steps, of parity say, repeat themselves rightly.",
    ),
  near_duplicates: z
    .strictObject({
      threshold: z.number().min(0.7).max(1).default(0.9).describe("Overlap of token 3-grams from which two are alike."),
      of: z.enum(["prompt", "all"]).default("prompt").describe("Compared with what is kept of its prompt, or of any."),
    })
    .nullable()
    .default({ threshold: 0.9, of: "prompt" })
    .describe("Drops a completion that nearly is one that was kept; null: none."),
  max_per_prompt: count.nullable().default(null).describe("Most completions kept of a prompt; null: any number."),
};

/** What a completion must be to be trained on. */
export const filterSchema = z
  .strictObject(filterFields)
  .prefault({})
  .describe(
    "What a completion must be to be trained on. Wrong answers are dropped always. The stage reports what was dropped and why.",
  );

/** As {@link filterSchema}, for samples of a model: a prompt keeps so many. */
export const sampleFilterSchema = z
  .strictObject({
    ...filterFields,
    max_per_prompt: count.nullable().default(4).describe("Most completions kept of a prompt; null: any number."),
  })
  .prefault({})
  .describe(
    "Which of the right completions are kept, as R1 keeps what is readable. The stage reports what was refused and why.",
  );

export type FilterSpec = z.infer<typeof filterSchema>;
