import { expect, test } from "vitest";
import { newModelConfig, parseModelConfig, toConfigJson } from "./config";
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

test.each<[string, object]>([
  ["none", { model_type: "mistral", sliding_window: null }],
  ["as long as the longest sequence", { model_type: "mistral", sliding_window: 128 }],
  ["Mistral's own, where sequences are shorter", { model_type: "mistral" }],
  ["not used", { model_type: "qwen2", sliding_window: 16, use_sliding_window: false }],
  ["used by layers that there are not", { model_type: "qwen2", sliding_window: 16, use_sliding_window: true }],
])("a sliding window is no obstacle when it is %s", (_, fields) => {
  expect(parseModelConfig({ ...sizes, ...fields }, "f").max_position_embeddings).toBe(128);
});

test.each<[object, RegExp]>([
  [{ model_type: "gpt2" }, /model_type: must be llama, mistral, qwen2 or qwen3/],
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
  [{ model_type: "mistral", sliding_window: 64 }, /sliding_window: .* set max_position_embeddings to 64$/],
  [{ model_type: "mistral", max_position_embeddings: 8192, sliding_window: undefined }, /sliding_window: .* 4096/],
  [{ model_type: "qwen2", use_sliding_window: true, sliding_window: 16, max_window_layers: 1 }, /sliding_window: /],
  [{ use_sliding_window: true, sliding_window: 16, layer_types: ["sliding_attention"] }, /sliding_window: /],
])("%j is refused by file and field", (fields, message) => {
  const parse = () => parseModelConfig({ ...written, ...fields }, "folder/config.json");
  expect(parse).toThrow(message);
  expect(parse).toThrow(/^folder\/config\.json: /);
});
