/** Gradients that are added up in place, and layers that are computed again: the numbers of the plain way, on every engine. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { lossAndGradients, summedGradients } from "../engine/optimizer";
import { testKernels } from "../engine/simd/kernels.testing";
import { startEngine, type EngineName } from "../engine/start-engine";
import { newAdapter } from "./lora";
import { completionLogProbs, disposePacked, packSequences, type PackedSequences, type TokenSequence } from "./packing";
import { newPolicy, withAdapter, type Policy } from "./policy";

/** The native binding of an installed TensorFlow; the test command sets it. */
const binding = process.env["REASONING_LAB_TENSORFLOW"];
const built = testKernels();

const spec = {
  num_hidden_layers: 3,
  hidden_size: 32,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 48,
  qk_norm: true,
  max_position_embeddings: 64,
  rope_theta: 10_000,
};
const sequences: readonly TokenSequence[] = Array.from({ length: 7 }, (_, index) => ({
  prompt: Array.from({ length: 3 + (index % 4) }, (__, at) => 7 + ((index + at) % 6)),
  completion: Array.from({ length: 5 + (index % 3) }, (__, at) => 7 + ((index * at) % 6)),
}));
const full = () => newPolicy(spec, Array.from("abcdefgh"), 3);
function adapted(): Policy {
  const policy = full();
  const settings = {
    rank: 3,
    alpha: 6,
    use_rslora: false,
    dropout: 0,
    target_modules: ["q_proj", "v_proj", "down_proj"],
  };
  const adapter = newAdapter(policy.config, settings, 5);
  // Both matrices have a gradient only where B is not 0.
  for (const [name, matrix] of adapter.weights)
    if (name.endsWith("lora_B.weight")) tf.tidy(() => matrix.assign(tf.fill(matrix.shape, 0.02)));
  return withAdapter({ ...policy }, adapter);
}

const lossOf = (policy: Policy, packed: PackedSequences): tf.Scalar => {
  const { logprobs, entropies } = completionLogProbs(policy, packed, 1.3);
  return tf.add(tf.neg(tf.sum(logprobs)), tf.mul(tf.sum(entropies), 0.1));
};

type Add = (loss: () => tf.Scalar) => number;
function addPart(add: Add, part: readonly TokenSequence[], loss: (packed: PackedSequences) => tf.Scalar): number {
  const packed = packSequences(part);
  try {
    return add(() => loss(packed));
  } finally {
    disposePacked(packed);
  }
}

/** The parameters' gradients of the losses of all parts together. */
function gradientsOf(policy: Policy, parts: readonly (readonly TokenSequence[])[], recompute: boolean) {
  const { loss, gradients } = summedGradients(policy.trained, recompute, (add) =>
    parts.reduce((sum, part) => sum + addPart(add, part, (packed) => lossOf(policy, packed)), 0),
  );
  const arrays = new Map([...gradients].map(([name, gradient]) => [name, Float32Array.from(gradient.dataSync())]));
  tf.dispose([...gradients.values()]);
  return { loss, arrays };
}

const engines: readonly EngineName[] = ["cpu", "simd", "tensorflow"];
describe.each(engines)("%s", (engine) => {
  describe.skipIf(engine === "tensorflow" && binding === undefined)("gradients", () => {
    beforeAll(async () => {
      tf.enableProdMode();
      await startEngine(engine, {
        kernels: built.file,
        tensorflow: binding === undefined ? null : { binding, device: "cpu" },
      });
    });

    test.each([
      ["of a model", full],
      ["of an adapter", adapted],
    ])("%s are bit for bit the same where its layers are computed again, and leave no tensors", (_, make) => {
      const policy = make();
      const kept = gradientsOf(policy, [sequences], false);
      const { numTensors } = tf.memory();
      const again = gradientsOf(policy, [sequences], true);
      expect(tf.memory().numTensors).toBe(numTensors);
      expect(again).toEqual(kept);
      expect(kept.arrays.size).toBe(policy.trained.size);
      for (const [name, values] of kept.arrays)
        expect(
          values.some((value) => value !== 0),
          name,
        ).toBe(true);
    });

    test.each([
      ["of a model", full],
      ["of an adapter", adapted],
    ])("%s in parts are those of the whole", (_, make) => {
      const policy = make();
      const expected = gradientsOf(policy, [sequences], false);
      const actual = gradientsOf(policy, [sequences.slice(0, 3), sequences.slice(3, 4), sequences.slice(4)], true);
      expect(actual.loss).toBeCloseTo(expected.loss, 3);
      for (const [name, values] of expected.arrays) {
        const scale = Math.max(...values.map(Math.abs));
        actual.arrays.get(name)!.forEach((value, at) => {
          expect(Math.abs(value - values[at]!), `${name} ${at}`).toBeLessThan(2e-5 * scale);
        });
      }
    });

    test("are those of tfjs' own tape", () => {
      const policy = full();
      const { arrays } = gradientsOf(policy, [sequences], false);
      const packed = packSequences(sequences);
      const { grads } = tf.variableGrads(() => lossOf(policy, packed), [...policy.weights.values()]);
      for (const [name, variable] of policy.weights) {
        const expected = grads[variable.name]!.dataSync();
        const scale = Math.max(...expected.map(Math.abs));
        arrays.get(name)!.forEach((value, at) => {
          expect(Math.abs(value - expected[at]!), `${name} ${at}`).toBeLessThan(2e-5 * scale);
        });
      }
    });

    test("a loss that throws leaves no tensors, and the next one is right", () => {
      const policy = full();
      const expected = gradientsOf(policy, [sequences], true);
      const { numTensors } = tf.memory();
      for (const recompute of [false, true])
        expect(() =>
          summedGradients(policy.trained, recompute, (add) => {
            addPart(add, sequences, (packed) => lossOf(policy, packed));
            return addPart(add, sequences, (packed) => {
              lossOf(policy, packed);
              throw new Error("no");
            });
          }),
        ).toThrow("no");
      expect(tf.memory().numTensors).toBe(numTensors);
      expect(gradientsOf(policy, [sequences], true)).toEqual(expected);
    });

    test("a parameter that a loss does not depend on is named", () => {
      const alone = new Map([["lost", tf.tidy(() => tf.variable(tf.tensor1d([1])))]]);
      expect(() => lossAndGradients(alone, () => tf.scalar(2))).toThrow("The loss does not depend on lost.");
    });
  });
});
