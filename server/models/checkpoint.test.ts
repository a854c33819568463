import { mkdirSync, mkdtempSync, realpathSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyGradients, lossAndGradients, newOptimizer } from "../engine/optimizer";
import type { OptimizerState } from "../engine/optimizer";
import { startEngine } from "../engine/start-engine";
import { checkpointFiles, loadPolicy, loadTrainerState } from "./checkpoint";
import type { CheckpointFiles } from "./checkpoint";
import { completionLogProbs, packSequences } from "./packing";
import { newPolicy } from "./policy";
import type { Policy } from "./policy";
import { toArrays } from "./weights";

const model = {
  ...{ num_hidden_layers: 2, hidden_size: 16, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ intermediate_size: 24, qk_norm: true, max_position_embeddings: 40, rope_theta: 10_000 },
};
const symbols = Array.from("abc0123456789+-=;");
const settings = {
  ...{ learning_rate: 0.01, adam_beta1: 0.9, adam_beta2: 0.95, adam_epsilon: 1e-8, weight_decay: 0.1 },
  max_grad_norm: 1,
};

beforeAll(async () => {
  tf.enableProdMode();
  await startEngine("cpu", { kernels: "", tensorflow: null });
});

function train(policy: Policy, optimizer: OptimizerState): number {
  const packed = packSequences([
    { prompt: policy.tokenizer.encode("a1b+2="), completion: policy.tokenizer.encode("<answer>3</answer>") },
  ]);
  const { loss, gradients } = lossAndGradients(policy.weights, () => {
    const [logprobs] = tf.split(completionLogProbs(policy, packed, 1), 2);
    return tf.neg(tf.mean(logprobs!));
  });
  applyGradients(policy.weights, gradients, optimizer, settings);
  return loss;
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function write(files: CheckpointFiles): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-checkpoint-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

function trained(qk_norm = true): { policy: Policy; optimizer: OptimizerState; folder: string } {
  const policy = newPolicy({ ...model, qk_norm }, symbols, 1);
  const optimizer = newOptimizer(policy.weights);
  for (let step = 0; step < 3; step++) train(policy, optimizer);
  const folder = write(checkpointFiles(policy, optimizer, { stage: "cold-start", step: 3, tokens: 99 }));
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
  [
    "cut tokenizer",
    (folder) => writeFileSync(join(folder, "tokenizer.json"), "{"),
    /tokenizer\.json is not a JSON object/,
  ],
  ["empty tokenizer", (folder) => writeFileSync(join(folder, "tokenizer.json"), "{}"), /tokenizer\.json: model: /],
  [
    "a folder for a file",
    (folder) => {
      rmSync(join(folder, "config.json"));
      mkdirSync(join(folder, "config.json"));
    },
    /has no config\.json that can be read/,
  ],
  [
    "another architecture",
    (folder) => writeFileSync(join(folder, "config.json"), '{"model_type":"gpt2"}'),
    /config\.json: model_type: must be llama or qwen3/,
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
  writeFileSync(join(folder, "config.json"), files["config.json"]!);
  await expect(loadPolicy(folder)).rejects.toThrow(/has no tensor model\.layers\.2\./);
  const wide = newPolicy({ ...model, intermediate_size: 32 }, symbols, 1);
  const wideFiles = checkpointFiles(wide, newOptimizer(wide.weights), { stage: "a", step: 0, tokens: 0 });
  writeFileSync(join(folder, "config.json"), wideFiles["config.json"]!);
  await expect(loadPolicy(folder)).rejects.toThrow(/gate_proj\.weight has 384 numbers; its shape \[32, 16\] needs 512/);
  expect(optimizer.updates).toBe(3);
  expect(policy.config.intermediate_size).toBe(24);
});

test("a damaged trainer state is refused by file and tensor", async () => {
  const { policy, folder } = trained();
  writeFileSync(join(folder, "trainer.json"), '{"format":1}');
  await expect(loadTrainerState(folder, policy)).rejects.toThrow(/trainer\.json is damaged/);
  const again = trained();
  writeFileSync(
    join(again.folder, "trainer.safetensors"),
    checkpointFiles(policy, newOptimizer(policy.weights), { stage: "a", step: 0, tokens: 0 })["model.safetensors"]!,
  );
  await expect(loadTrainerState(again.folder, again.policy)).rejects.toThrow(
    /no optimizer state for model\.embed_tokens\.weight/,
  );
});
