/** Fields of every RL stage: sampling, the algorithm, the optimizer. */
import * as z from "zod";
import { algorithmFields } from "./algorithm-fields";
import { count, fraction, microBatchSize, optimizerFields as optimizer, positive } from "./optimizer-fields";
import { overlongPromptFields } from "./overlong-fields";
import { bestFields, savingFields } from "./sft-fields";

/** Texts that end a completion, as in transformers. */
export const stopStrings = z
  .array(z.string().min(1))
  .max(16)
  .default([])
  .describe(
    "A completion ends with the first token that completes one of these texts, which stays part of it; its finish reason is then `stop`. " +
      "The model's own end tokens end it as well.",
  );

/** How completions are drawn. */
export const samplingFields = {
  num_generations: z.int().min(2).default(8).describe("G: completions per prompt."),
  max_completion_length: count
    .default(80)
    .describe("Longest completion, in tokens; what reaches it has finish reason `length`."),
  temperature: positive.default(1).describe("Sampling temperature."),
  top_k: z.int().min(0).default(0).describe("Only the so many likeliest tokens are drawn from; 0: all."),
  top_p: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Only the likeliest tokens that together hold this share of the probability are drawn from; 1: all."),
  min_p: fraction
    .default(0)
    .describe("Tokens below this share of the likeliest one's probability are not drawn; 0: all are."),
  stop_strings: stopStrings,
};

export const rlFields = {
  steps: count.default(100).describe("Steps; each samples fresh prompts, scores them and updates the policy."),
  prompts_per_step: count.default(16).describe("Prompts a step; each is answered `num_generations` times."),
  ...samplingFields,
  num_generations: samplingFields.num_generations.describe(
    "G: completions per prompt, the group that advantages are relative to.",
  ),
  ...overlongPromptFields,
  micro_batch_size: microBatchSize("Completions"),
  ...algorithmFields,
  ...optimizer,
  learning_rate: optimizer.learning_rate.default(1e-4),
  warmup_steps: optimizer.warmup_steps.default(5),
  lr_scheduler_type: optimizer.lr_scheduler_type.default("constant"),
  weight_decay: optimizer.weight_decay.default(0),
  max_reward_errors: z
    .int()
    .min(0)
    .default(16)
    .describe("Past so many reward errors (throws, time-outs, NaN, wrong counts) in one step the run pauses."),
  reward_timeout: positive
    .default(5)
    .describe("Seconds one group may take in one reward function before it is stopped."),
  curriculum: z
    .enum(["none", "pass-rate"])
    .default("none")
    .describe(
      "Which training prompts are drawn. `none`: as they come. `pass-rate`: rather those of a difficulty that the policy neither always nor never " +
        "gets right, by p·(1 − p) of its newest pass rate p; in a dataset without difficulties, rather such prompts.",
    ),
  ...savingFields(20, 3),
  ...bestFields(["eval/pass@1", "eval/greedy", "eval/refusal"]),
};
