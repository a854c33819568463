/**
 * The recipe `*.lab.json`: the one source of its types, validation, defaults, JSON schema, completions and hovers.
 * Keys are snake_case and carry TRL's name where TRL has one, so that settings can be carried over as they are.
 */
import * as z from "zod";
import { algorithmFields } from "./algorithm-fields";
import { count, fraction, optimizerFields as optimizer, positive, stageName } from "./optimizer-fields";
import { taskSchema } from "./task-fields";

const newModelSchema = z
  .strictObject({
    num_hidden_layers: count.default(3).describe("Decoder layers."),
    hidden_size: count.default(96).describe("Width of the residual stream. A multiple of `num_attention_heads`."),
    num_attention_heads: count.default(4).describe("Attention heads."),
    num_key_value_heads: count
      .optional()
      .describe(
        "Key/value heads for grouped-query attention; divides `num_attention_heads`. Unset: as many as attention heads.",
      ),
    intermediate_size: count.default(256).describe("Width of the SwiGLU feed-forward layer."),
    qk_norm: z
      .boolean()
      .default(true)
      .describe(
        "RMSNorm on each head's queries and keys before the rotation, as in Qwen3. Steadies small models trained fast.",
      ),
    max_position_embeddings: count.default(512).describe("Longest sequence (prompt + completion), in tokens."),
    rope_theta: positive.default(10000).describe("Base of the rotary position frequencies."),
  })
  .describe("A new Llama-style decoder: RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied embeddings.");

const checkpointModelSchema = z
  .strictObject({
    checkpoint: z
      .string()
      .min(1)
      .describe(
        "Folder with `config.json`, `model.safetensors` (or its shards), `tokenizer.json` and `tokenizer_config.json`, relative to the recipe: " +
          "Llama, Mistral, Qwen2 or Qwen3.",
      ),
    chat_template: z
      .boolean()
      .default(false)
      .describe(
        "Prompts are what a user says in the checkpoint's chat template (`chat_template.jinja`), and completions the assistant's answer: for " +
          "models tuned to chat. False: prompts are texts that the model goes on with.",
      ),
  })
  .describe("An existing checkpoint in Hugging Face format.");

const rewardSchema = z
  .strictObject({
    function: z
      .string()
      .regex(
        /^[^#]+\.reward\.ts#[A-Za-z_$][\w$]*$/,
        "must be FILE.reward.ts#EXPORT, for example rewards/sum.reward.ts#correct",
      )
      .describe("Reward function as `FILE.reward.ts#EXPORT`, the file relative to the recipe."),
    weight: z.number().default(1).describe("Weight in the sum of rewards (TRL: `reward_weights`)."),
  })
  .describe("One reward function and its weight.");

export const coldStartSchema = z
  .strictObject({
    kind: z
      .literal("cold-start")
      .describe("SFT on generated chain-of-thought examples; the loss is on completions only."),
    name: stageName.default("cold-start").describe("Name of the stage, unique in the recipe; names its checkpoints."),
    from: z
      .string()
      .optional()
      .describe("Stage whose last checkpoint this one starts from. Unset: the recipe's `model`."),
    examples: count.default(4000).describe("Unique training prompts."),
    terse_share: fraction
      .default(0.5)
      .describe("Share of examples that answer without working. A mixture of styles is what GRPO can select among."),
    batch_size: count.default(16).describe("Examples a step."),
    steps: count.default(2500).describe("Optimizer steps."),
    ...optimizer,
    learning_rate: optimizer.learning_rate.default(2e-3),
    warmup_steps: optimizer.warmup_steps.default(20),
    lr_scheduler_type: optimizer.lr_scheduler_type.default("cosine"),
    weight_decay: optimizer.weight_decay.default(0.01),
    save_steps: count
      .default(250)
      .describe("A checkpoint every so many steps; there is always one at the end and at a stop."),
    save_total_limit: count
      .default(2)
      .describe("Checkpoints kept per stage; older ones are deleted, the last of a stage never."),
    logging_steps: count.default(10).describe("A row of metrics every so many steps."),
  })
  .describe("Cold start: supervised fine-tuning on chain-of-thought examples.");

export const reasoningRlSchema = z
  .strictObject({
    kind: z.literal("reasoning-rl").describe("RL with verifiable rewards: GRPO and its family, or PPO."),
    name: stageName.default("reasoning-rl").describe("Name of the stage, unique in the recipe; names its checkpoints."),
    from: z
      .string()
      .optional()
      .describe(
        "Stage whose last checkpoint this one starts from. Unset: the stage before it, else the recipe's `model`.",
      ),
    steps: count.default(100).describe("Steps; each samples fresh prompts, scores them and updates the policy."),
    prompts_per_step: count.default(16).describe("Prompts a step; each is answered `num_generations` times."),
    num_generations: z
      .int()
      .min(2)
      .default(8)
      .describe("G: completions per prompt, the group that advantages are relative to."),
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
    save_steps: count
      .default(20)
      .describe("A checkpoint every so many steps; there is always one at the end and at a stop."),
    save_total_limit: count
      .default(3)
      .describe("Checkpoints kept per stage; older ones are deleted, the last of a stage never."),
  })
  .describe("Reasoning RL: group-relative policy optimisation.");

const stageSchema = z.discriminatedUnion("kind", [coldStartSchema, reasoningRlSchema]);

const evaluationSchema = z
  .strictObject({
    prompts: count.default(256).describe("Held-out prompts: set apart by hash, never trained on."),
    samples: count.default(8).describe("Completions per held-out prompt at temperature 1; the k of pass@k."),
    every: z
      .int()
      .min(0)
      .default(20)
      .describe("Also evaluate every so many RL steps; 0: only before and after each stage."),
    max_completion_length: count.default(80).describe("Longest completion of an evaluation, in tokens."),
    during_prompts: count.default(64).describe("Held-out prompts for the evaluations within a stage."),
  })
  .describe("Held-out evaluation: before and after each stage, and within RL.");

export const recipeSchema = z
  .strictObject({
    $schema: z.string().optional().describe("JSON schema, for editors without Reasoning Lab."),
    name: z.string().min(1).describe("Name of the recipe; part of the run folder's name."),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0)
      .describe("Same seed, same engine: the same run, number for number."),
    engine: z
      .enum(["auto", "simd", "tensorflow", "cpu"])
      .default("auto")
      .describe(
        "Tensor backend. `auto` takes the fastest that works here: `tensorflow` for large models where it is set up, else the embedded `simd` kernels; `cpu` is the slow reference.",
      ),
    model: z
      .union([checkpointModelSchema, newModelSchema])
      .describe("The model to start from: a new one, or a checkpoint."),
    task: taskSchema,
    rewards: z.array(rewardSchema).min(1).describe("Reward functions; their weighted sum is the reward."),
    stages: z.array(stageSchema).min(1).describe("Stages of the pipeline, in order."),
    evaluation: evaluationSchema.default(() => evaluationSchema.parse({})),
  })
  .describe("A Reasoning Lab recipe.");

/** A recipe with every default filled in. */
export type Recipe = z.infer<typeof recipeSchema>;
export type ModelSpec = Recipe["model"];
export type NewModelSpec = z.infer<typeof newModelSchema>;
export type TaskSpec = Recipe["task"];
export type RewardSpec = Recipe["rewards"][number];
export type StageSpec = Recipe["stages"][number];
export type ColdStartSpec = z.infer<typeof coldStartSchema>;
export type ReasoningRlSpec = z.infer<typeof reasoningRlSchema>;
export type EvaluationSpec = Recipe["evaluation"];
