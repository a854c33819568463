/**
 * `config.json` of Hugging Face checkpoints, and what of it is supported.
 *
 * Architectures (`architectures.ts`), each computed as `transformers` 5 does in float32: Llama (with `attention_bias` and `mlp_bias`), Mistral, Qwen2 (biases
 * on queries, keys and values), Qwen3 (norms on queries and keys, `attention_bias`), SmolLM3 (layers without rotary positions), OLMo 2 (norms behind
 * attention and feed-forward layer, norms over all queries and all keys) and the text models of Gemma 3 (GEGLU, norms on both sides with gains of 1 +
 * weight, scaled embeddings, rotary positions of their own in layers with a window); tied or untied embeddings, grouped-query heads of any width, sliding
 * windows; rope scalings `default`, `linear` and `llama3` in both spellings. Weights are float32, float16 or bfloat16, in one file or in shards.
 *
 * Where we differ: training and sampling are in float32 whatever the file holds, and float32 is what is saved; `attention_dropout` is read
 * over; of tensors that the architecture does not have, none is read over. Everything that would be computed differently is refused by its field: other
 * architectures, rope scalings and activations, quantised weights, heads turned in part, caps on logits, attention in both directions.
 */
import * as z from "zod";
import type { Activation } from "../engine/fused-operations";
import { largestSizes, positionsProblem } from "../recipes/model-limits";
import type { NewModelSpec } from "../recipes/schema";
import { architectureNames, architectures, unsupportedText, type Architecture } from "./architectures";
import { parseFields } from "./json-file";
import { layersOf, type LayerKind } from "./layer-kinds";
import { readLayeredRope, readRope, ropeFieldsSchema, writeRope } from "./rope";
import type { RopeSettings } from "./rope";
import { UserError } from "../shared/user-error";

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
  /** Of layers with `rope: "local"`; null: there are none. */
  readonly local_rope: RopeSettings | null;
  /** One for each layer; empty: all know positions and see all. */
  readonly layers: readonly LayerKind[];
  readonly tie_word_embeddings: boolean;
  /** RMSNorm on queries and keys: on each head by itself, or on all of them at once; null: none. */
  readonly qk_norm: "head" | "all" | null;
  /** Where a layer has norms: before attention and feed-forward layer, behind them, or both. */
  readonly norms: "before" | "behind" | "both";
  /** Gains of norms are 1 + what the file holds. */
  readonly gains_from_one: boolean;
  readonly activation: Activation;
  /** Factor on embeddings as the first layer reads them. */
  readonly embedding_scale: number;
  /** Factor on queries beside 1/√head_dim. Other than 1 only where queries have a norm, whose gain takes it. */
  readonly query_scale: number;
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
const uncapped = z.null("caps on logits are not supported").optional();
const fileSchema = z.object({
  model_type: z.enum(architectureNames),
  ...ropeFieldsSchema.shape,
  vocab_size: upTo(largestSizes.vocabulary),
  num_hidden_layers: upTo(largestSizes.layers),
  hidden_size: upTo(largestSizes.width),
  num_attention_heads: upTo(largestSizes.heads),
  num_key_value_heads: upTo(largestSizes.heads).nullish(),
  head_dim: upTo(largestSizes.width).nullish(),
  intermediate_size: upTo(largestSizes.feedForward),
  rms_norm_eps: z.number().positive().optional(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  hidden_act: z.string().default("silu"),
  hidden_activation: z.string().nullish(),
  tie_word_embeddings: z.boolean().optional(),
  query_pre_attn_scalar: z.number().positive().default(256),
  sliding_window: z.int().positive().nullish(),
  use_sliding_window: z.boolean().default(false),
  max_window_layers: z.int().nonnegative().default(28),
  sliding_window_pattern: z.int().positive().optional(),
  _sliding_window_pattern: z.int().positive().optional(),
  layer_types: z
    .array(
      z.enum(
        ["full_attention", "sliding_attention"],
        "must be full_attention or sliding_attention: other layers are not supported",
      ),
    )
    .nullish(),
  no_rope_layers: z.array(z.int().min(0).max(1)).nullish(),
  no_rope_layer_interval: z.int().positive().default(4),
  final_logit_softcapping: uncapped,
  attn_logit_softcapping: uncapped,
  use_bidirectional_attention: z.literal(false, "attention in both directions is not supported").nullish(),
  clip_qkv: z.null("clipped queries, keys and values are not supported").optional(),
  quantization_config: z
    .null("quantised weights are not supported: use the checkpoint in float32, float16 or bfloat16")
    .optional(),
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
  pad_token_id: z.int().nullish(),
});
export type FileFields = z.infer<typeof fileSchema>;

/** Fields that are saved as they were: nothing that is changed here follows from them. */
const kept: readonly string[] = [
  "query_pre_attn_scalar",
  "sliding_window",
  "use_sliding_window",
  "max_window_layers",
  "sliding_window_pattern",
  "_sliding_window_pattern",
  "layer_types",
  "no_rope_layers",
  "no_rope_layer_interval",
];
/** Fields that this file writes itself. */
const written = new Set([
  ...Object.keys(fileSchema.shape).filter((field) => !kept.includes(field)),
  "rope_local_base_freq",
  "architectures",
  "dtype",
  "torch_dtype",
]);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Reads the content of a config.json. Throws with the field and what is wrong with it. */
export function parseModelConfig(content: unknown, file: string): ModelConfig {
  const fail = (message: string): never => {
    throw new UserError(`${file}: ${message}`);
  };
  // Before all else: of another architecture no other field says anything.
  const type: unknown = isObject(content) && "model_type" in content ? content.model_type : undefined;
  if (isObject(content) && !architectureNames.some((name) => name === type))
    fail(`model_type: ${unsupportedText(type)}`);
  const fields = parseFields(fileSchema, content, file);
  const { model_type } = fields;
  const activation =
    fields.hidden_activation ?? (model_type === "gemma3_text" ? "gelu_pytorch_tanh" : fields.hidden_act);
  const wanted = model_type === "gemma3_text" ? "gelu_pytorch_tanh" : "silu";
  if (activation !== wanted)
    fail(
      `${fields.hidden_activation == null ? "hidden_act" : "hidden_activation"}: must be ${wanted}, not ${JSON.stringify(activation)}: other activations are not supported`,
    );
  const heads = fields.num_attention_heads;
  const keyHeads = fields.num_key_value_heads ?? heads;
  if (heads % keyHeads !== 0) fail(`num_key_value_heads: ${keyHeads} does not divide num_attention_heads (${heads})`);
  const width = fields.head_dim ?? headWidths[model_type] ?? fields.hidden_size / heads;
  if (!Number.isInteger(width)) {
    fail(`hidden_size: ${fields.hidden_size} is not a multiple of num_attention_heads (${heads})`);
  }
  if (width % 2 !== 0) fail(`head_dim: ${width} is not even: rotary positions turn pairs`);
  const positions = positionsProblem(fields.max_position_embeddings, width);
  if (positions !== null) fail(`max_position_embeddings: ${positions}`);
  const { eos_token_id: eos } = fields;
  const layered = model_type === "gemma3_text";
  const theta = model_type === "smollm3" ? 2_000_000 : 10_000;
  const { rope, local } = layered
    ? readLayeredRope(fields, file)
    : { rope: readRope(fields, file, theta), local: null };
  return {
    model_type,
    vocab_size: fields.vocab_size,
    num_hidden_layers: fields.num_hidden_layers,
    hidden_size: fields.hidden_size,
    num_attention_heads: heads,
    num_key_value_heads: keyHeads,
    head_dim: width,
    intermediate_size: fields.intermediate_size,
    max_position_embeddings: fields.max_position_embeddings,
    rms_norm_eps: fields.rms_norm_eps ?? (model_type === "olmo2" ? 1e-5 : 1e-6),
    rope,
    local_rope: local,
    layers: layersOf(fields, file),
    tie_word_embeddings: fields.tie_word_embeddings ?? (model_type === "smollm3" || model_type === "gemma3_text"),
    ...partsOf(model_type, fields),
    ...(layered
      ? {
          embedding_scale: Math.sqrt(fields.hidden_size),
          query_scale: Math.sqrt(width / fields.query_pre_attn_scalar),
        }
      : {}),
    eos_token_ids: Array.isArray(eos) ? eos : eos == null ? [] : [eos],
    pad_token_id: fields.pad_token_id == null || fields.pad_token_id < 0 ? null : fields.pad_token_id,
    rest: Object.fromEntries(Object.entries(content as object).filter(([field]) => !written.has(field))),
  };
}

/** Heads are so wide where a file does not say; of the others, as its width and number of heads say. */
const headWidths: Partial<Record<Architecture, number>> = { qwen3: 128, gemma3_text: 256 };

type Parts = Pick<
  ModelConfig,
  | "qk_norm"
  | "qkv_bias"
  | "output_bias"
  | "mlp_bias"
  | "norms"
  | "gains_from_one"
  | "activation"
  | "embedding_scale"
  | "query_scale"
>;

const plainParts: Parts = {
  qk_norm: null,
  qkv_bias: false,
  output_bias: false,
  mlp_bias: false,
  norms: "before",
  gains_from_one: false,
  activation: "silu",
  embedding_scale: 1,
  query_scale: 1,
};

/** What distinguishes the architectures. A bias that an architecture does not know is not there, whatever the file says. */
function partsOf(
  type: Architecture,
  { attention_bias, mlp_bias }: Pick<FileFields, "attention_bias" | "mlp_bias">,
): Parts {
  const biases = { qkv_bias: attention_bias, output_bias: attention_bias };
  switch (type) {
    case "llama":
    case "smollm3":
      return { ...plainParts, ...biases, mlp_bias };
    case "mistral":
      return plainParts;
    case "qwen2":
      return { ...plainParts, qkv_bias: true };
    case "qwen3":
      return { ...plainParts, ...biases, qk_norm: "head" };
    case "olmo2":
      return { ...plainParts, ...biases, qk_norm: "all", norms: "behind" };
    case "gemma3_text":
      return {
        ...plainParts,
        ...biases,
        qk_norm: "head",
        norms: "both",
        gains_from_one: true,
        activation: "gelu_tanh",
      };
  }
}

const knowsBias: readonly Architecture[] = ["llama", "qwen3", "smollm3", "olmo2", "gemma3_text"];

/** What `transformers` loads, 5 and earlier. `stops`: what completions of the run end with, the first in training. */
export function toConfigJson(
  config: ModelConfig,
  stops: readonly number[] = config.eos_token_ids,
): Record<string, unknown> {
  const { model_type } = config;
  return {
    ...config.rest,
    architectures: [`${architectures[model_type].model}ForCausalLM`],
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
    ...writeRope(config.rope, config.local_rope),
    tie_word_embeddings: config.tie_word_embeddings,
    ...(knowsBias.includes(model_type) ? { attention_bias: config.qkv_bias } : {}),
    ...(model_type === "llama" || model_type === "smollm3" ? { mlp_bias: config.mlp_bias } : {}),
    ...(config.activation === "silu" ? { hidden_act: "silu" } : { hidden_activation: "gelu_pytorch_tanh" }),
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
    local_rope: null,
    layers: [],
    tie_word_embeddings: true,
    ...partsOf(model_type, { attention_bias: false, mlp_bias: false }),
    eos_token_ids: [tokens.eos],
    pad_token_id: tokens.pad,
    rest: { attention_dropout: 0, initializer_range: 0.02, use_cache: true },
  };
}
