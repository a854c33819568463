/** Fields of every RL stage: sampling, the algorithm, the optimizer. */
import * as z from "zod";
import { mostTopLogprobs } from "../protocol/traces";
import { algorithmFields } from "./algorithm-fields";
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
import { overlongPromptFields } from "./overlong-fields";
import { bestFields, savingFields } from "./sft-fields";

/** Texts that end a completion, as in transformers. */
export const stopStrings = z
  .array(z.string().min(1))
  .max(16)
  .default([])
  .describe(
    "A completion ends with the first token that completes one of these texts. The text stays part of it, and the finish reason is `stop`. " +
      "The model's own end tokens end it too.",
  );

/** As vLLM, TensorRT-LLM and NeMo RL call it. */
export const thinkingFields = {
  thinking_token_budget: z
    .int()
    .min(2)
    .max(most.tokens)
    .optional()
    .describe(
      "Most tokens of a thinking (`<think>` and the other tags that are known). Where a completion has thought so many and not closed it, " +
        "`reasoning_end_str` stands next, and it goes on with its answer. Those tokens were not drawn: they are left out of loss, KL and importance ratios " +
        "and marked in the traces; `completions/thinking_forced_ratio` counts such completions. Rejection sampling never trains on one. Unset: no budget.",
    ),
  reasoning_end_str: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      "What closes a thinking that has reached `thinking_token_budget`; it must hold the closing tag. Unset: the model's closing tag, and `<answer>` where " +
        "the model has a token for it.",
    ),
};

/** As OpenAI and vLLM call it. */
export const topLogprobs = z
  .int()
  .min(0)
  .max(mostTopLogprobs)
  .default(0)
  .describe(
    "Store so many of the likeliest tokens of each place of a completion in the traces, with their log-probabilities under the policy that sampled, at the " +
      "sampling temperature. Training stays the same to the bit. Costs one more forward pass over the completions, the output layer's numbers read on the " +
      "processor, which a large vocabulary makes slow, and 8 bytes a token for each. 0: none.",
  );

/** How completions are drawn. */
export const samplingFields = {
  num_generations: upTo(most.generations).min(2).default(8).describe("G: completions per prompt."),
  max_completion_length: withDefaults(
    upTo(most.tokens).describe(
      "Longest completion, in tokens. One that reaches this length is cut off, with finish reason `length`.",
    ),
    80,
    { full: 256, source: "half of TRL's GRPOConfig: a processor draws them" },
  ),
  temperature: positive.default(1).describe("Sampling temperature."),
  top_k: z.int().min(0).default(0).describe("Sample only from this many of the likeliest tokens. 0: all."),
  top_p: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Sample only from the likeliest tokens that together hold this share of the probability. 1: all."),
  min_p: fraction
    .default(0)
    .describe("Do not sample tokens that are less probable than this share of the likeliest one. 0: sample all."),
  stop_strings: stopStrings,
  ...thinkingFields,
  top_logprobs: topLogprobs,
};

export const rlFields = {
  steps: count
    .default(100)
    .describe("Number of steps. Each one samples completions of fresh prompts, scores them and updates the policy."),
  prompts_per_step: upTo(most.batch)
    .default(16)
    .describe("Prompts per step. Each is answered `num_generations` times."),
  ...samplingFields,
  num_generations: samplingFields.num_generations.describe(
    "G: completions per prompt, the group that advantages are relative to.",
  ),
  ...overlongPromptFields,
  micro_batch_size: microBatchSize("Completions"),
  ...algorithmFields,
  ...optimizer,
  learning_rate: withDefaults(optimizer.learning_rate, 1e-4, {
    full: 1e-6,
    lora: 1e-5,
    source: "TRL's GRPOConfig, ten times with an adapter",
  }),
  warmup_steps: optimizer.warmup_steps.default(5),
  lr_scheduler_type: optimizer.lr_scheduler_type.default("constant"),
  weight_decay: optimizer.weight_decay.default(0),
  max_reward_errors: z
    .int()
    .min(0)
    .default(16)
    .describe("The run pauses when one step has more reward errors than this (throws, time-outs, NaN, wrong counts)."),
  reward_timeout: positive
    .default(5)
    .describe("Seconds that a reward function may take for one group before it is stopped."),
  curriculum: z
    .enum(["none", "pass-rate"])
    .default("none")
    .describe(
      "Which training prompts are drawn. `none`: in their order. `pass-rate`: prefer difficulties at which the policy succeeds neither always nor never, " +
        "by p·(1 − p) of its newest pass rate p. In a dataset without difficulties, prefer such prompts.",
    ),
  ...savingFields(20, 3),
  ...bestFields(["eval/pass@1", "eval/greedy", "eval/refusal"]),
};
