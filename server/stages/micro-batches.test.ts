/** Batches in parts: the numbers of the whole, in the memory of a part. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { useFusedOperations } from "../engine/fused-operations";
import { newOptimizer } from "../engine/optimizer";
import { startSimd } from "../engine/simd/start";
import { kernelsApart, testKernels } from "../engine/simd/kernels.testing";
import { startEngine } from "../engine/start-engine";
import { activationBytes } from "../models/activation-memory";
import { completionLogProbs, packSequences, type TokenSequence } from "../models/packing";
import { linearModules, newAdapter } from "../models/lora";
import { planMemory, type PlannedWork } from "../models/memory-plan";
import { parseModelConfig, toConfigJson } from "../models/config";
import { createPolicy, newPolicy, withAdapter, type Policy } from "../models/policy";
import { newWeights, numbersOf as countOf } from "../models/weights";
import { generate, plainSampling } from "../rollouts/generate";
import { randomStream } from "../shared/random";
import { applyFinite } from "./non-finite";
import { readMetrics } from "../runs/metrics";
import { readRecord } from "../runs/record";
import { lengthOf } from "./lengths";
import { gradientsOf, partsOfPlan, within } from "./micro-batches";
import { pairs, recipeOf, rl, sft } from "./recipe.testing";
import { metricsOf, newRun, runStages } from "./run.testing";

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

/** Gradients of the batch on an engine of its own, and the most of its memory that was in use. */
async function onKernels(size: number, recompute = false, make = () => newPolicy(spec, Array.from("abcdef"), 3)) {
  const { operations, backend } = await startSimd(kernelsApart(built.file), 1);
  useFusedOperations(operations);
  const policy = make();
  newOptimizer(policy.weights);
  const before = backend.pool.reserved();
  const parts = partsOfPlan({ part: null, recompute }, size);
  const { gradients } = gradientsOf(
    policy.weights,
    parts(batch, lengthOf),
    packSequences,
    (packed) => tf.neg(tf.sum<tf.Scalar>(completionLogProbs(policy, packed, 1).logprobs)),
    parts,
  );
  const arrays = new Map([...gradients].map(([name, gradient]) => [name, gradient.dataSync<"float32">()]));
  tf.dispose([...gradients.values()]);
  return { arrays, peak: backend.pool.reserved() - before, config: policy.config };
}

test("gradients are those of the whole batch, and memory is that of a part, as it is estimated", async () => {
  const [whole, parts] = [await onKernels(batch.length), await onKernels(8)];
  for (const [name, values] of whole.arrays) {
    const scale = Math.max(...values.map(Math.abs));
    values.forEach((value, at) => expect(Math.abs(parts.arrays.get(name)![at]! - value)).toBeLessThan(1e-4 * scale));
  }
  const estimate = tokens * activationBytes(whole.config, "simd", false).perToken;
  expect(whole.peak).toBeGreaterThan(0.7 * estimate);
  expect(whole.peak).toBeLessThan(1.15 * estimate);
  // Twelve parts; what does not shrink with them are gradients and a block of logits.
  expect(parts.peak).toBeLessThan(whole.peak / 6);
});

test("layers that are computed again keep their inputs alone, as it is estimated", async () => {
  const again = await onKernels(batch.length, true);
  const plain = await onKernels(batch.length);
  for (const [name, values] of plain.arrays) expect(again.arrays.get(name), name).toEqual(values);
  const estimate = tokens * activationBytes(again.config, "simd", true).perToken;
  expect(again.peak).toBeGreaterThan(0.7 * estimate);
  expect(again.peak).toBeLessThan(1.15 * estimate);
});

test.each(["olmo2", "gemma3_text"])(
  "memory of %s, with norms in other places, is as it is estimated",
  async (model_type) => {
    const make = (): Policy => {
      const { config, tokenizer } = newPolicy(spec, Array.from("abcdef"), 3);
      const fields = { ...toConfigJson(config), model_type, hidden_act: undefined, sliding_window: 24 };
      const other = parseModelConfig(fields, "config.json");
      return createPolicy(other, newWeights(other, 3), tokenizer);
    };
    for (const recompute of [false, true]) {
      const { peak, config } = await onKernels(batch.length, recompute, make);
      const estimate = tokens * activationBytes(config, "simd", recompute).perToken;
      expect(peak).toBeGreaterThan(0.7 * estimate);
      expect(peak).toBeLessThan(1.15 * estimate);
    }
  },
);

test("a batch of more tokens than a part holds is cut, and no other", () => {
  const cut = partsOfPlan({ part: 900, recompute: false }, undefined);
  const few = batch.slice(0, 2);
  expect(cut(few, lengthOf)).toEqual([few]);
  const parts = cut(batch, lengthOf);
  expect(parts.length).toBeGreaterThan(8);
  expect(parts.flat()).toEqual(batch);
  for (const part of parts) expect(part.reduce((sum, each) => sum + lengthOf(each), 0)).toBeLessThanOrEqual(900);
  expect(partsOfPlan({ part: null, recompute: false }, undefined)(batch, lengthOf)).toEqual([batch]);
});

interface WorkToPlan {
  readonly threads: number;
  readonly together?: number;
  readonly recompute?: boolean;
  readonly lora?: boolean;
  readonly samples?: number;
}

const wide = {
  ...spec,
  num_hidden_layers: 4,
  hidden_size: 192,
  num_attention_heads: 6,
  num_key_value_heads: 3,
  intermediate_size: 512,
};
const half = batch.slice(0, batch.length / 2);
const settings = { rank: 8, alpha: 16, use_rslora: false, dropout: 0, target_modules: linearModules };
const optimize = {
  learning_rate: 1e-4,
  adam_beta1: 0.9,
  adam_beta2: 0.99,
  adam_epsilon: 1e-8,
  max_grad_norm: 1,
  weight_decay: 0,
};

test.each([
  ["a whole batch", { threads: 2 }],
  ["parts", { threads: 1, together: 8 }],
  ["layers that are computed again", { threads: 1, recompute: true }],
  ["an adapter", { threads: 2, lora: true }],
  ["drawing many long completions", { threads: 1, lora: true, together: 1, samples: 45 }],
])("%s takes within 15 %% of the memory that was planned", async (_, work) => {
  const { threads, together = null, recompute = false, lora = false, samples = 0 } = work as WorkToPlan;
  const { operations, backend } = await startSimd(kernelsApart(built.file), threads);
  useFusedOperations(operations);
  const begun = backend.pool.reserved();
  const whole = newPolicy(wide, Array.from("abcdef"), 3);
  const policy = lora ? withAdapter(whole, newAdapter(whole.config, settings, 1)) : whole;
  const optimizer = newOptimizer(policy.trained);
  const planned: PlannedWork = {
    config: policy.config,
    adapter: lora ? countOf(policy.trained) : null,
    trained: 1,
    asked: 0,
    engine: "simd",
    threads,
    batch: {
      tokens: half.reduce((sum, sequence) => sum + lengthOf(sequence), 0),
      longest: Math.max(...half.map(lengthOf)),
    },
    together,
    sampling: samples > 0 ? { prompts: 4, samples, promptTokens: 20, completionTokens: 100 } : null,
    evaluation: null,
    limit: null,
    machine: Infinity,
  };
  // Room for narrow parts alone.
  const { weights, gradients, moments, logits } = planMemory(planned);
  const plan = planMemory(
    recompute ? { ...planned, limit: (weights + gradients + moments + logits + 6e6) / 0.85 } : planned,
  );
  const parts = partsOfPlan(plan, together ?? undefined);
  expect(plan.recompute).toBe(recompute);
  for (let step = 0; step < 2; step++) {
    if (samples > 0)
      generate(
        policy,
        batch.slice(0, 4).map(({ prompt }) => prompt.slice(0, 20)),
        {
          ...plainSampling,
          num_generations: samples,
          max_completion_length: 100,
          random: (group, sample) => randomStream("plan", group, sample),
        },
      );
    const { gradients } = gradientsOf(
      policy.trained,
      parts(half, lengthOf),
      packSequences,
      (packed) => tf.neg(tf.sum<tf.Scalar>(completionLogProbs(policy, packed, 1).logprobs)),
      parts,
    );
    applyFinite(policy.trained, gradients, optimizer, optimize);
  }
  const taken = backend.pool.reserved() - begun;
  expect(plan.peak / taken).toBeGreaterThan(0.85);
  expect(plan.peak / taken).toBeLessThan(1.15);
});

test("memory is planned before the first evaluation: what does not fit has not been measured", async () => {
  const { operations } = await startSimd(built.file, 1);
  for (const stage of [
    { kind: "cold-start", ...sft },
    { kind: "reasoning-rl", ...rl },
  ]) {
    useFusedOperations({ ...operations, memoryLimit: 300_000 });
    const of = recipeOf([{ steps: 1, ...stage }], { evaluation });
    const folder = newRun(of);
    await expect(runStages(folder, { of })).rejects.toThrow(/does not fit into memory/);
    const [record] = readRecord(folder).stages;
    expect(record).toMatchObject({ before: null, step: 0 });
    expect(metricsOf(folder)).toEqual([]);
  }
});

test("a run that cuts its batches says so in its record", async () => {
  const { operations } = await startSimd(built.file, 1);
  useFusedOperations({ ...operations, memoryLimit: 7_000_000 });
  const of = recipeOf([{ kind: "cold-start", ...sft, steps: 1, eval_steps: 0, batch_size: 60 }], { evaluation });
  const folder = newRun(of);
  expect(await runStages(folder, { of })).toBe("completed");
  const [stage] = readRecord(folder).stages;
  expect(stage!.remarks["memory"]).toMatch(/A batch of up to .* goes through the model in parts of at most/);
  expect(stage!.memory!.part).toBeLessThan(stage!.memory!.limit!);
});
