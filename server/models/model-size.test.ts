import { expect, test } from "vitest";
import { newModelConfig, parseModelConfig, toConfigJson } from "./config";
import { asked, memoryProblem, parameterCountOf, refuseTooLarge, trained } from "./model-size";
import { weightShapes } from "./weights";

const spec = {
  num_hidden_layers: 3,
  hidden_size: 8,
  num_attention_heads: 2,
  intermediate_size: 12,
  qk_norm: true,
  max_position_embeddings: 16,
  rope_theta: 10_000,
};
const tokens = { size: 20, eos: 1, pad: 0 };

test.each([1, 2, 7])("the numbers of %i layers are counted as they are listed", (num_hidden_layers) => {
  const config = newModelConfig({ ...spec, num_hidden_layers }, tokens);
  const listed = weightShapes(config).map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  expect(parameterCountOf(config)).toBe(listed.reduce((sum, size) => sum + size, 0));
});

test("a model of more layers than there could be lists is counted", () => {
  const config = newModelConfig({ ...spec, num_hidden_layers: 4_000_000_000 }, tokens);
  const one =
    parameterCountOf({ ...config, num_hidden_layers: 1 }) - parameterCountOf({ ...config, num_hidden_layers: 0 });
  expect(parameterCountOf(config)).toBe(4e9 * one + 8 * 20 + 8);
});

test("what a model needs is said beside what there is: of the engine, else of the machine", () => {
  const GB = 1_000_000_000;
  const simd = { engine: 4 * GB, machine: 16 * GB };
  expect(memoryProblem("The model", GB, asked, simd)).toBeNull();
  expect(memoryProblem("The model", GB + 1, asked, simd)).toMatch(
    /^The model has 1\.0 billion parameters and takes 4\.0 GB in float32; the embedded engine can address 4\.0 GB\. Use a smaller model/,
  );
  expect(memoryProblem("The model", 300e6, trained, simd)).toContain(
    "has 300.0 million parameters and takes at least 4.8 GB while it is trained",
  );
  expect(memoryProblem("The model", 5 * GB, asked, { engine: null, machine: 16 * GB })).toContain(
    "takes 20.0 GB in float32; this machine has 16.0 GB. Use a smaller model.",
  );
  expect(memoryProblem("The model", 5 * GB, asked, { ...simd, machine: 2 * GB })).toContain("this machine has 2.0 GB");
  const large = newModelConfig(
    { ...spec, num_hidden_layers: 4096, hidden_size: 2 ** 20, intermediate_size: 2 ** 24 },
    tokens,
  );
  expect(() => refuseTooLarge("The model of a", large)).toThrow(/^The model of a has \d+\.\d billion parameters/);
});

test("tables of rotary positions that take minutes and gigabytes are refused, those of a million positions are not", () => {
  const file = toConfigJson(newModelConfig(spec, tokens));
  const read = (fields: object) => parseModelConfig({ ...file, ...fields }, "config.json").max_position_embeddings;
  expect(read({ head_dim: 128, max_position_embeddings: 1_048_576 })).toBe(1_048_576);
  expect(() => read({ head_dim: 8, max_position_embeddings: 60e6 })).toThrow(
    "config.json: max_position_embeddings: tables for 60,000,000 positions would take 1.9 GB, and may take 537 MB. Set it to the longest sequence that you need",
  );
});
