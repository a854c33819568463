/**
 * A model in a GGUF file as one of Hugging Face's folder would be: `config.json`, tokenizer, tensors by their names there. Numbers are dequantised into float32.
 * Source of names and orders: llama.cpp's `gguf-py/gguf/tensor_mapping.py` and `convert_hf_to_gguf.py` (MIT).
 */
import { UserError } from "../shared/user-error";
import { parseModelConfig, type ModelConfig } from "./config";
import { openGguf, readGgufTensors, type GgufFile, type MetadataValue } from "./gguf-file";
import { ggufTokenizer } from "./gguf-tokenizer";
import type { NamedTensor } from "./safetensors";
import type { TokenizerFiles } from "./tokenizer";

export interface GgufCheckpoint {
  readonly config: ModelConfig;
  readonly files: TokenizerFiles;
  /** By Hugging Face's names. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly tensors: () => Promise<Map<string, NamedTensor>>;
}

const architectures: Readonly<Record<string, ModelConfig["model_type"]>> = {
  llama: "llama",
  mistral3: "mistral",
  qwen2: "qwen2",
  qwen3: "qwen3",
  smollm3: "smollm3",
  olmo2: "olmo2",
};

const outer: Readonly<Record<string, string>> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};

const inner: Readonly<Record<string, string>> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  attn_q_norm: "self_attn.q_norm",
  attn_k_norm: "self_attn.k_norm",
  ffn_norm: "post_attention_layernorm",
  // OLMo 2 has no norms before, and these behind.
  post_attention_norm: "post_attention_layernorm",
  post_ffw_norm: "post_feedforward_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/** Frequencies of Llama 3's rope: they follow from the configuration. */
const frequencies = "rope_freqs.weight";

/** Hugging Face's name of a tensor; null: it has none. */
function nameOf(name: string): string | null {
  const block = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name);
  if (!block) return outer[name] ?? null;
  const [, layer, part, kind] = block;
  const own = inner[part!];
  return own === undefined ? null : `model.layers.${layer!}.${own}.${kind!}`;
}

/** Reads everything but the numbers. Throws, naming the file, where it holds no model that is supported. */
export async function openGgufCheckpoint(path: string): Promise<GgufCheckpoint> {
  const file = await openGguf(path);
  const config = configOf(file);
  const files = ggufTokenizer(file);
  const names = new Map<string, string>();
  for (const { name } of file.tensors.values()) {
    if (name === frequencies) continue;
    const own = nameOf(name);
    if (own === null)
      throw new UserError(`${path} has a tensor ${name}, which a ${config.model_type} model does not have.`);
    names.set(name, own);
  }
  return {
    config,
    files,
    shapes: new Map([...names].map(([name, own]) => [own, file.tensors.get(name)!.shape])),
    tensors: async () => {
      const tensors = new Map<string, NamedTensor>();
      await readGgufTensors(
        file,
        (name) => names.has(name),
        ({ name, shape }, values) => {
          const own = names.get(name)!;
          tensors.set(own, { shape, values: inOrder(config, own, shape, values) });
        },
      );
      return tensors;
    },
  };
}

const interleaved: readonly ModelConfig["model_type"][] = ["llama", "mistral", "smollm3"];

/**
 * Queries and keys of Llama and its like stand in GGUF with the two halves of each head interleaved, as its rotary turns pairs of neighbours; Hugging Face's turns halves
 * against each other. Undoes `LlamaModel.permute` of convert_hf_to_gguf.py. `values`: `[heads · head_dim, …]`
 */
function inOrder(config: ModelConfig, name: string, shape: readonly number[], values: Float32Array): Float32Array {
  const part = /self_attn\.([qk])_proj\./.exec(name)?.[1];
  if (part === undefined || !interleaved.includes(config.model_type)) return values;
  const heads = part === "q" ? config.num_attention_heads : config.num_key_value_heads;
  const rows = shape[0]!;
  const width = values.length / rows;
  const half = rows / heads / 2;
  const ordered = new Float32Array(values.length);
  for (let head = 0; head < heads; head++)
    for (let side = 0; side < 2; side++)
      for (let at = 0; at < half; at++) {
        const from = ((head * half + at) * 2 + side) * width;
        ordered.set(values.subarray(from, from + width), ((head * 2 + side) * half + at) * width);
      }
  return ordered;
}

const numberOf = (value: MetadataValue | undefined): number | undefined =>
  typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : undefined;

function configOf({ path, metadata, tensors }: GgufFile): ModelConfig {
  const architecture = metadata.get("general.architecture");
  const model_type =
    typeof architecture === "string" && Object.hasOwn(architectures, architecture)
      ? architectures[architecture]
      : undefined;
  if (model_type === undefined)
    throw new UserError(
      `${path} is a model of the architecture ${JSON.stringify(architecture ?? "unknown")}, which is not supported in GGUF: ${Object.keys(architectures).join(", ")} are.` +
        (architecture === "gemma3" ? " Take the text models of Gemma 3 as Hugging Face folders." : ""),
    );
  const of = (key: string): number | undefined => numberOf(metadata.get(`${String(architecture)}.${key}`));
  const embedding = tensors.get("token_embd.weight");
  if (!embedding) throw new UserError(`${path} has no tensor token_embd.weight.`);
  const refuse = (key: string, why: string): void => {
    if (metadata.has(`${String(architecture)}.${key}`)) throw new UserError(`${path}: ${why}`);
  };
  refuse("expert_count", "mixtures of experts are not supported.");
  if (model_type === "olmo2")
    refuse("attention.sliding_window", "it is OLMo 3, whose layers with a window are not supported. OLMo 2 is.");
  const scaling = metadata.get(`${String(architecture)}.rope.scaling.type`);
  if (scaling !== undefined && scaling !== "none" && scaling !== "linear")
    throw new UserError(`${path}: the rope scaling ${JSON.stringify(scaling)} is not supported.`);
  const heads = of("attention.head_count");
  const hidden = of("embedding_length");
  const width = of("attention.key_length") ?? (heads && hidden ? hidden / heads : undefined);
  const turned = of("rope.dimension_count");
  if (turned !== undefined && width !== undefined && turned !== width)
    throw new UserError(
      `${path}: rotary positions turn ${turned} of ${width} numbers of a head, which is not supported.`,
    );
  if (tensors.has(frequencies))
    throw new UserError(
      `${path} stretches its rotary positions by a table (rope_freqs.weight), as Llama 3.1 does, and does not say by which numbers. Take the model as a Hugging Face folder.`,
    );
  const eos = numberOf(metadata.get("tokenizer.ggml.eos_token_id"));
  const content = {
    model_type,
    vocab_size: embedding.shape[0],
    num_hidden_layers: of("block_count"),
    hidden_size: hidden,
    num_attention_heads: heads,
    num_key_value_heads: of("attention.head_count_kv"),
    head_dim: width,
    intermediate_size: of("feed_forward_length"),
    max_position_embeddings: of("context_length"),
    rms_norm_eps: plain(of("attention.layer_norm_rms_epsilon")),
    rope_theta: of("rope.freq_base") ?? 10_000,
    ...(scaling === "linear" ? { rope_scaling: { rope_type: "linear", factor: of("rope.scaling.factor") } } : {}),
    tie_word_embeddings: !tensors.has("output.weight"),
    ...(model_type === "llama" || model_type === "smollm3"
      ? { attention_bias: tensors.has("blk.0.attn_output.bias") }
      : {}),
    ...(model_type === "mistral" ? { sliding_window: null } : {}),
    eos_token_id: eos,
    pad_token_id: numberOf(metadata.get("tokenizer.ggml.padding_token_id")),
  };
  return parseModelConfig(content, path);
}

/** A float32 as people wrote it: 1e-5, not 9.999999747378752e-6. */
function plain(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(6));
}
