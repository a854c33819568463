/** `config.json` of Hugging Face checkpoints: Llama, and Qwen3 for models with norms on queries and keys. */
import * as z from "zod";
import type { NewModelSpec } from "../recipes/schema";

export interface ModelConfig {
  readonly vocab_size: number;
  readonly num_hidden_layers: number;
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly intermediate_size: number;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly tie_word_embeddings: boolean;
  /** RMSNorm on each head's queries and keys (Qwen3). */
  readonly qk_norm: boolean;
  readonly eos_token_id: number;
  readonly pad_token_id: number;
}

const fileSchema = z.object({
  model_type: z.enum(["llama", "qwen3"], "must be llama or qwen3: other architectures are not supported yet"),
  vocab_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  hidden_size: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive().optional(),
  head_dim: z.int().positive().nullish(),
  intermediate_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive().optional(),
  rope_parameters: z
    .object({ rope_theta: z.number().positive(), rope_type: z.literal("default").default("default") })
    .optional(),
  rope_scaling: z.null("rope scaling is not supported yet").optional(),
  attention_bias: z.literal(false, "biases are not supported yet").optional(),
  mlp_bias: z.literal(false, "biases are not supported yet").optional(),
  hidden_act: z.literal("silu").default("silu"),
  tie_word_embeddings: z.boolean().default(false),
  eos_token_id: z.union([z.int(), z.array(z.int()).min(1)]).nullish(),
  pad_token_id: z.int().nullish(),
});

/** Reads the content of a config.json. Throws with the field and what is wrong with it. */
export function parseModelConfig(content: unknown, file: string): ModelConfig {
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`${file}: ${issue.path.join(".") || "(top level)"}: ${issue.message}`);
  }
  const config = parsed.data;
  const eos = Array.isArray(config.eos_token_id) ? config.eos_token_id[0] : config.eos_token_id;
  return {
    vocab_size: config.vocab_size,
    num_hidden_layers: config.num_hidden_layers,
    hidden_size: config.hidden_size,
    num_attention_heads: config.num_attention_heads,
    num_key_value_heads: config.num_key_value_heads ?? config.num_attention_heads,
    head_dim: config.head_dim ?? config.hidden_size / config.num_attention_heads,
    intermediate_size: config.intermediate_size,
    max_position_embeddings: config.max_position_embeddings,
    rms_norm_eps: config.rms_norm_eps,
    rope_theta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000,
    tie_word_embeddings: config.tie_word_embeddings,
    qk_norm: config.model_type === "qwen3",
    eos_token_id: eos ?? 1,
    pad_token_id: config.pad_token_id ?? 0,
  };
}

/** What `transformers` loads as LlamaForCausalLM or, with q/k norms, Qwen3ForCausalLM. */
export function toConfigJson(config: ModelConfig): Record<string, unknown> {
  const { qk_norm, rope_theta, ...rest } = config;
  return {
    architectures: [qk_norm ? "Qwen3ForCausalLM" : "LlamaForCausalLM"],
    model_type: qk_norm ? "qwen3" : "llama",
    ...rest,
    rope_theta,
    rope_parameters: { rope_theta, rope_type: "default" },
    attention_bias: false,
    ...(qk_norm ? {} : { mlp_bias: false }),
    attention_dropout: 0,
    hidden_act: "silu",
    initializer_range: 0.02,
    dtype: "float32",
    torch_dtype: "float32",
    use_cache: true,
  };
}

/** The configuration of a new model. */
export function newModelConfig(
  spec: NewModelSpec,
  tokens: { readonly size: number; readonly eos: number; readonly pad: number },
): ModelConfig {
  return {
    vocab_size: tokens.size,
    num_hidden_layers: spec.num_hidden_layers,
    hidden_size: spec.hidden_size,
    num_attention_heads: spec.num_attention_heads,
    num_key_value_heads: spec.num_key_value_heads ?? spec.num_attention_heads,
    head_dim: spec.hidden_size / spec.num_attention_heads,
    intermediate_size: spec.intermediate_size,
    max_position_embeddings: spec.max_position_embeddings,
    rms_norm_eps: 1e-6,
    rope_theta: spec.rope_theta,
    tie_word_embeddings: true,
    qk_norm: spec.qk_norm,
    eos_token_id: tokens.eos,
    pad_token_id: tokens.pad,
  };
}
