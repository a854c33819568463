/** Batches in parts: the numbers of the whole, in the memory of a part. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { useFusedOperations } from "../engine/fused-operations";
import { newOptimizer } from "../engine/optimizer";
import { startSimd } from "../engine/simd/start";
import { testKernels } from "../engine/simd/kernels.testing";
import { startEngine } from "../engine/start-engine";
import { activationBytes } from "../models/activation-memory";
import { completionLogProbs, packSequences, type TokenSequence } from "../models/packing";
import { newPolicy } from "../models/policy";
import { readMetrics } from "../runs/metrics";
import { readRecord } from "../runs/record";
import { lengthOf } from "./lengths";
import { gradientsOf, mostTokens, partsOf, within } from "./micro-batches";
import { pairs, recipeOf, rl, sft } from "./recipe.testing";
import { newRun, runStages } from "./run.testing";

const built = testKernels();
beforeAll(() => {
  tf.enableProdMode();
});
beforeEach(async () => {
  await startEngine("simd", { kernels: built.file, tensorflow: null });
});

test("parts hold as many as fit, at least one, in order", () => {
  const cut = (lengths: readonly number[], most: number) => within(lengths, (length) => length, most);
  expect(cut([3, 2, 5, 9, 1, 1], 6)).toEqual([[3, 2], [5], [9], [1, 1]]);
  expect(cut([1, 1], 6)).toEqual([[1, 1]]);
  expect(cut([], 6)).toEqual([]);
});

const evaluation = {
  prompts: 2,
  samples: 1,
  every: 0,
  max_completion_length: 4,
  during_prompts: 1,
  general_prompts: 2,
};
const quick = { eval_steps: 2, save_steps: 2, logging_steps: 1, warmup_steps: 0 };
const labelled = { ...pairs, ...quick, pairs: 8, eval_pairs: 3, batch_size: 5, steps: 3 };
const inRl = { kind: "reasoning-rl", ...rl, steps: 2, prompts_per_step: 3, learning_rate: 1e-3 };

/** What a stage of three or so steps says of itself, clocks aside. */
async function numbersOf(stage: object): Promise<Map<string, number>> {
  const of = recipeOf([stage], { evaluation });
  const folder = newRun(of);
  expect(await runStages(folder, { of })).toBe("completed");
  return new Map(
    readMetrics(folder, 0).rows.flatMap((row) =>
      Object.entries(row).flatMap(([name, value]) =>
        typeof value === "number" && !/^(time|memory|step_time)/.test(name)
          ? [[`${row.step} ${name}`, value] as const]
          : [],
      ),
    ),
  );
}

test.each([
  ["SFT", { kind: "cold-start", ...sft, ...quick, batch_size: 5, steps: 3 }],
  ["SFT by tokens", { kind: "cold-start", ...sft, ...quick, packing: 200, steps: 2 }],
  ["DPO", { kind: "dpo", ...labelled }],
  ["KTO", { kind: "dpo", ...labelled, loss_type: "kto", desirable_weight: 1.3 }],
  ["a reward model", { kind: "reward-model", ...labelled, center_rewards_coefficient: 0.01 }],
  ["GRPO with a KL", { ...inRl, beta: 0.1, num_iterations: 2 }],
  ["DAPO in mini-batches", { ...inRl, algorithm: "dapo", num_mini_batches: 2, dynamic_sampling: false }],
  ["an entropy bonus on the least certain tokens", { ...inRl, entropy_coef: 0.05, top_entropy_quantile: 0.5 }],
  ["PPO", { ...inRl, algorithm: "ppo", num_iterations: 2 }],
  ["PPO with a shared critic", { ...inRl, algorithm: "ppo", critic: "shared", vf_coef: 0.3 }],
])("%s in parts of two makes the numbers of whole batches", async (_, stage) => {
  const [expected, actual] = [await numbersOf(stage), await numbersOf({ ...stage, micro_batch_size: 2 })];
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  expect(expected.size).toBeGreaterThan(10);
  for (const [name, value] of expected) {
    const error = Math.abs(actual.get(name)! - value) / Math.max(1, Math.abs(value));
    expect(error, `${name}: ${actual.get(name)} for ${value}`).toBeLessThan(2e-4);
  }
});

const spec = {
  num_hidden_layers: 2,
  hidden_size: 64,
  num_attention_heads: 4,
  intermediate_size: 160,
  qk_norm: true,
  max_position_embeddings: 128,
  rope_theta: 10_000,
};
const batch: readonly TokenSequence[] = Array.from({ length: 96 }, (_, index) => ({
  prompt: Array.from({ length: 20 + (index % 9) }, (__, at) => 4 + ((index + at) % 6)),
  completion: Array.from({ length: 60 + (index % 31) }, (__, at) => 4 + ((index * at) % 6)),
}));
const tokens = batch.reduce((sum, sequence) => sum + lengthOf(sequence), 0);

/** Gradients of the batch on an engine of its own, and the most of its memory that was in use. `threads`: what tells engines apart. */
async function onKernels(threads: number, size: number, recompute = false) {
  const { operations, backend } = await startSimd(built.file, threads);
  useFusedOperations(operations);
  const policy = newPolicy(spec, Array.from("abcdef"), 3);
  newOptimizer(policy.weights);
  const before = backend.pool.reserved();
  const parts = partsOf({ remark: () => undefined }, { micro_batch_size: size }, { policy, trained: 1, asked: 0 });
  const { gradients } = gradientsOf(
    policy.weights,
    parts(batch, lengthOf),
    packSequences,
    (packed) => tf.neg(tf.sum<tf.Scalar>(completionLogProbs(policy, packed, 1).logprobs)),
    { recompute },
  );
  const arrays = new Map([...gradients].map(([name, gradient]) => [name, gradient.dataSync<"float32">()]));
  tf.dispose([...gradients.values()]);
  return { arrays, peak: backend.pool.reserved() - before, config: policy.config };
}

test("gradients are those of the whole batch, and memory is that of a part, as it is estimated", async () => {
  const [whole, parts] = [await onKernels(1, batch.length), await onKernels(2, 8)];
  for (const [name, values] of whole.arrays) {
    const scale = Math.max(...values.map(Math.abs));
    values.forEach((value, at) => expect(Math.abs(parts.arrays.get(name)![at]! - value)).toBeLessThan(1e-4 * scale));
  }
  const estimate = tokens * activationBytes(whole.config).perToken;
  expect(whole.peak).toBeGreaterThan(0.7 * estimate);
  expect(whole.peak).toBeLessThan(1.15 * estimate);
  // Twelve parts; what does not shrink with them are gradients and a block of logits.
  expect(parts.peak).toBeLessThan(whole.peak / 6);
});

test("a batch that does not fit is cut by itself, and that is said once", () => {
  const policy = newPolicy(spec, Array.from("abcdef"), 3);
  const said: string[] = [];
  const remark = (_: string, sentence: string) => said.push(sentence);
  const models = { policy, trained: 1, asked: 0 };
  expect(mostTokens(models, null)).toBeNull();
  const limit = 24e6;
  const most = mostTokens(models, limit)!;
  expect(most).toBeLessThan(tokens);
  // A model more leaves less room.
  expect(mostTokens({ ...models, asked: 3 }, limit)).toBeLessThan(most);
  const cut = partsOf({ remark }, {}, models, limit);
  const few = batch.slice(0, 2);
  expect(cut(few, lengthOf)).toEqual([few]);
  const parts = cut(batch, lengthOf);
  expect(parts.flat()).toEqual(batch);
  for (const part of parts) expect(part.reduce((sum, each) => sum + lengthOf(each), 0)).toBeLessThanOrEqual(most);
  cut(batch, lengthOf);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^A batch of [\d,]+ tokens would take about \d+\.\d GB .* in \d+ parts of at most/);
  // On the engine's own 4 GB the batch fits, and stays whole.
  expect(partsOf({ remark }, {}, models, 2 ** 32)(batch, lengthOf)).toEqual([batch]);
});

test("a run that cuts its batches says so in its record", async () => {
  const { operations } = await startSimd(built.file, 1);
  useFusedOperations({ ...operations, memoryLimit: 400_000 });
  const of = recipeOf([{ kind: "cold-start", ...sft, steps: 1, eval_steps: 0, batch_size: 12 }], { evaluation });
  const folder = newRun(of);
  expect(await runStages(folder, { of })).toBe("completed");
  const [stage] = readRecord(folder).stages;
  expect(stage!.remarks["micro-batches"]).toMatch(/goes through the model in \d+ parts/);
});
