/** Samples of one prompt share its rows: the numbers are those of sequences that stand alone. */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { lossAndGradients } from "../engine/optimizer";
import { nextNoise, beginNoise, withNoise } from "./adapter-dropout";
import { completionLogProbs, disposePacked, packSequences, type PackedSequences } from "./packing";
import { disposePolicy, newPolicy, withAdapter, type Policy } from "./policy";
import { adapterWithNumbers } from "./policy.testing";

const model = {
  num_hidden_layers: 2,
  hidden_size: 16,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 24,
  qk_norm: true,
  max_position_embeddings: 80,
  rope_theta: 10_000,
};
const symbols = Array.from("abc0123456789+-=;");

function sequencesOf({ tokenizer }: Policy) {
  const prompt = tokenizer.encode("a1b+2c+3a4b+5c+6a7b+8c+9a1b-2c-3a4b-5c-6=");
  const other = tokenizer.encode("a1b+2=");
  return [
    ...["1;2;3", "7", "1;2;44;5"].map((text) => ({ prompt, completion: tokenizer.encode(text) })),
    ...["3;", "3"].map((text) => ({ prompt: other, completion: tokenizer.encode(text) })),
    { prompt: [...prompt], completion: tokenizer.encode("12") },
  ];
}

/** `[completion tokens]` log-probabilities and entropies, and the gradient of a sum in which each counts for something else. */
function numbers(policy: Policy, packed: PackedSequences): Readonly<Record<string, Float32Array>> {
  let found: Float32Array[] = [];
  beginNoise(3, "stage", 1);
  const noise = nextNoise();
  const { gradients } = lossAndGradients(policy.trained, () =>
    withNoise(noise, () => {
      const { logprobs, entropies } = completionLogProbs(policy, packed, 0.7);
      found = [logprobs, entropies].map((tensor) => Float32Array.from(tensor.dataSync()));
      const slopes = tf.tensor1d(Float32Array.from(logprobs.dataSync(), (_, token) => Math.sin(token + 1)));
      return tf.sum(tf.add(tf.mul(logprobs, slopes), tf.mul(entropies, 0.1)));
    }),
  );
  const all = Object.fromEntries(
    [...gradients].map(([name, gradient]) => [name, Float32Array.from(gradient.dataSync())]),
  );
  tf.dispose([...gradients.values()]);
  disposePacked(packed);
  return { ...all, logprobs: found[0]!, entropies: found[1]! };
}

describe.each(["cpu", "simd"] as const)("on %s", (engine) => {
  testEngine(engine);

  test.each([
    ["all weights", false],
    ["an adapter with dropout", true],
  ])("%s: log-probabilities, entropies and gradients are the same", (_, adapted) => {
    const plain = newPolicy(model, symbols, 2);
    const settings = {
      rank: 3,
      alpha: 6,
      use_rslora: false,
      dropout: 0.3,
      target_modules: ["q_proj", "v_proj", "down_proj"],
    };
    const adapter = adapterWithNumbers(plain.config, settings, 5);
    const policy = adapted ? withAdapter(plain, adapter) : plain;
    const sequences = sequencesOf(policy);
    const shared = packSequences(sequences);
    const alone = packSequences(
      sequences,
      sequences.map(() => false),
    );
    expect(alone.shared).toBeNull();
    expect(shared.tokens.size).toBeLessThan(0.8 * alone.tokens.size);
    const [ours, expected] = [numbers(policy, shared), numbers(policy, alone)];
    expect(Object.keys(ours).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, values] of Object.entries(expected)) {
      const most = values.reduce((least, value) => Math.max(least, Math.abs(value)), 1e-3);
      values.forEach((value, index) =>
        expect(Math.abs(ours[name]![index]! - value) / most, `${name} ${index}`).toBeLessThan(2e-5),
      );
    }
    disposePolicy(policy);
  });
});
