/**
 * `config.json` of Hugging Face checkpoints, and what of it is supported.
 *
 * Architectures, each computed as `transformers` 5 does in float32: Llama (with `attention_bias` and `mlp_bias`), Mistral, Qwen2 (biases on queries,
 * keys and values), Qwen3 (norms on queries and keys, `attention_bias`); tied or untied embeddings, grouped-query heads of any width; rope
 * scalings `default`, `linear` and `llama3` in both spellings. Weights are float32, float16 or bfloat16, in one file or in shards.
 *
 * Where we differ: training and sampling are in float32 whatever the file holds, and float32 is what is saved; `attention_dropout` is read
 * over; a sliding window works only when no sequence is longer than it; of tensors that the architecture does not have, none is read over.
 * Everything that would be computed differently is refused by its field: other architectures, rope scalings and activations, quantised weights,
 * heads turned in part.
 */
import * as z from "zod";
import { largestSizes, positionsProblem } from "../recipes/model-limits";
import type { NewModelSpec } from "../recipes/schema";
import { parseFields } from "./json-file";
import { readRope, ropeFieldsSchema, writeRope } from "./rope";
import type { RopeSettings } from "./rope";
import { UserError } from "../shared/user-error";

const architectures = { llama: "Llama", mistral: "Mistral", qwen2: "Qwen2", qwen3: "Qwen3" } as const;
export type Architecture = keyof typeof architectures;

export interface ModelConfig {
  readonly model_type: Architecture;
  readonly vocab_size: number;
  readonly num_hidden_layers: number;
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly intermediate_size: number;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly rope: RopeSettings;
  readonly tie_word_embeddings: boolean;
  /** RMSNorm on each head's queries and keys. */
  readonly qk_norm: boolean;
  /** Biases of the projections to queries, keys and values, from heads to the residual stream, and of the feed-forward layer. */
  readonly qkv_bias: boolean;
  readonly output_bias: boolean;
  readonly mlp_bias: boolean;
  /** Tokens that end a sequence; empty: the file names none. */
  readonly eos_token_ids: readonly number[];
  readonly pad_token_id: number | null;
  /** Fields of the file that say nothing about what is computed here: they are saved as they were. */
  readonly rest: Readonly<Record<string, unknown>>;
}

const upTo = (most: number) => z.int().positive().max(most, `must be at most ${most}: no model is larger`);
const fileSchema = z.object({
  model_type: z.enum(
    ["llama", "mistral", "qwen2", "qwen3"],
    "must be llama, mistral, qwen2 or qwen3: other architectures are not supported",
  ),
  ...ropeFieldsSchema.shape,
  vocab_size: upTo(largestSizes.vocabulary),
  num_hidden_layers: upTo(largestSizes.layers),
  hidden_size: upTo(largestSizes.width),
  num_attention_heads: upTo(largestSizes.heads),
  num_key_value_heads: upTo(largestSizes.heads).nullish(),
  head_dim: upTo(largestSizes.width).nullish(),
  intermediate_size: upTo(largestSizes.feedForward),
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  hidden_act: z.literal("silu", "must be silu: other activations are not supported").default("silu"),
  tie_word_embeddings: z.boolean().default(false),
  sliding_window: z.int().positive().nullish(),
  use_sliding_window: z.boolean().default(false),
  max_window_layers: z.int().nonnegative().default(28),
  layer_types: z.array(z.enum(["full_attention", "sliding_attention"])).nullish(),
  quantization_config: z
    .null("quantised weights are not supported: use the checkpoint in float32, float16 or bfloat16")
    .optional(),
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
  pad_token_id: z.int().nullish(),
});
type FileFields = z.infer<typeof fileSchema>;

/** Fields that this file writes itself. */
const written = new Set([...Object.keys(fileSchema.shape), "architectures", "dtype", "torch_dtype"]);

/** Reads the content of a config.json. Throws with the field and what is wrong with it. */
export function parseModelConfig(content: unknown, file: string): ModelConfig {
  const fields = parseFields(fileSchema, content, file);
  const fail = (message: string): never => {
    throw new UserError(`${file}: ${message}`);
  };
  const heads = fields.num_attention_heads;
  const keyHeads = fields.num_key_value_heads ?? heads;
  if (heads % keyHeads !== 0) fail(`num_key_value_heads: ${keyHeads} does not divide num_attention_heads (${heads})`);
  // Qwen3's heads are 128 wide unless it says otherwise.
  const width = fields.head_dim ?? (fields.model_type === "qwen3" ? 128 : fields.hidden_size / heads);
  if (!Number.isInteger(width)) {
    fail(`hidden_size: ${fields.hidden_size} is not a multiple of num_attention_heads (${heads})`);
  }
  if (width % 2 !== 0) fail(`head_dim: ${width} is not even: rotary positions turn pairs`);
  const positions = positionsProblem(fields.max_position_embeddings, width);
  if (positions !== null) fail(`max_position_embeddings: ${positions}`);
  const window = slidingWindow(fields);
  if (window !== null && window < fields.max_position_embeddings) {
    fail(
      `sliding_window: attention to the last ${window} tokens only is not supported. To use the model for sequences up to that, ` +
        `set max_position_embeddings to ${window}`,
    );
  }
  const { eos_token_id: eos } = fields;
  return {
    model_type: fields.model_type,
    vocab_size: fields.vocab_size,
    num_hidden_layers: fields.num_hidden_layers,
    hidden_size: fields.hidden_size,
    num_attention_heads: heads,
    num_key_value_heads: keyHeads,
    head_dim: width,
    intermediate_size: fields.intermediate_size,
    max_position_embeddings: fields.max_position_embeddings,
    rms_norm_eps: fields.rms_norm_eps,
    rope: readRope(fields, file),
    tie_word_embeddings: fields.tie_word_embeddings,
    ...partsOf(fields.model_type, fields),
    eos_token_ids: Array.isArray(eos) ? eos : eos == null ? [] : [eos],
    pad_token_id: fields.pad_token_id == null || fields.pad_token_id < 0 ? null : fields.pad_token_id,
    rest: Object.fromEntries(Object.entries(content as object).filter(([field]) => !written.has(field))),
  };
}

/** What distinguishes the architectures. A bias that an architecture does not know is not there, whatever the file says. */
function partsOf(
  type: Architecture,
  { attention_bias, mlp_bias }: Pick<FileFields, "attention_bias" | "mlp_bias">,
): Pick<ModelConfig, "qk_norm" | "qkv_bias" | "output_bias" | "mlp_bias"> {
  switch (type) {
    case "llama":
      return { qk_norm: false, qkv_bias: attention_bias, output_bias: attention_bias, mlp_bias };
    case "mistral":
      return { qk_norm: false, qkv_bias: false, output_bias: false, mlp_bias: false };
    case "qwen2":
      return { qk_norm: false, qkv_bias: true, output_bias: false, mlp_bias: false };
    case "qwen3":
      return { qk_norm: true, qkv_bias: attention_bias, output_bias: attention_bias, mlp_bias: false };
  }
}

/** Tokens that a layer attends to, where one does not attend to all. It is 4096 where a file that uses it does not say. */
function slidingWindow(fields: FileFields): number | null {
  const { model_type, layer_types, num_hidden_layers, max_window_layers } = fields;
  const window = fields.sliding_window === undefined ? 4096 : fields.sliding_window;
  if (model_type === "mistral") return window;
  const used = layer_types?.includes("sliding_attention") ?? num_hidden_layers > max_window_layers;
  return model_type !== "llama" && fields.use_sliding_window && used ? window : null;
}

/** What `transformers` loads, 5 and earlier. `stops`: what completions of the run end with, the first in training. */
export function toConfigJson(
  config: ModelConfig,
  stops: readonly number[] = config.eos_token_ids,
): Record<string, unknown> {
  const { model_type } = config;
  return {
    ...config.rest,
    architectures: [`${architectures[model_type]}ForCausalLM`],
    model_type,
    vocab_size: config.vocab_size,
    num_hidden_layers: config.num_hidden_layers,
    hidden_size: config.hidden_size,
    num_attention_heads: config.num_attention_heads,
    num_key_value_heads: config.num_key_value_heads,
    head_dim: config.head_dim,
    intermediate_size: config.intermediate_size,
    max_position_embeddings: config.max_position_embeddings,
    rms_norm_eps: config.rms_norm_eps,
    ...writeRope(config.rope),
    tie_word_embeddings: config.tie_word_embeddings,
    ...(model_type === "llama" ? { attention_bias: config.qkv_bias, mlp_bias: config.mlp_bias } : {}),
    ...(model_type === "qwen3" ? { attention_bias: config.qkv_bias } : {}),
    ...(model_type === "llama" ? {} : { sliding_window: null }),
    ...(model_type === "qwen2" || model_type === "qwen3" ? { use_sliding_window: false } : {}),
    hidden_act: "silu",
    eos_token_id: stops.length > 1 ? stops : (stops[0] ?? null),
    pad_token_id: config.pad_token_id,
    dtype: "float32",
    torch_dtype: "float32",
  };
}

/** The configuration of a new model: Qwen3 with norms on queries and keys, Llama without. */
export function newModelConfig(
  spec: NewModelSpec,
  tokens: { readonly size: number; readonly eos: number; readonly pad: number },
): ModelConfig {
  const model_type = spec.qk_norm ? "qwen3" : "llama";
  return {
    model_type,
    vocab_size: tokens.size,
    num_hidden_layers: spec.num_hidden_layers,
    hidden_size: spec.hidden_size,
    num_attention_heads: spec.num_attention_heads,
    num_key_value_heads: spec.num_key_value_heads ?? spec.num_attention_heads,
    head_dim: spec.hidden_size / spec.num_attention_heads,
    intermediate_size: spec.intermediate_size,
    max_position_embeddings: spec.max_position_embeddings,
    rms_norm_eps: 1e-6,
    rope: { rope_type: "default", rope_theta: spec.rope_theta },
    tie_word_embeddings: true,
    ...partsOf(model_type, { attention_bias: false, mlp_bias: false }),
    eos_token_ids: [tokens.eos],
    pad_token_id: tokens.pad,
    rest: { attention_dropout: 0, initializer_range: 0.02, use_cache: true },
  };
}
