/** The stages of a recipe, each with its settings. */
import * as z from "zod";
import { count, fraction, optimizerFields as optimizer, positive, stageName } from "./optimizer-fields";
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
  name: stageName.default(kind).describe("Name of the stage, unique in the recipe; names its checkpoints."),
  from: z.string().optional().describe(`Stage whose last checkpoint this one starts from. Unset: ${source}.`),
});
const before = "the stage before it that gives a policy, else the recipe's `model`";

export const coldStartSchema = z
  .strictObject({
    ...identity(
      "cold-start",
      "SFT on chain-of-thought examples; the loss is on completions only.",
      "the recipe's `model`",
    ),
    examples: count
      .default(4000)
      .describe("Unique training prompts, answered by the task; with `examples_file`: the most that are taken of it."),
    examples_file: z
      .string()
      .min(1)
      .optional()
      .describe(
        "File of examples (JSONL, CSV, TSV or Parquet) in place of the task's, relative to the recipe: `prompt` and `completion`, or `messages` as chats have them, of which the last " +
          "turn is learnt (system messages and earlier turns need `chat_template`). An `answer` beside them is what the verifier holds the completion against.",
      ),
    assistant_turns: z
      .enum(["last", "all"])
      .default("last")
      .describe(
        "Which turns of the assistant are learnt in `messages` of a file: the last, or all (TRL's `assistant_only_loss`), each to the token that ends it. Filters look at the last.",
      ),
    held_out_rows: heldOutRows,
    terse_share: fraction
      .default(0.5)
      .describe("Share of examples that answer without working. A mixture of styles is what GRPO can select among."),
    slips: z
      .strictObject({
        slip_rate: fraction.default(0.3).describe("Probability that a step is wrong."),
        flag_share: fraction
          .default(0.5)
          .describe(
            "Share of the wrong steps that are flagged with `?` and done again. The others stand, and what follows goes on from them.",
          ),
        keep_standing: z
          .boolean()
          .default(true)
          .describe(
            "Whether examples with a wrong step that stands are trained on. The filter of wrong answers then lets them pass; without them the model never learns to overlook a mistake.",
          ),
      })
      .optional()
      .describe(
        "The authors of stepwise examples slip, and flag some of their slips: for watching error detection. Unset: nobody slips. For the task chain-sum.",
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
      .describe("Passes through the training prompts of a dataset, in place of `steps`."),
  })
  .describe("Reasoning RL: group-relative policy optimisation.");

export const rejectionSamplingSchema = z
  .strictObject({
    ...identity(
      "rejection-sampling",
      "SFT on what a policy answers right: samples, keeps the correct and readable, trains.",
      "the recipe's `model`, as R1 fine-tunes the base model again and not the checkpoint that was sampled",
    ),
    sample_from: z
      .string()
      .optional()
      .describe(
        "Stage whose last checkpoint is sampled. Unset: the stage before it that gives a policy, else the recipe's `model`.",
      ),
    prompts: count.default(1500).describe("Training prompts that are sampled."),
    ...samplingFields,
    keep_reward: z
      .number()
      .optional()
      .describe(
        "Keeps completions whose weighted reward is at least this, in place of the task's own check: for programs, which only running can judge.",
      ),
    filters: sampleFilterSchema,
    general_share: fraction
      .lt(1)
      .default(0)
      .describe(
        "Share of the training set that are general examples, of the recipe's `general_task`. R1: 200k of 800k, 0.25.",
      ),
    ...sftFields,
  })
  .describe("Rejection-sampling SFT: the policy's own right answers, from the base model.");

const pairFields = {
  pairs: z
    .int()
    .min(0)
    .default(0)
    .describe("Preference pairs that the recipe's `general_task` makes: chosen and rejected by its principles."),
  labels: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Files of preferences, relative to the recipe: what *Label Preferences* writes, or rows (JSONL, CSV, TSV or Parquet) with `prompt`, `chosen` and `rejected`.",
    ),
  held_out_rows: heldOutRows,
  tag: z.enum(["helpful", "safe"]).optional().describe("Only pairs with this tag, and pairs without any. Unset: all."),
  eval_pairs: count
    .default(200)
    .describe("Held-out pairs of `general_task` that it is measured on; of `labels`, one prompt in five is held out."),
  eval_steps: z
    .int()
    .min(0)
    .default(25)
    .describe(
      "Measures on held-out pairs every so many steps, and DPO on `during_prompts` held-out prompts; 0: never.",
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
      .describe("Holds the mean of rewards near 0 by c·(r_chosen + r_rejected)²; 0.01 is usual."),
    ...optimizer,
    learning_rate: optimizer.learning_rate.default(3e-4),
    warmup_steps: optimizer.warmup_steps.default(10),
    lr_scheduler_type: optimizer.lr_scheduler_type.default("cosine"),
    weight_decay: optimizer.weight_decay.default(0),
    ...savingFields(100, 1),
    logging_steps: count.default(10).describe("A row of metrics every so many steps."),
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
    temperature: rlFields.temperature.default(0.7).describe("Sampling temperature; R1: 0.7 in this stage."),
    reward_models: z
      .array(modelRewardSchema)
      .min(1)
      .describe("Reward models that score the general prompts. Each scores prompts with its `tag`, and those without."),
    general_share: fraction.default(0.5).describe("Share of a step's prompts that are of the recipe's `general_task`."),
    preference_steps: count
      .default(25)
      .describe(
        "General prompts and reward models only in the last so many steps: R1's 400 of 1,700. Longer, the policy learns to please the reward model.",
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
      .enum([
        ...(["sigmoid", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair", "sppo_hard"] as const),
        ...(["apo_zero", "apo_down", "discopop", "sigmoid_norm"] as const),
      ])
      .default("sigmoid")
      .describe("As in TRL's DPOTrainer; `sigmoid`: DPO, −log σ(β·(log-ratio of chosen − of rejected))."),
    beta: positive.default(0.1).describe("How strongly the policy is held to where the stage began."),
    label_smoothing: z
      .number()
      .min(0)
      .lt(0.5)
      .default(0)
      .describe("Probability that a label is wrong, for `robust` and `exo_pair`."),
    ...optimizer,
    learning_rate: optimizer.learning_rate.default(3e-5),
    warmup_steps: optimizer.warmup_steps.default(10),
    lr_scheduler_type: optimizer.lr_scheduler_type.default("cosine"),
    weight_decay: optimizer.weight_decay.default(0),
    ...savingFields(100, 1),
    ...bestFields(["eval/loss", "eval/accuracy", "eval/margin", "eval/pass@1"]),
    logging_steps: count.default(10).describe("A row of metrics every so many steps."),
  })
  .describe("DPO on preference pairs.");

export const evaluationStageSchema = z
  .strictObject({
    ...identity("evaluation", "Measures a checkpoint on held-out prompts; trains nothing.", before),
    prompts: count.optional().describe("Held-out prompts. Unset: `evaluation.prompts` of the recipe."),
    samples: count.optional().describe("Completions per prompt, the k of its measures. Unset: `evaluation.samples`."),
    best_of: z
      .string()
      .default("reward")
      .describe(
        "What best-of-k picks by: `reward`, the recipe's weighted rewards; or the name of a stage that trained a reward model.",
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
export const plannedSteps = (stage: StageSpec): number => (stage.kind === "evaluation" ? 1 : stage.steps);
