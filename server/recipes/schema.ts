/**
 * The recipe `*.lab.json`: the one source of its types, validation, defaults, JSON schema, completions and hovers.
 * Keys are snake_case and carry TRL's name where TRL has one, so that settings can be carried over as they are.
 */
import * as z from "zod";
import { keyName } from "../shared/key-name";
import { withDefaults } from "./checkpoint-defaults";
import { count, most, positive, upTo } from "./optimizer-fields";
import { largestSizes } from "./model-limits";
import { samplingFields, stopStrings, thinkingFields, topLogprobs } from "./rl-fields";
import { overlongPromptFields } from "./overlong-fields";
import { stageSchema } from "./stages";
import { taskSchema } from "./task-fields";

const newModelSchema = z
  .strictObject({
    num_hidden_layers: upTo(largestSizes.layers).default(3).describe("Decoder layers."),
    hidden_size: upTo(largestSizes.width)
      .default(96)
      .describe("Width of the residual stream. A multiple of `num_attention_heads`."),
    num_attention_heads: upTo(largestSizes.heads).default(4).describe("Attention heads."),
    num_key_value_heads: upTo(largestSizes.heads)
      .optional()
      .describe(
        "Key/value heads for grouped-query attention; divides `num_attention_heads`. Unset: as many as attention heads.",
      ),
    intermediate_size: upTo(largestSizes.feedForward).default(256).describe("Width of the SwiGLU feed-forward layer."),
    qk_norm: z
      .boolean()
      .default(true)
      .describe(
        "RMSNorm on each head's queries and keys before the rotation, as in Qwen3. It stabilises small models trained at a high learning rate.",
      ),
    max_position_embeddings: count.default(512).describe("Longest sequence (prompt + completion), in tokens."),
    rope_theta: positive.default(10000).describe("Base of the rotary position frequencies."),
  })
  .describe("A new Llama-style decoder: RMSNorm, rotary positions, SwiGLU, grouped-query attention, tied embeddings.");

export const loraSchema = z
  .strictObject({
    rank: z
      .int()
      .min(1)
      .max(1024)
      .default(32)
      .describe(
        "Rank of the two matrices (peft: `r`). RL learns little a sample: 1 to 32 are enough; SFT on much data wants up to 256.",
      ),
    alpha: positive.default(32).describe("Scale of what they add: alpha / rank (peft: `lora_alpha`)."),
    target_modules: z
      .union([
        z.literal("all-linear"),
        z.array(z.enum(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])).min(1),
      ])
      .default("all-linear")
      .describe("Linear layers that get one: all, which learns as full training does, or some by name."),
    use_rslora: z.boolean().default(false).describe("Scale by alpha / √rank instead (rsLoRA)."),
    dropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        "Share of what the matrices read that is left out in training passes (peft: `lora_dropout`); never while completions are drawn or held to a reference. " +
          "For SFT on few examples, 0.05 to 0.1; RL seldom wants it.",
      ),
  })
  .describe(
    "Train LoRA adapters beside the frozen checkpoint: a fraction of the memory, checkpoints of megabytes, and the reference policy is the same model without them. " +
      "Takes about ten times the learning_rate of full training.",
  );
export type LoraSpec = z.infer<typeof loraSchema>;

const checkpointModelSchema = z
  .strictObject({
    checkpoint: z
      .string()
      .min(1)
      .describe(
        "Folder with `config.json`, `model.safetensors` (or its shards), `tokenizer.json` and `tokenizer_config.json`, or a GGUF file " +
          "(`*.gguf`; quantised weights are trained in float32), relative to the recipe, of an architecture that is supported (`docs/rules.md`). Or a model of the Hugging Face " +
          "Hub, `hf:ORG/NAME` or `hf:ORG/NAME@REVISION`, which *Get a Model…* has brought to this machine; a run goes by its commit.",
      ),
    chat_template: z
      .union([z.boolean(), z.string().min(1)])
      .default(false)
      .describe(
        "Put prompts into the checkpoint's chat template (`chat_template.jinja`) as the user's message, with the completion as the assistant's answer: for " +
          "chat models. A name picks one of several templates. False: prompts are plain text that the model continues.",
      ),
    chat_template_kwargs: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        "Further variables for the chat template, the same for every prompt (TRL: `chat_template_kwargs`):  " +
          '`{ "enable_thinking": false }` for Qwen3.',
      ),
    lora: loraSchema.optional(),
  })
  .describe("An existing checkpoint: a folder in Hugging Face format, or a GGUF file.");

export const rewardSchema = z
  .strictObject({
    function: z
      .string()
      .regex(
        /^[\s\S]+\.reward\.ts#[A-Za-z_$][\w$]*$/,
        "must be FILE.reward.ts#EXPORT, for example rewards/sum.reward.ts#correct",
      )
      .describe("Reward function as `FILE.reward.ts#EXPORT`, the file relative to the recipe."),
    weight: z.number().default(1).describe("Weight in the sum of rewards (TRL: `reward_weights`)."),
    prompts: z
      .enum(["reasoning", "general", "all"])
      .default("reasoning")
      .describe(
        "Which prompts it scores in preference RL, which has general ones too. Usual: rules score `reasoning` prompts, form scores `all`.",
      ),
    env: z
      .array(z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of an environment variable, for example JUDGE_KEY"))
      .default([])
      .describe(
        "Names of environment variables that the reward may read as `process.env.NAME`, such as a judge's key. It sees no others. Their values are never recorded, so a resume needs them again.",
      ),
    hosts: z
      .array(
        z
          .string()
          .regex(
            /^(?:\*\.)?(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d+)?$/,
            "must be a host, with a port where only that one is meant: api.example.com, 127.0.0.1:8000, *.example.com",
          ),
      )
      .default([])
      .describe(
        "Hosts that the reward may reach with `fetch`, such as a judge's: `HOST` for every port, `HOST:PORT`, or `*.HOST` for all its subdomains. Empty: no network.",
      ),
    keys: z
      .array(z.string().regex(keyName, "must be the name of a key, for example JUDGE_KEY, never the key itself"))
      .default([])
      .describe(
        "Names of the keys that judges of this reward are asked with (`key` of `judge`): stored by *Set Key of Judge…*, else variables of the environment. The reward itself never sees them.",
      ),
    max_concurrent: count
      .default(256)
      .describe(
        "Most calls at the same time, over all groups of a step, for rewards that wait for something (a judge, a program).",
      ),
    requests_per_second: positive
      .optional()
      .describe("Most calls started per second, retries included. Unset: no limit."),
    retries: z
      .int()
      .min(0)
      .max(20)
      .default(0)
      .describe(
        "How often to retry a call that throws, after `retry_delay` seconds and twice as long each time. An error with `retry: false` is not retried; one with `retryAfter` waits at least that many seconds.",
      ),
    retry_delay: positive.default(1).describe("Seconds before the first retry."),
  })
  .describe("One reward function and its weight.");

/** Why evaluations of checkpoints are shorter, and at which temperature DeepSeek-R1 (arXiv 2501.12948, section 3) samples in its own. */
const minutes = "an evaluation of 135 M parameters then takes minutes on two cores";
const deepSeek = "DeepSeek-R1's evaluations";

const evaluationSchema = z
  .strictObject({
    prompts: withDefaults(upTo(most.prompts).describe("Held-out prompts: chosen by hash, never trained on."), 256, {
      full: 64,
      source: minutes,
    }),
    samples: withDefaults(upTo(most.generations).describe("Completions per held-out prompt: the k of pass@k."), 8, {
      full: 4,
      source: minutes,
    }),
    temperature: withDefaults(
      positive.describe(
        "Sampling temperature of the evaluation. Results at different temperatures are not comparable.",
      ),
      1,
      { full: 0.6, source: deepSeek },
    ),
    top_k: samplingFields.top_k,
    top_p: withDefaults(samplingFields.top_p.unwrap(), 1, { full: 0.95, source: deepSeek }),
    min_p: samplingFields.min_p,
    stop_strings: stopStrings,
    ...thinkingFields,
    top_logprobs: topLogprobs,
    every: z
      .int()
      .min(0)
      .default(20)
      .describe("Steps between evaluations within RL. 0: only before and after each stage."),
    max_completion_length: withDefaults(
      upTo(most.tokens).describe("Longest completion of an evaluation, in tokens."),
      80,
      { full: 256, source: "as in training", largestOfStages: true },
    ),
    overlong_rows: overlongPromptFields.overlong_rows,
    general_prompts: withDefaults(
      count.describe(
        "Held-out prompts of `general_task`, if there is one, to measure how many are declined, correctly and wrongly.",
      ),
      128,
      { full: 32, source: minutes },
    ),
    during_prompts: withDefaults(upTo(most.prompts).describe("Held-out prompts for evaluations within a stage."), 64, {
      full: 32,
      source: minutes,
    }),
  })
  .describe("Held-out evaluation: before and after each stage, and within RL.");

export const recipeSchema = z
  .strictObject({
    $schema: z.string().optional().describe("JSON schema, for editors without Reasoning Lab."),
    name: z.string().min(1).describe("Name of the recipe. It becomes part of the run folder's name."),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0)
      .describe("The same seed on the same engine gives exactly the same run."),
    engine: z
      .enum(["auto", "simd", "tensorflow", "cpu"])
      .default("auto")
      .describe(
        "Tensor backend. `auto` uses the fastest one that works here: `tensorflow` for large models where it is set up, else the embedded `simd` kernels; `cpu` is the slow reference.",
      ),
    model: z
      .union([checkpointModelSchema, newModelSchema])
      .describe("The model to start from: a new one, or a checkpoint."),
    task: taskSchema,
    general_task: taskSchema
      .optional()
      .describe(
        "Prompts beyond reasoning, for the general examples of rejection sampling, preference pairs and preference RL. `unanswerable` measures refusals.",
      ),
    rewards: z.array(rewardSchema).min(1).describe("Reward functions. Their weighted sum is the reward."),
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
