/** The stages of a recipe, each with its settings. */
import * as z from "zod";
import { pairLossTypes, unpairedLossTypes } from "../protocol/loss-types";
import { trains } from "../protocol/stage-kinds";
import { amount } from "../shared/amount";
import { withDefaults } from "./checkpoint-defaults";
import { count, fraction, most, optimizerFields as optimizer, positive, stageName, upTo } from "./optimizer-fields";
import { overlongFields } from "./overlong-fields";
import { rlFields, samplingFields } from "./rl-fields";
import {
  bestFields,
  filterSchema,
  heldOutRows,
  lengthFields,
  sampleFilterSchema,
  savingFields,
  sftFields,
} from "./sft-fields";

/** `kind`, `name` and `from`; `source`: where a stage starts that names no other. */
const identity = <const K extends string>(kind: K, about: string, source: string) => ({
  kind: z.literal(kind).describe(about),
  name: stageName
    .default(kind)
    .describe("Name of the stage, unique in the recipe. Its checkpoints are named after it."),
  from: z.string().optional().describe(`Stage from whose last checkpoint this one starts. Unset: ${source}.`),
});
const before = "the nearest earlier stage with a policy, else the recipe's `model`";

/** Rows that a stage takes at most where the recipe does not say how many. */
export const mostUnasked = { examples: 1000, prompts: 200 } as const;

export const coldStartSchema = z
  .strictObject({
    ...identity(
      "cold-start",
      "SFT on chain-of-thought examples; the loss is on completions only.",
      "the recipe's `model`",
    ),
    examples: withDefaults(
      count
        .nullable()
        .describe(
          "Number of unique training prompts, answered by the task. With `examples_file`: the most examples taken from it. null: as many as there are, " +
            `up to ${amount(mostUnasked.examples)}.`,
        ),
      4000,
      { full: null, source: "what 200 steps go through three times" },
    ),
    examples_file: z
      .string()
      .min(1)
      .optional()
      .describe(
        "File of examples (JSONL, CSV, TSV or Parquet) to use instead of the task's, relative to the recipe: `prompt` and `completion`, or the `messages` of a chat, whose last " +
          "turn is learnt (system messages and earlier turns need `chat_template`). The verifier compares the completion with `answer`, where there is one.",
      ),
    assistant_turns: z
      .enum(["last", "all"])
      .default("last")
      .describe(
        "Which assistant turns of a file's `messages` are learnt: the last, or all (TRL's `assistant_only_loss`), each with its end token. Filters check the last.",
      ),
    held_out_rows: heldOutRows,
    terse_share: fraction
      .default(0.5)
      .describe("Share of examples that answer without any steps. GRPO then selects between the two styles."),
    slips: z
      .strictObject({
        slip_rate: fraction.default(0.3).describe("Probability that a step is wrong."),
        flag_share: fraction
          .default(0.5)
          .describe(
            "Share of the wrong steps that are flagged with `?` and redone. The others stand, and the following steps build on them.",
          ),
        keep_standing: z
          .boolean()
          .default(true)
          .describe(
            "Whether to train on examples in which a wrong step stands. The filter for wrong answers then lets them pass. Without them the model never learns to overlook a mistake.",
          ),
      })
      .optional()
      .describe(
        "Put mistakes into the stepwise examples and flag some of them, to study error detection (task chain-sum only). Unset: no mistakes.",
      ),
    filters: filterSchema,
    ...sftFields,
  })
  .describe("Cold start: supervised fine-tuning on chain-of-thought examples.");

export const reasoningRlSchema = z
  .strictObject({
    ...identity("reasoning-rl", "RL with verifiable rewards: GRPO and its family, or PPO.", before),
    ...rlFields,
    num_train_epochs: positive
      .optional()
      .describe("Passes through the training prompts of a dataset, instead of `steps`."),
  })
  .describe("Reasoning RL: group-relative policy optimisation.");

export const rejectionSamplingSchema = z
  .strictObject({
    ...identity(
      "rejection-sampling",
      "SFT on a policy's own correct answers: sample, keep what is correct and readable, train.",
      "the recipe's `model`, because R1 fine-tunes the base model again, not the checkpoint that was sampled",
    ),
    sample_from: z
      .string()
      .optional()
      .describe(
        "Stage whose last checkpoint is sampled from. Unset: the nearest earlier stage with a policy, else the recipe's `model`.",
      ),
    prompts: withDefaults(
      upTo(most.prompts)
        .nullable()
        .describe(`Number of training prompts to sample. null: as many as there are, up to ${mostUnasked.prompts}.`),
      1500,
      { full: null, source: "8 completions of each take a quarter of an hour on two cores" },
    ),
    ...samplingFields,
    keep_reward: z
      .number()
      .optional()
      .describe(
        "Keep completions whose weighted reward is at least this, instead of using the task's own check. For programs, which can only be judged by running them.",
      ),
    filters: sampleFilterSchema,
    general_share: fraction
      .lt(1)
      .default(0)
      .describe(
        "Share of general examples (of the recipe's `general_task`) in the training set. R1: 200k of 800k, 0.25.",
      ),
    ...sftFields,
  })
  .describe("Rejection-sampling SFT: the base model learns the policy's own correct answers.");

const pairFields = {
  pairs: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Number of preference pairs that the recipe's `general_task` makes, chosen and rejected by its principles.",
    ),
  labels: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Preference files, relative to the recipe: those of *Label Preferences*, or rows (JSONL, CSV, TSV or Parquet) with `prompt`, `chosen` and `rejected`.",
    ),
  held_out_rows: heldOutRows,
  tag: z.enum(["helpful", "safe"]).optional().describe("Use only pairs with this tag or without any. Unset: all."),
  eval_pairs: count
    .default(200)
    .describe("Held-out pairs of `general_task` to measure on. Of `labels`, one prompt in five is held out."),
  eval_steps: z
    .int()
    .min(0)
    .default(25)
    .describe(
      "Measure on held-out pairs every this many steps (DPO also on `during_prompts` held-out prompts). 0: never.",
    ),
};

export const rewardModelSchema = z
  .strictObject({
    ...identity("reward-model", "A reward model from preference pairs (Bradley–Terry).", before),
    ...pairFields,
    ...lengthFields(16, 100),
    ...overlongFields,
    center_rewards_coefficient: positive
      .optional()
      .describe("Keep the mean of the rewards near 0 by adding c·(r_chosen + r_rejected)² to the loss. 0.01 is usual."),
    ...optimizer,
    learning_rate: withDefaults(optimizer.learning_rate, 3e-4, {
      full: 1e-5,
      lora: 1e-4,
      source: "InstructGPT's 9e-6; TRL's RewardConfig with an adapter",
    }),
    warmup_steps: optimizer.warmup_steps.default(10),
    lr_scheduler_type: optimizer.lr_scheduler_type.default("cosine"),
    weight_decay: optimizer.weight_decay.default(0),
    ...savingFields(100, 1),
    logging_steps: count.default(10).describe("Steps between rows of metrics."),
  })
  .describe("Reward model: −log σ(r_chosen − r_rejected) on a head over the policy's last hidden state.");

const modelRewardSchema = z
  .strictObject({
    stage: z.string().min(1).describe("Stage that trained the reward model."),
    weight: z.number().default(1).describe("Weight in the sum of rewards."),
  })
  .describe("A reward model and its weight.");

export const preferenceRlSchema = z
  .strictObject({
    ...identity(
      "preference-rl",
      "RL on rules for reasoning prompts and on reward models for general ones, R1's last stage.",
      before,
    ),
    ...rlFields,
    temperature: rlFields.temperature.default(0.7).describe("Sampling temperature. R1 uses 0.7 in this stage."),
    reward_models: z
      .array(modelRewardSchema)
      .min(1)
      .describe(
        "Reward models that score the general prompts. Each scores prompts with its `tag` and prompts without a tag.",
      ),
    general_share: fraction
      .default(0.5)
      .describe("Share of each step's prompts that come from the recipe's `general_task`."),
    preference_steps: count
      .default(25)
      .describe(
        "Use general prompts and reward models only in the last this many steps (R1: 400 of 1,700). For longer, the policy learns to please the reward model.",
      ),
  })
  .describe("Preference RL: rule rewards on reasoning prompts, reward models on general ones.");

export const dpoSchema = z
  .strictObject({
    ...identity("dpo", "Direct preference optimisation: the alternative to a reward model with RL.", before),
    ...pairFields,
    ...lengthFields(16, 100),
    ...overlongFields,
    loss_type: z
      .enum([...pairLossTypes, ...unpairedLossTypes])
      .default("sigmoid")
      .describe(
        "As in TRL's DPOTrainer; `sigmoid`: DPO, −log σ(β·(log-ratio of chosen − of rejected)). `kto` and `apo_zero_unpaired` are from its KTOTrainer and count each pair as two examples in `batch_size` and `num_train_epochs`.",
      ),
    desirable_weight: positive
      .default(1)
      .describe("Weight of the chosen completions' losses, for `kto` and `apo_zero_unpaired`."),
    undesirable_weight: positive.default(1).describe("Weight of the rejected completions' losses, for the same."),
    beta: positive.default(0.1).describe("How strongly the policy is kept close to where the stage began."),
    label_smoothing: z
      .number()
      .min(0)
      .lt(0.5)
      .default(0)
      .describe("Probability that a label is wrong, for `robust` and `exo_pair`."),
    ...optimizer,
    learning_rate: withDefaults(optimizer.learning_rate, 3e-5, {
      full: 1e-6,
      lora: 1e-5,
      source: "TRL's DPOConfig, ten times with an adapter",
    }),
    warmup_steps: optimizer.warmup_steps.default(10),
    lr_scheduler_type: optimizer.lr_scheduler_type.default("cosine"),
    weight_decay: optimizer.weight_decay.default(0),
    ...savingFields(100, 1),
    ...bestFields(["eval/loss", "eval/accuracy", "eval/margin", "eval/pass@1"]),
    logging_steps: count.default(10).describe("Steps between rows of metrics."),
  })
  .describe("DPO on preference pairs.");

export const evaluationStageSchema = z
  .strictObject({
    ...identity("evaluation", "Measure a checkpoint on held-out prompts, without training.", before),
    prompts: upTo(most.prompts).optional().describe("Held-out prompts. Unset: `evaluation.prompts` of the recipe."),
    samples: upTo(most.generations)
      .optional()
      .describe("Completions per prompt: the k of pass@k, maj@k and best-of-k. Unset: `evaluation.samples`."),
    best_of: z
      .string()
      .default("reward")
      .describe(
        "How best-of-k picks: by `reward`, the recipe's weighted rewards, or by the name of a stage that trained a reward model.",
      ),
  })
  .describe("Evaluation: pass@1, pass@k, maj@k and best-of-k with intervals, by difficulty.");

export const stageSchema = z.discriminatedUnion("kind", [
  coldStartSchema,
  reasoningRlSchema,
  rejectionSamplingSchema,
  rewardModelSchema,
  preferenceRlSchema,
  dpoSchema,
  evaluationStageSchema,
]);

export type StageSpec = z.infer<typeof stageSchema>;
export type ColdStartSpec = z.infer<typeof coldStartSchema>;
export type ReasoningRlSpec = z.infer<typeof reasoningRlSchema>;
export type RejectionSamplingSpec = z.infer<typeof rejectionSamplingSchema>;
export type RewardModelSpec = z.infer<typeof rewardModelSchema>;
export type PreferenceRlSpec = z.infer<typeof preferenceRlSchema>;
export type DpoSpec = z.infer<typeof dpoSchema>;
export type EvaluationStageSpec = z.infer<typeof evaluationStageSchema>;
/** Stages whose loop is RL. */
export type RlSpec = ReasoningRlSpec | PreferenceRlSpec;
/** Stages that learn from preference pairs. */
export type PairSpec = RewardModelSpec | DpoSpec;

/** How many steps a stage is expected to make; with `num_train_epochs` the stage itself says, once it has its examples. */
export const plannedSteps = (stage: StageSpec): number => (trains(stage) ? stage.steps : 1);
