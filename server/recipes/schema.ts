/**
 * The recipe `*.lab.json`: the one source of its types, validation, defaults, JSON schema, completions and hovers.
 * Keys are snake_case and carry TRL's name where TRL has one, so that settings can be carried over as they are.
 */
import * as z from "zod";
import { count, positive } from "./optimizer-fields";
import { samplingFields, stopStrings } from "./rl-fields";
import { overlongPromptFields } from "./overlong-fields";
import { stageSchema } from "./stages";
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
      .union([z.boolean(), z.string().min(1)])
      .default(false)
      .describe(
        "Prompts are what a user says in the checkpoint's chat template (`chat_template.jinja`), and completions the assistant's answer: for " +
          "models tuned to chat. A name: that one of several templates. False: prompts are texts that the model goes on with.",
      ),
    chat_template_kwargs: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        "Variables that the chat template reads beside the messages, for every prompt (TRL: `chat_template_kwargs`): " +
          '`{ "enable_thinking": false }` for Qwen3.',
      ),
  })
  .describe("An existing checkpoint in Hugging Face format.");

export const rewardSchema = z
  .strictObject({
    function: z
      .string()
      .regex(
        /^[^#]+\.reward\.ts#[A-Za-z_$][\w$]*$/,
        "must be FILE.reward.ts#EXPORT, for example rewards/sum.reward.ts#correct",
      )
      .describe("Reward function as `FILE.reward.ts#EXPORT`, the file relative to the recipe."),
    weight: z.number().default(1).describe("Weight in the sum of rewards (TRL: `reward_weights`)."),
    prompts: z
      .enum(["reasoning", "general", "all"])
      .default("reasoning")
      .describe(
        "Which prompts it scores in preference RL, which has general ones too: rules for reasoning, form for all.",
      ),
    env: z
      .array(z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of an environment variable, for example JUDGE_KEY"))
      .default([])
      .describe(
        "Environment variables that the reward reads as `process.env.NAME`, a judge's key for example: names only, and nothing else of the environment. Their values are never recorded; a resume needs them again.",
      ),
    max_concurrent: count
      .default(256)
      .describe("Calls of it at a time, over all groups of a step, where it waits for something (a judge, a program)."),
    requests_per_second: positive
      .optional()
      .describe("Calls of it that may begin in a second, retries included. Unset: as many as there are."),
    retries: z
      .int()
      .min(0)
      .max(20)
      .default(0)
      .describe(
        "How often a call that throws is made again, after `retry_delay` and twice as long each time. An error with `retry: false` is not tried again; one with `retryAfter` waits at least so many seconds.",
      ),
    retry_delay: positive.default(1).describe("Seconds before the first retry."),
  })
  .describe("One reward function and its weight.");

const evaluationSchema = z
  .strictObject({
    prompts: count.default(256).describe("Held-out prompts: set apart by hash, never trained on."),
    samples: count.default(8).describe("Completions per held-out prompt; the k of pass@k."),
    temperature: positive
      .default(1)
      .describe("Temperature of these samples. Numbers at different temperatures are not comparable."),
    top_k: samplingFields.top_k,
    top_p: samplingFields.top_p,
    min_p: samplingFields.min_p,
    stop_strings: stopStrings,
    every: z
      .int()
      .min(0)
      .default(20)
      .describe("Also evaluate every so many RL steps; 0: only before and after each stage."),
    max_completion_length: count.default(80).describe("Longest completion of an evaluation, in tokens."),
    overlong_rows: overlongPromptFields.overlong_rows,
    general_prompts: count
      .default(128)
      .describe("Held-out prompts of `general_task`, where there is one: how many are declined, rightly and wrongly."),
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
    general_task: taskSchema
      .optional()
      .describe(
        "Prompts that are not reasoning only: for general examples of rejection sampling, preference pairs and preference RL. `unanswerable` measures refusals.",
      ),
    rewards: z.array(rewardSchema).min(1).describe("Reward functions; their weighted sum is the reward."),
    stages: z.array(stageSchema).min(1).describe("Stages of the pipeline, in order."),
    evaluation: evaluationSchema.default(() => evaluationSchema.parse({})),
  })
  .describe("A Reasoning Lab recipe.");

/** A recipe with every default filled in. */
export type Recipe = z.infer<typeof recipeSchema>;
export type ModelSpec = Recipe["model"];
/** Whether prompts are what is said in a model's chat template. */
export const usesChatTemplate = (model: ModelSpec): boolean => "checkpoint" in model && model.chat_template !== false;
export type NewModelSpec = z.infer<typeof newModelSchema>;
export type TaskSpec = Recipe["task"];
export type RewardSpec = Recipe["rewards"][number];
export type EvaluationSpec = Recipe["evaluation"];
