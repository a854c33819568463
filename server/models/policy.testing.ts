/** For tests. */
import * as tf from "@tensorflow/tfjs-core";
import { randomNormal, randomStream } from "../shared/random";
import { newAdapter, type Adapter } from "./lora";
import { createPolicy } from "./policy";
import type { Policy } from "./policy";
import { newWeights } from "./weights";

/** Sizes of a model that is only to be there. */
export const tinyModel = {
  num_hidden_layers: 1,
  hidden_size: 8,
  num_attention_heads: 2,
  intermediate_size: 8,
  qk_norm: false,
  max_position_embeddings: 20,
  rope_theta: 10_000,
};

/** A new model of the same sizes with biases everywhere, none of them 0. */
export function withBiases({ config, tokenizer }: Policy, seed: number): Policy {
  const biased = { ...config, qkv_bias: true, output_bias: true, mlp_bias: true };
  const arrays = newWeights(biased, seed);
  for (const [name, values] of arrays) {
    if (!name.endsWith(".bias")) continue;
    const random = randomStream(seed, "bias", name);
    values.forEach((_, index) => (values[index] = 0.3 * randomNormal(random)));
  }
  return createPolicy(biased, arrays, tokenizer);
}

/** A new adapter of which B is not 0 either: one that adds nothing shows nothing. */
export function adapterWithNumbers(...[config, settings, seed]: Parameters<typeof newAdapter>): Adapter {
  const adapter = newAdapter(config, settings, seed);
  const random = randomStream("b");
  for (const [name, variable] of adapter.weights) {
    if (!name.endsWith("lora_B.weight")) continue;
    const numbers = Float32Array.from({ length: variable.size }, () => random() - 0.5);
    tf.tidy(() => variable.assign(tf.tensor(numbers, variable.shape)));
  }
  return adapter;
}
