import { expect, test } from "vitest";
import { newModelConfig, parseModelConfig, toConfigJson } from "./config";
import { kindOf } from "./layer-kinds";
import { weightShapes } from "./weights";

const spec = {
  num_hidden_layers: 2,
  hidden_size: 48,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 64,
  qk_norm: true,
  max_position_embeddings: 128,
  rope_theta: 10_000,
};
const written = toConfigJson(newModelConfig(spec, { size: 30, eos: 1, pad: 0 }));
const again = (content: unknown): unknown => JSON.parse(JSON.stringify(content));

test.each([true, false])("what is written of a new model is read back (q/k norms: %s)", (qk_norm) => {
  const config = newModelConfig({ ...spec, qk_norm }, { size: 30, eos: 1, pad: 0 });
  expect(parseModelConfig(again(toConfigJson(config)), "config.json")).toEqual(config);
});

const sizes = {
  vocab_size: 30,
  num_hidden_layers: 2,
  hidden_size: 48,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 64,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
};
const biasesOf = (fields: object): string[] =>
  weightShapes(parseModelConfig({ ...sizes, ...fields }, "config.json")).flatMap(({ name }) =>
    name.startsWith("model.layers.1.") && name.endsWith(".bias") ? [name.split(".").at(-2)!] : [],
  );

test.each<[string, object, string[]]>([
  ["Llama", { model_type: "llama" }, []],
  [
    "Llama with biases",
    { model_type: "llama", attention_bias: true, mlp_bias: true },
    ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
  ],
  ["Mistral", { model_type: "mistral", sliding_window: null }, []],
  ["Qwen2", { model_type: "qwen2" }, ["q_proj", "k_proj", "v_proj"]],
  ["Qwen3", { model_type: "qwen3", head_dim: 8 }, []],
  ["SmolLM3", { model_type: "smollm3" }, []],
  ["OLMo 2", { model_type: "olmo2", rms_norm_eps: 1e-6 }, []],
  ["Gemma 3", { model_type: "gemma3_text" }, []],
  ["Qwen3 with biases", { model_type: "qwen3", attention_bias: true }, ["q_proj", "k_proj", "v_proj", "o_proj"]],
])("%s has the biases that transformers gives it, and stays what it is when it is saved", (_, fields, biases) => {
  expect(biasesOf(fields)).toEqual(biases);
  for (const tie_word_embeddings of [true, false]) {
    const other = { ...sizes, ...fields, tie_word_embeddings, bos_token_id: 5, eos_token_id: [1, 4], pad_token_id: 3 };
    const config = parseModelConfig(other, "config.json");
    expect(parseModelConfig(again(toConfigJson(config)), "config.json")).toEqual(config);
    expect(toConfigJson(config)).toMatchObject({ ...other, dtype: "float32" });
  }
});

test("older files: no key/value heads, no head width, the rotary base at top level, several end tokens", () => {
  const newer = new Set(["num_key_value_heads", "head_dim", "rope_parameters"]);
  const rest = Object.fromEntries(
    Object.entries({ ...written, model_type: "llama" }).filter(([field]) => !newer.has(field)),
  );
  const config = parseModelConfig({ ...rest, rope_theta: 500_000, eos_token_id: [7, 8] }, "config.json");
  expect(config).toMatchObject({ num_key_value_heads: 4, head_dim: 12, eos_token_ids: [7, 8] });
  expect(config.rope).toEqual({ rope_type: "default", rope_theta: 500_000 });
});

const kinds = (fields: object): string => {
  const config = parseModelConfig({ ...sizes, num_hidden_layers: 4, ...fields }, "f");
  return Array.from({ length: 4 }, (_, layer) => kindOf(config, layer))
    .map(({ rope, window }) => `${rope ?? "none"} ${window ?? "all"}`)
    .join(", ");
};
const four = (kind: string): string => Array.from({ length: 4 }, () => kind).join(", ");

test.each<[string, object, string]>([
  ["no window", { model_type: "mistral", sliding_window: null }, four("global all")],
  ["one as long as the longest sequence", { model_type: "mistral", sliding_window: 128 }, four("global all")],
  ["Mistral's own, where sequences are shorter", { model_type: "mistral" }, four("global all")],
  ["Mistral's own", { model_type: "mistral", max_position_embeddings: 8192 }, four("global 4096")],
  ["Mistral's", { model_type: "mistral", sliding_window: 64 }, four("global 64")],
  ["one that is not used", { model_type: "qwen2", sliding_window: 16, use_sliding_window: false }, four("global all")],
  [
    "one of layers that there are not",
    { model_type: "qwen2", sliding_window: 16, use_sliding_window: true },
    four("global all"),
  ],
  [
    "one of the upper layers",
    { model_type: "qwen3", sliding_window: 16, use_sliding_window: true, max_window_layers: 3 },
    "global all, global all, global all, global 16",
  ],
  ["SmolLM3's", { model_type: "smollm3" }, "global all, global all, global all, none all"],
  [
    "SmolLM3's with an interval and a window",
    { model_type: "smollm3", no_rope_layer_interval: 2, use_sliding_window: true, sliding_window: 16 },
    "global all, none 16, global all, none 16",
  ],
  [
    "SmolLM3's as listed",
    { model_type: "smollm3", no_rope_layers: [0, 1, 1, 0, 1, 1] },
    "none all, global all, global all, none all",
  ],
  ["OLMo 2's", { model_type: "olmo2", sliding_window: 16 }, four("global all")],
  [
    "Gemma 3's",
    { model_type: "gemma3_text", sliding_window: 16, _sliding_window_pattern: 3 },
    "local 16, local 16, global all, local 16",
  ],
  ["Gemma 3's, as long as the longest sequence", { model_type: "gemma3_text", sliding_window: 512 }, four("local all")],
])("layers and windows: %s", (_, fields, expected) => {
  expect(kinds(fields)).toBe(expected);
});

/** As google/gemma-3-270m's: transformers 4 leaves out what is as it always is. */
test("Gemma 3's file of transformers 4: tied embeddings, two rotary bases, heads of 256", () => {
  const fields = {
    ...sizes,
    model_type: "gemma3_text",
    hidden_size: 640,
    hidden_activation: "gelu_pytorch_tanh",
    query_pre_attn_scalar: 256,
    rope_theta: 1_000_000,
    rope_local_base_freq: 10_000,
    rope_scaling: null,
    sliding_window: 16,
    attn_logit_softcapping: null,
    final_logit_softcapping: null,
    use_bidirectional_attention: false,
  };
  const config = parseModelConfig(fields, "config.json");
  expect(config).toMatchObject({
    tie_word_embeddings: true,
    head_dim: 256,
    query_scale: 1,
    rope: { rope_type: "default", rope_theta: 1_000_000 },
    local_rope: { rope_type: "default", rope_theta: 10_000 },
    activation: "gelu_tanh",
  });
  expect(config.embedding_scale).toBeCloseTo(25.298, 3);
  expect(parseModelConfig(again(toConfigJson(config)), "config.json")).toEqual(config);
});

test.each<[object, RegExp]>([
  [
    { model_type: "gpt2" },
    /model_type: the architecture "gpt2" is not supported\. Supported: llama \(Llama .*gemma3_text/,
  ],
  [{ model_type: "phi3" }, /"phi3" is not supported\. Supported: llama/],
  [{ model_type: "lfm2" }, /"lfm2" is not supported\. Supported: llama/],
  [
    { model_type: "gemma3", text_config: {} },
    /"gemma3" is not supported\. It reads images too; .* gemma3_text\. Supported/,
  ],
  [{ model_type: "qwen3_moe" }, /"qwen3_moe" is not supported\. It is a mixture of experts; /],
  [{ model_type: "llama3" }, /Did you mean llama\?/],
  [{ model_type: undefined }, /model_type: must be one of the architectures that are supported: llama/],
  [
    { model_type: "gemma3_text", hidden_act: "silu", hidden_activation: "gelu" },
    /hidden_activation: must be gelu_pytorch_tanh/,
  ],
  [{ model_type: "gemma3_text", final_logit_softcapping: 30 }, /final_logit_softcapping: caps on logits/],
  [{ model_type: "gemma3_text", use_bidirectional_attention: true }, /use_bidirectional_attention: attention in both/],
  [
    { layer_types: ["linear_attention", "full_attention"] },
    /layer_types\.0: must be full_attention or sliding_attention/,
  ],
  [{ layer_types: ["full_attention"] }, /layer_types: speaks of 1 layers, and there are 2/],
  [{ model_type: "smollm3", no_rope_layers: [1] }, /no_rope_layers: speaks of 1 layers, and there are 2/],
  [{ hidden_size: -1 }, /hidden_size: /],
  [{ rope_parameters: { rope_theta: 1, rope_type: "yarn" } }, /rope_parameters\.rope_type: /],
  [{ hidden_act: "gelu" }, /hidden_act: must be silu/],
  [{ quantization_config: { bits: 4 } }, /quantization_config: quantised weights are not supported/],
  [{ num_key_value_heads: 3 }, /num_key_value_heads: 3 does not divide num_attention_heads \(4\)/],
  [{ head_dim: 7 }, /head_dim: 7 is not even/],
  [
    { model_type: "llama", head_dim: null, hidden_size: 50 },
    /hidden_size: 50 is not a multiple of num_attention_heads/,
  ],
])("%j is refused by file and field", (fields, message) => {
  const parse = () => parseModelConfig({ ...written, ...fields }, "folder/config.json");
  expect(parse).toThrow(message);
  expect(parse).toThrow(/^folder\/config\.json: /);
});
