/** Dropout of adapters, by its definition (Srivastava et al. 2014; torch's and peft's `lora_dropout`). */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { beginNoise, dropped, withNoise } from "../models/adapter-dropout";
import { linearModules } from "../models/lora";
import { completionLogProbs, disposePacked, packSequences, type TokenSequence } from "../models/packing";
import { createPolicy, newPolicy, withAdapter, type Policy } from "../models/policy";
import { adapterWithNumbers } from "../models/policy.testing";
import { toArrays } from "../models/weights";
import { logprobsUnder } from "./log-probs";
import { gradientsOf, whole, within } from "./micro-batches";

const sequences: TokenSequence[] = [
  { prompt: [3, 4, 5], completion: [6, 7, 8, 9] },
  { prompt: [3, 4, 5], completion: [9, 8] },
  { prompt: [7], completion: [4, 4, 4, 4, 4] },
  { prompt: [8, 3], completion: [5, 6, 7] },
];

describe.each(["cpu", "simd"] as const)("on %s", (engine) => {
  testEngine(engine);
  let policies: Map<number, Policy>;
  const of = (rate: number): Policy => policies.get(rate)!;

  beforeAll(() => {
    tf.enableProdMode();
  });
  beforeEach(() => {
    const spec = {
      num_hidden_layers: 2,
      hidden_size: 16,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      intermediate_size: 24,
      qk_norm: false,
      max_position_embeddings: 32,
      rope_theta: 10_000,
    };
    const plain = newPolicy(spec, Array.from("abcdefgh"), 3);
    const frozen = createPolicy(plain.config, toArrays(plain.weights), plain.tokenizer, false, true);
    policies = new Map(
      [0, 0.3].map((dropout) => {
        const settings = { rank: 4, alpha: 8, use_rslora: false, target_modules: linearModules, dropout };
        const adapter = adapterWithNumbers(plain.config, settings, 1);
        return [dropout, withAdapter(frozen, adapter)];
      }),
    );
  });

  interface Found {
    readonly loss: number;
    readonly gradients: Map<string, Float32Array>;
  }
  /** Of −Σ log π, by parts. */
  function train(policy: Policy, parts: readonly (readonly TokenSequence[])[], recompute = false): Found {
    const { loss, gradients } = gradientsOf(
      policy.trained,
      parts,
      packSequences,
      (packed) => tf.neg(tf.sum(completionLogProbs(policy, packed, 1).logprobs)),
      { recompute },
    );
    const numbers = new Map([...gradients].map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]));
    tf.dispose([...gradients.values()]);
    return { loss, gradients: numbers };
  }
  const all = whole(sequences, () => 1);
  const alone = within(sequences, () => 1, 1);
  const at = (step: number, work: () => Found): Found => {
    beginNoise(1, "stage", step);
    return work();
  };
  const first = (policy: Policy): Found => at(1, () => train(policy, all));

  test("the same numbers in a resume and where layers are computed again, bit for bit; in any parts, within rounding", () => {
    const found = first(of(0.3));
    expect(first(of(0.3))).toEqual(found);
    expect(at(1, () => train(of(0.3), all, true))).toEqual(found);
    for (const recompute of [false, true]) {
      const parts = at(1, () => train(of(0.3), alone, recompute));
      expect(parts.loss).toBeCloseTo(found.loss, 3);
      for (const [name, numbers] of parts.gradients)
        numbers.forEach((value, index) => expect(value).toBeCloseTo(found.gradients.get(name)![index]!, 3));
    }
  });

  test("others in the next update, the next step and another stage; none where the share is 0", () => {
    const found = first(of(0.3)).loss;
    beginNoise(1, "stage", 1);
    train(of(0.3), all);
    expect(train(of(0.3), all).loss).not.toBe(found);
    expect(at(2, () => train(of(0.3), all)).loss).not.toBe(found);
    beginNoise(1, "other", 1);
    expect(train(of(0.3), all).loss).not.toBe(found);
    const without = first(of(0)).loss;
    expect(at(2, () => train(of(0), all)).loss).toBe(without);
    expect(without).not.toBe(found);
  });

  test("what is not a training pass drops nothing, in the midst of a step too", () => {
    first(of(0.3));
    const expected = logprobsUnder(of(0), sequences, 1);
    expect(logprobsUnder(of(0.3), sequences, 1)).toEqual(expected);
    expect(withNoise(7, () => logprobsUnder(of(0.3), sequences, 1))).not.toEqual(expected);
    expect(logprobsUnder(of(0.3), sequences, 1)).toEqual(expected);
    expect(() => withNoise(null, () => logprobsUnder(of(0.3), sequences, 1))).toThrow(/outside of a step/);
  });

  test("gradients are those of the loss with the same numbers left out: finite differences", () => {
    const policy = of(0.3);
    const { gradients } = first(policy);
    for (const name of [
      "model.layers.0.self_attn.q_proj.lora_A.weight",
      "model.layers.1.mlp.down_proj.lora_B.weight",
    ]) {
      const variable = policy.trained.get(name)!;
      const before = Float32Array.from(variable.dataSync());
      const lossWith = (index: number, change: number): number => {
        const moved = before.slice();
        moved[index]! += change;
        variable.assign(tf.tensor(moved, variable.shape));
        return first(policy).loss;
      };
      for (const index of [0, 5, 11]) {
        const slope = (lossWith(index, 1e-2) - lossWith(index, -1e-2)) / 2e-2;
        expect(Math.abs(slope - gradients.get(name)![index]!)).toBeLessThan(0.02 + 0.02 * Math.abs(slope));
      }
      variable.assign(tf.tensor(before, variable.shape));
    }
  });

  test("a share of p is 0, the rest 1 / (1 − p) times as large; rows, layers and noises have nothing to do with each other", () => {
    const [rows, width, rate] = [400, 96, 0.3];
    const x = tf.ones<tf.Rank.R2>([rows, width]);
    const keys = Uint32Array.from({ length: rows }, (_, row) => 1000 + row);
    const masks = [1, 2].map((salt) => dropped(x, keys, salt, rate).dataSync<"float32">());
    const [mask, other] = masks as [Float32Array, Float32Array];
    const kept = Math.fround(1 / (1 - rate));
    expect(new Set(mask)).toEqual(new Set([0, kept]));
    const mean = (numbers: ArrayLike<number>): number =>
      Array.from(numbers).reduce((sum, value) => sum + value, 0) / numbers.length;
    // Of n draws the mean strays by √(p / (1 − p) / n); five times that happens by chance once in two million.
    const strays = (n: number): number => 5 * Math.sqrt(rate / (1 - rate) / n);
    expect(Math.abs(mean(mask) - 1)).toBeLessThan(strays(mask.length));
    for (let row = 0; row < rows; row++)
      expect(Math.abs(mean(mask.subarray(row * width, (row + 1) * width)) - 1)).toBeLessThan(strays(width));
    const correlation = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      mean(Array.from(a, (value, index) => (value - 1) * (b[index]! - 1))) / (rate / (1 - rate));
    const far = 5 / Math.sqrt(mask.length);
    expect(correlation(mask, mask)).toBeCloseTo(1, 1);
    expect(Math.abs(correlation(mask, other))).toBeLessThan(far);
    for (const shift of [1, 2, width - 1, width, width + 1])
      expect(Math.abs(correlation(mask.subarray(shift), mask))).toBeLessThan(far * 1.2);
  });

  test("over many updates the log-probabilities stray about those without dropout, as far as p says", () => {
    const packed = packSequences(sequences.slice(0, 1));
    const draws = Array.from({ length: 400 }, (_, noise) =>
      withNoise(noise + 1, () =>
        tf.tidy(() => completionLogProbs(of(0.3), packed, 1).logprobs.dataSync<"float32">()[0]!),
      ),
    );
    disposePacked(packed);
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const spread = Math.sqrt(draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length);
    expect(spread).toBeGreaterThan(0.01);
    // The log-probability is no linear function of what is dropped, so that its mean is near, not equal.
    expect(Math.abs(mean - logprobsUnder(of(0), sequences.slice(0, 1), 1)[0]!)).toBeLessThan(spread);
  });
});
