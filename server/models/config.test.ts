import { expect, test } from "vitest";
import { newModelConfig, parseModelConfig, toConfigJson } from "./config";
import type { ModelConfig } from "./config";

const spec = {
  ...{ num_hidden_layers: 2, hidden_size: 48, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ intermediate_size: 64, qk_norm: true, max_position_embeddings: 128, rope_theta: 10_000 },
};
const written = toConfigJson(newModelConfig(spec, { size: 30, eos: 1, pad: 0 }));

test.each([true, false])("what is written is read back (q/k norms: %s)", (qk_norm) => {
  const config: ModelConfig = newModelConfig({ ...spec, qk_norm }, { size: 30, eos: 1, pad: 0 });
  expect(parseModelConfig(JSON.parse(JSON.stringify(toConfigJson(config))), "config.json")).toEqual(config);
});

test("older files: no key/value heads, no head width, the rotary base at top level, several end tokens", () => {
  const newer = new Set(["num_key_value_heads", "head_dim", "rope_parameters"]);
  const rest = Object.fromEntries(Object.entries(written).filter(([field]) => !newer.has(field)));
  const config = parseModelConfig({ ...rest, rope_theta: 500_000, eos_token_id: [7, 8] }, "config.json");
  expect(config).toMatchObject({ num_key_value_heads: 4, head_dim: 12, rope_theta: 500_000, eos_token_id: 7 });
});

test.each([
  ["model_type", "gpt2", /model_type: must be llama or qwen3/],
  ["hidden_size", -1, /hidden_size: /],
  ["rope_scaling", { type: "linear" }, /rope_scaling: rope scaling is not supported/],
  ["rope_parameters", { rope_theta: 1, rope_type: "yarn" }, /rope_parameters\.rope_type: /],
  ["attention_bias", true, /attention_bias: biases are not supported/],
  ["hidden_act", "gelu", /hidden_act: /],
])("%s = %j is refused by file and field", (field, value, message) => {
  const parse = () => parseModelConfig({ ...written, [field]: value }, "folder/config.json");
  expect(parse).toThrow(message);
  expect(parse).toThrow(/^folder\/config\.json: /);
});
