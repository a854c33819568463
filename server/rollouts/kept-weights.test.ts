import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { decoderOf } from "../models/decoder";
import { linearModules, newAdapter } from "../models/lora";
import { newPolicy, withAdapter, type Policy } from "../models/policy";
import { numbersOf } from "../models/weights";
import { decodedBy } from "./decode.testing";
import { plainSampling } from "./generate";
import { disposeReadPrompts, readPrompts } from "./read-prompts";
import { useFusedOperations, fused, type Decoded } from "../engine/fused-operations";
import { newOptimizer, applyGradients } from "../engine/optimizer";
import { testKernels } from "../engine/simd/kernels.testing";
import { startSimd, type StartedSimd } from "../engine/simd/start";

const built = testKernels();
let simd: StartedSimd;
let policy: Policy;

beforeAll(() => {
  tf.enableProdMode();
});
beforeEach(async () => {
  simd = await startSimd(built.file, 2);
  useFusedOperations(simd.operations);
  const spec = {
    num_hidden_layers: 3,
    hidden_size: 96,
    num_attention_heads: 4,
    intermediate_size: 256,
    qk_norm: false,
    max_position_embeddings: 64,
    rope_theta: 10_000,
  };
  policy = newPolicy(spec, Array.from("abcdefgh"), 1);
});

const draw = (of: Policy): Decoded => {
  const read = readPrompts(of, [[3, 4, 5]]);
  const uniforms = Float64Array.from({ length: 8 }, (_, index) => (index * 0.37) % 1);
  const request = { ...plainSampling, samples: 1, max_completion_length: 8, uniforms, stops: [] };
  const decoded = decodedBy(fused().decode(decoderOf(of), read, request));
  disposeReadPrompts(read);
  return decoded;
};
const withRandomAdapter = (): Policy => {
  const settings = { rank: 4, alpha: 8, use_rslora: false, dropout: 0, target_modules: linearModules };
  const adapter = newAdapter(policy.config, settings, 1);
  for (const [name, variable] of adapter.weights)
    if (name.endsWith("lora_B.weight")) variable.assign(tf.mul(tf.ones(variable.shape), 0.01));
  return withAdapter(policy, adapter);
};

/** Linear weights that are laid out during some work. */
function laidOut(work: () => void): number {
  const run = vi.spyOn(simd.jobs, "run");
  try {
    work();
    return run.mock.calls.filter(([{ kernel }]) => kernel === "packMatrix").length;
  } finally {
    run.mockRestore();
  }
}
/** Those of three layers, and the output table. */
const all = 3 * linearModules.length + 1;
test("weights are laid out once while somebody keeps them, and again when they have changed", () => {
  for (const of of [policy, withRandomAdapter()]) {
    expect(laidOut(() => draw(of))).toBe(all);
    expect(laidOut(() => draw(of))).toBe(all);
    const release = fused().keepWeights();
    const first = draw(of);
    expect(laidOut(() => expect(draw(of)).toEqual(first))).toBe(0);

    // An update writes into the weights, an assignment gives them others.
    const optimizer = newOptimizer(of.trained);
    const gradients = new Map([...of.trained].map(([name, variable]) => [name, tf.onesLike(variable)]));
    applyGradients(of.trained, gradients, optimizer, {
      learning_rate: 0.1,
      adam_beta1: 0.9,
      adam_beta2: 0.99,
      adam_epsilon: 1e-8,
      weight_decay: 0,
      max_grad_norm: 1,
    });
    let updated = first;
    expect(laidOut(() => (updated = draw(of)))).toBe(of.adapter ? all - 1 : all);
    expect(updated).not.toEqual(first);
    const [name] = [...of.trained.keys()].filter((key) => /q_proj.*weight$/.test(key)).slice(-1);
    of.trained.get(name!)!.assign(tf.mul(of.trained.get(name!)!, -3));
    let assigned = first;
    expect(laidOut(() => (assigned = draw(of)))).toBe(1);
    expect(assigned.logprobs).not.toEqual(updated.logprobs);
    release();
    release();
    expect(draw(of)).toEqual(assigned);
    expect(laidOut(() => draw(of))).toBe(all);
  }
});

test("an adapter is merged one matrix at a time: drawing takes no second model", () => {
  const { pool } = simd.backend;
  draw(policy);
  const before = pool.reserved();
  const adapted = withRandomAdapter();
  draw(adapted);
  const model = 4 * numbersOf(policy.weights);
  expect(pool.reserved() - before).toBeLessThan(0.4 * model);
});
