import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, expect, test } from "vitest";
import { applyGradients, lossAndGradients, newOptimizer } from "../engine/optimizer";
import type { OptimizerState } from "../engine/optimizer";
import { testEngine } from "../engine/engine.testing";
import { checkpointFiles, loadPolicy, loadTrainerState } from "./checkpoint";
import type { CheckpointFiles } from "./checkpoint";
import { checksumFile } from "./checksums";
import { completionLogProbs, packSequences } from "./packing";
import { parseModelConfig } from "./config";
import { createPolicy, disposePolicy, encodePrompt, newPolicy } from "./policy";
import type { Policy } from "./policy";
import { writeDurably } from "../runs/atomic-file";
import { readSafetensors, writeSafetensors } from "./safetensors";
import { newWeights, toArrays, weightShapes } from "./weights";

const model = {
  num_hidden_layers: 2,
  hidden_size: 16,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 24,
  qk_norm: true,
  max_position_embeddings: 40,
  rope_theta: 10_000,
};
const symbols = Array.from("abc0123456789+-=;");
const settings = {
  learning_rate: 0.01,
  adam_beta1: 0.9,
  adam_beta2: 0.95,
  adam_epsilon: 1e-8,
  weight_decay: 0.1,
  max_grad_norm: 1,
};

testEngine("cpu");

function train(policy: Policy, optimizer: OptimizerState): number {
  const packed = packSequences([
    { prompt: policy.tokenizer.encode("a1b+2="), completion: policy.tokenizer.encode("<answer>3</answer>") },
  ]);
  const { loss, gradients } = lossAndGradients(policy.weights, () => {
    return tf.neg(tf.mean(completionLogProbs(policy, packed, 1).logprobs));
  });
  applyGradients(policy.weights, gradients, optimizer, settings);
  return loss;
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function write(files: CheckpointFiles): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-checkpoint-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeDurably(join(folder, name), content);
  }
  return folder;
}

/** A checkpoint as it comes from elsewhere: without checksums, so that its parts can be changed. */
function trained(qk_norm = true): { policy: Policy; optimizer: OptimizerState; folder: string } {
  const policy = newPolicy({ ...model, qk_norm }, symbols, 1);
  const optimizer = newOptimizer(policy.weights);
  for (let step = 0; step < 3; step++) train(policy, optimizer);
  const folder = write(checkpointFiles(policy, optimizer, { stage: "cold-start", step: 3, tokens: 99 }));
  rmSync(join(folder, checksumFile));
  return { policy, optimizer, folder };
}

test.each([true, false])(
  "a checkpoint goes on with the same numbers as if nothing had happened (q/k norms: %s)",
  async (qk_norm) => {
    const { policy, optimizer, folder } = trained(qk_norm);
    const loaded = await loadPolicy(folder);
    const state = await loadTrainerState(folder, loaded);
    expect([state.step, state.tokens, state.optimizer.updates]).toEqual([3, 99, 3]);
    expect(loaded.config).toEqual(policy.config);
    expect(toArrays(loaded.weights)).toEqual(toArrays(policy.weights));
    for (let step = 0; step < 2; step++) expect(train(loaded, state.optimizer)).toBe(train(policy, optimizer));
    expect(toArrays(loaded.weights)).toEqual(toArrays(policy.weights));
  },
);

test("config.json names the architecture that computes the same in transformers", () => {
  const config = (qk_norm: boolean): unknown => {
    const policy = newPolicy({ ...model, qk_norm }, symbols, 1);
    const files = checkpointFiles(policy, newOptimizer(policy.weights), { stage: "a", step: 0, tokens: 0 });
    return JSON.parse(files["config.json"] as string);
  };
  expect(config(true)).toMatchObject({ architectures: ["Qwen3ForCausalLM"], model_type: "qwen3", head_dim: 4 });
  expect(config(false)).toMatchObject({ architectures: ["LlamaForCausalLM"], model_type: "llama" });
});

test("a new model depends on its seed alone", () => {
  const arrays = (seed: number) => toArrays(newPolicy(model, symbols, seed).weights);
  expect(arrays(4)).toEqual(arrays(4));
  expect(arrays(4).get("model.embed_tokens.weight")).not.toEqual(arrays(5).get("model.embed_tokens.weight"));
});

const damages: [string, (folder: string) => void, RegExp][] = [
  ["no folder", (folder) => rmSync(folder, { recursive: true }), /has no config\.json that can be read/],
  ["no weights", (folder) => rmSync(join(folder, "model.safetensors")), /has no model\.safetensors that can be read/],
  [
    "cut weights",
    (folder) => truncateSync(join(folder, "model.safetensors"), 5000),
    /model\.safetensors is not a whole safetensors file: the tensor .* reaches beyond its end/,
  ],
  ["no JSON", (folder) => writeFileSync(join(folder, "config.json"), "{"), /config\.json is not JSON/],
  ["cut tokenizer", (folder) => writeFileSync(join(folder, "tokenizer.json"), "{"), /tokenizer\.json is not JSON/],
  ["empty tokenizer", (folder) => writeFileSync(join(folder, "tokenizer.json"), "{}"), /tokenizer\.json: model: /],
  [
    "a folder for a file",
    (folder) => {
      rmSync(join(folder, "config.json"));
      mkdirSync(join(folder, "config.json"));
    },
    /config\.json is a folder, not a file/,
  ],
  [
    "another architecture",
    (folder) => writeFileSync(join(folder, "config.json"), '{"model_type":"gpt2"}'),
    /config\.json: model_type: the architecture "gpt2" is not supported/,
  ],
];
test.each(damages)("%s: one message says which file and what is wrong", async (_name, damage, message) => {
  const { folder } = trained();
  damage(folder);
  await expect(loadPolicy(folder)).rejects.toThrow(message);
});

test("a model without a tensor, or with one of another size, is refused by the tensor's name", async () => {
  const { policy, optimizer, folder } = trained();
  const other = newPolicy({ ...model, num_hidden_layers: 3 }, symbols, 1);
  const files = checkpointFiles(other, newOptimizer(other.weights), { stage: "a", step: 0, tokens: 0 });
  writeDurably(join(folder, "config.json"), files["config.json"]!);
  await expect(loadPolicy(folder)).rejects.toThrow(/has no tensor model\.layers\.2\./);
  const wide = newPolicy({ ...model, intermediate_size: 32 }, symbols, 1);
  const wideFiles = checkpointFiles(wide, newOptimizer(wide.weights), { stage: "a", step: 0, tokens: 0 });
  writeDurably(join(folder, "config.json"), wideFiles["config.json"]!);
  await expect(loadPolicy(folder)).rejects.toThrow(
    /gate_proj\.weight of .* has the shape \[24, 16\]; by config\.json it is \[32, 16\]/,
  );
  expect(optimizer.updates).toBe(3);
  expect(policy.config.intermediate_size).toBe(24);
});

test("a damaged trainer state is refused by file and tensor", async () => {
  const { policy, folder } = trained();
  writeFileSync(join(folder, "trainer.json"), '{"format":1}');
  await expect(loadTrainerState(folder, policy)).rejects.toThrow(/trainer\.json: stage: /);
  const again = trained();
  writeDurably(
    join(again.folder, "trainer", "optimizer.tensors"),
    checkpointFiles(policy, newOptimizer(policy.weights), { stage: "a", step: 0, tokens: 0 })["model.safetensors"]!,
  );
  await expect(loadTrainerState(again.folder, again.policy)).rejects.toThrow(
    /no optimizer state for model\.embed_tokens\.weight/,
  );
});

test("a file that the stage goes on with and that is missing is named, not made up for", async () => {
  const { policy, optimizer } = trained();
  const extras = { state: { beta: 1 }, arrays: { reference: new Map([["a", Float32Array.of(1)]]) } };
  for (const file of ["stage.json", "trainer/reference.tensors"]) {
    const folder = write(checkpointFiles(policy, optimizer, start, extras));
    expect(await loadTrainerState(folder, policy)).toMatchObject({ step: 0 });
    rmSync(join(folder, file));
    await expect(loadTrainerState(folder, policy)).rejects.toThrow(`has no ${file} that can be read`);
  }
});

const start = { stage: "a", step: 0, tokens: 0 };
const shapes = {
  num_hidden_layers: 2,
  hidden_size: 16,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 6,
  intermediate_size: 24,
  max_position_embeddings: 40,
  eos_token_id: 1,
  pad_token_id: 0,
};
const llama3 = { rope_type: "llama3", factor: 4, low_freq_factor: 1, high_freq_factor: 4 };

test.each<[string, object]>([
  ["Llama with all biases, untied", { model_type: "llama", attention_bias: true, mlp_bias: true }],
  ["Mistral, untied", { model_type: "mistral", sliding_window: null }],
  [
    "Qwen2, tied, positions stretched",
    { model_type: "qwen2", tie_word_embeddings: true, rope_scaling: { type: "linear", factor: 2 } },
  ],
  ["Qwen3 with biases", { model_type: "qwen3", attention_bias: true, rope_parameters: { ...llama3, rope_theta: 100 } }],
])("%s: every parameter has a gradient, and what is saved computes the same", async (_, fields) => {
  const { tokenizer } = newPolicy(model, symbols, 1);
  const config = parseModelConfig({ ...shapes, ...fields, vocab_size: tokenizer.size }, "config.json");
  const policy = createPolicy(config, newWeights(config, 2), tokenizer);
  const optimizer = newOptimizer(policy.weights);
  const before = toArrays(policy.weights);
  for (let step = 0; step < 2; step++) train(policy, optimizer);
  for (const [name, values] of toArrays(policy.weights)) {
    expect([name, values]).not.toEqual([name, before.get(name)]);
  }
  const loaded = await loadPolicy(write(checkpointFiles(policy, optimizer, start)));
  expect(loaded.config).toEqual(config);
  expect(train(loaded, newOptimizer(loaded.weights))).toBe(train(policy, newOptimizer(policy.weights)));
  disposePolicy(policy);
  disposePolicy(loaded);
});

/** The folder's weights in two shards, dealt out in turn. */
async function shard(folder: string): Promise<void> {
  const tensors = [...(await readSafetensors(join(folder, "model.safetensors")))];
  const file = (index: number): string => `model-0000${(index % 2) + 1}-of-00002.safetensors`;
  for (const part of [0, 1]) {
    writeDurably(join(folder, file(part)), writeSafetensors(new Map(tensors.filter((_, index) => index % 2 === part))));
  }
  const weight_map = Object.fromEntries(tensors.map(([name], index) => [name, file(index)]));
  writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify({ metadata: {}, weight_map }));
  rmSync(join(folder, "model.safetensors"));
}

test("weights in shards are the weights in one file", async () => {
  const { policy, folder } = trained();
  await shard(folder);
  expect(toArrays((await loadPolicy(folder)).weights)).toEqual(toArrays(policy.weights));
});

const second = "model-00002-of-00002.safetensors";
test.each<[string, (folder: string) => void, RegExp]>([
  [
    "a missing shard",
    (folder) => rmSync(join(folder, second)),
    /has no model-00002-of-00002\.safetensors that can be read/,
  ],
  ["a shard that was cut", (folder) => truncateSync(join(folder, second), 3000), /00002\.safetensors is not a whole/],
  [
    "a shard that lacks a tensor",
    (folder) => writeDurably(join(folder, second), writeSafetensors(new Map())),
    /00002\.safetensors has no tensor model\..*, which model\.safetensors\.index\.json says it holds/,
  ],
  [
    "a shard elsewhere",
    (folder) => writeFileSync(join(folder, "model.safetensors.index.json"), '{"weight_map":{"a":"../b"}}'),
    /index\.json: \.\.\/b is not the name of a file beside it/,
  ],
  [
    "an index of something else",
    (folder) => writeFileSync(join(folder, "model.safetensors.index.json"), "{}"),
    /model\.safetensors\.index\.json: weight_map: /,
  ],
])("%s: one message says which", async (_, damage, message) => {
  const { folder } = trained();
  await shard(folder);
  damage(folder);
  await expect(loadPolicy(folder)).rejects.toThrow(message);
});

test("a tensor that the architecture does not have is refused; what follows from the configuration is not", async () => {
  const { folder, policy } = trained(false);
  const file = join(folder, "model.safetensors");
  const tensors = await readSafetensors(file);
  const extra = { shape: [1], values: Float32Array.of(1) };
  const add = (name: string): void => writeDurably(file, writeSafetensors(new Map([...tensors, [name, extra]])));
  add("model.layers.0.self_attn.rotary_emb.inv_freq");
  expect((await loadPolicy(folder)).weights.size).toBe(weightShapes(policy.config).length);
  add("model.layers.1.self_attn.q_proj.bias");
  await expect(loadPolicy(folder)).rejects.toThrow(
    /has a tensor model\.layers\.1\.self_attn\.q_proj\.bias, which a llama model of its config\.json does not have/,
  );
});

test("generation settings and chat template are kept; every token that ends a sequence there stops, prompts are a user's turn", async () => {
  const { folder, policy } = trained();
  const generation = '{"eos_token_id": [1, 5], "pad_token_id": 0, "top_p": 0.9}';
  writeFileSync(join(folder, "generation_config.json"), generation);
  await expect(loadPolicy(folder, { chatTemplate: true })).rejects.toThrow(
    /which has none: neither chat_template\.jinja/,
  );
  writeFileSync(
    join(folder, "chat_template.jinja"),
    "{{ messages[0].content }}={% if add_generation_prompt %}<think>{% endif %}",
  );
  const loaded = await loadPolicy(folder, { chatTemplate: true });
  expect(loaded.tokenizer.stops).toEqual([1, 5]);
  expect(encodePrompt(loaded, { prompt: "a+b" })).toEqual(policy.tokenizer.encode("a+b=<think>"));
  const said = [{ role: "system", content: "b" } as const, { role: "user", content: "a" } as const];
  expect(encodePrompt(loaded, { prompt: "a", conversation: said })).toEqual(policy.tokenizer.encode("b=<think>"));
  expect(encodePrompt(await loadPolicy(folder), { prompt: "a+b" })).toEqual(policy.tokenizer.encode("a+b"));
  const saved = write(checkpointFiles(loaded, newOptimizer(loaded.weights), start));
  for (const file of ["generation_config.json", "chat_template.jinja", "tokenizer.json", "tokenizer_config.json"]) {
    expect(readFileSync(join(saved, file), "utf8")).toBe(readFileSync(join(folder, file), "utf8"));
  }
  expect(
    existsSync(join(write(checkpointFiles(policy, newOptimizer(policy.weights), start)), "chat_template.jinja")),
  ).toBe(false);
});
