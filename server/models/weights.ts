/** A model's parameters under Hugging Face's names. */
import * as tf from "@tensorflow/tfjs-core";
import { copiedNumbers } from "../engine/copied-numbers";
import { placedVariable } from "../engine/placed-variable";
import { randomNormal, randomStream } from "../shared/random";
import type { ModelConfig } from "./config";
import type { WrittenTensor } from "./safetensors";
import { UserError } from "../shared/user-error";

export type Weights = ReadonlyMap<string, tf.Variable>;

export interface WeightShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The last names of a layer's norms by where they stand; null: there is none. */
export const layerNorms = {
  before: {
    beforeAttention: "input_layernorm",
    behindAttention: null,
    beforeFeed: "post_attention_layernorm",
    behindFeed: null,
  },
  behind: {
    beforeAttention: null,
    behindAttention: "post_attention_layernorm",
    beforeFeed: null,
    behindFeed: "post_feedforward_layernorm",
  },
  both: {
    beforeAttention: "input_layernorm",
    behindAttention: "post_attention_layernorm",
    beforeFeed: "pre_feedforward_layernorm",
    behindFeed: "post_feedforward_layernorm",
  },
} as const;

/** The gain of a norm as it is computed with, times a factor, of what the file holds. */
export function gainOf({ gains_from_one }: ModelConfig, held: tf.Tensor1D, factor = 1): tf.Tensor1D {
  const gain = gains_from_one ? tf.add<tf.Tensor1D>(held, 1) : held;
  return factor === 1 ? gain : tf.mul<tf.Tensor1D>(gain, factor);
}

/** Every parameter of the architecture. Linear weights are `[out, in]`, their biases `[out]`. */
export function weightShapes(config: ModelConfig): WeightShape[] {
  const { hidden_size: width, intermediate_size, vocab_size, head_dim } = config;
  const queries = config.num_attention_heads * head_dim;
  const keys = config.num_key_value_heads * head_dim;
  const linear = (name: string, out: number, into: number, bias: boolean): WeightShape[] => [
    { name: `${name}.weight`, shape: [out, into] },
    ...(bias ? [{ name: `${name}.bias`, shape: [out] }] : []),
  ];
  const norms = layerNorms[config.norms];
  const norm = (at: string, name: string | null): WeightShape[] =>
    name === null ? [] : [{ name: `${at}.${name}.weight`, shape: [width] }];
  const wide = (all: number): number => (config.qk_norm === "all" ? all : head_dim);
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => {
    const at = `model.layers.${layer}`;
    return [
      ...norm(at, norms.beforeAttention),
      ...linear(`${at}.self_attn.q_proj`, queries, width, config.qkv_bias),
      ...linear(`${at}.self_attn.k_proj`, keys, width, config.qkv_bias),
      ...linear(`${at}.self_attn.v_proj`, keys, width, config.qkv_bias),
      ...linear(`${at}.self_attn.o_proj`, width, queries, config.output_bias),
      ...(config.qk_norm
        ? [
            { name: `${at}.self_attn.q_norm.weight`, shape: [wide(queries)] },
            { name: `${at}.self_attn.k_norm.weight`, shape: [wide(keys)] },
          ]
        : []),
      ...norm(at, norms.behindAttention),
      ...norm(at, norms.beforeFeed),
      ...linear(`${at}.mlp.gate_proj`, intermediate_size, width, config.mlp_bias),
      ...linear(`${at}.mlp.up_proj`, intermediate_size, width, config.mlp_bias),
      ...linear(`${at}.mlp.down_proj`, width, intermediate_size, config.mlp_bias),
      ...norm(at, norms.behindFeed),
    ];
  });
  return [
    { name: "model.embed_tokens.weight", shape: [vocab_size, width] },
    ...layers.flat(),
    { name: "model.norm.weight", shape: [width] },
    ...(config.tie_word_embeddings ? [] : [{ name: "lm_head.weight", shape: [vocab_size, width] }]),
  ];
}

/** Standard deviation of new embeddings: recipe P's 0.02 with its factor of width^¼ folded in, so that checkpoints need no factor. */
const embeddingStd = 0.06;

/**
 * Parameters of a new model: N(0, 1/fan_in), the two projections into the residual stream divided by √(2 · layers) (GPT-2), norms 1, biases 0.
 * The same seed gives the same numbers.
 */
export function newWeights(config: ModelConfig, seed: number): Map<string, Float32Array> {
  return new Map(
    weightShapes(config).map(({ name, shape }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      if (shape.length === 1)
        return [name, new Float32Array(size).fill(name.endsWith(".bias") || config.gains_from_one ? 0 : 1)];
      const residual = /(o_proj|down_proj)\.weight$/.test(name) ? 1 / Math.sqrt(2 * config.num_hidden_layers) : 1;
      const std = name === "model.embed_tokens.weight" ? embeddingStd : residual / Math.sqrt(shape[1]!);
      const random = randomStream(seed, "weights", name);
      return [name, Float32Array.from({ length: size }, () => std * randomNormal(random))];
    }),
  );
}

/** Makes variables of arrays. Throws when a parameter is missing or has the wrong size. */
export function toVariables(
  config: ModelConfig,
  arrays: ReadonlyMap<string, Float32Array>,
  trainable: boolean,
): Weights {
  return new Map(
    weightShapes(config).map(({ name, shape }) => {
      const values = arrays.get(name);
      if (!values) throw new UserError(`The checkpoint has no tensor ${name}.`);
      const size = shape.reduce((product, length) => product * length, 1);
      if (values.length !== size) {
        throw new UserError(
          `The tensor ${name} has ${values.length} numbers; its shape [${shape.join(", ")}] needs ${size}.`,
        );
      }
      return [name, placedVariable(values.slice(), shape, trainable)];
    }),
  );
}

/** What a file is made of that holds them under these names, in this order: numbers are read when it is written. */
export const toWritten = (weights: Weights, shapes: readonly WeightShape[], prefix = ""): [string, WrittenTensor][] =>
  shapes.map(({ name, shape }) => [prefix + name, { shape, read: () => copiedNumbers(weights.get(name)!) }]);

/** The numbers of all parameters, copied. */
export function toArrays(weights: ReadonlyMap<string, tf.Tensor>): Map<string, Float32Array> {
  return new Map([...weights].map(([name, variable]) => [name, copiedNumbers(variable)]));
}

/** Puts numbers into variables that exist. Throws when an array is missing or has another size. */
export function restoreWeights(weights: Weights, arrays: ReadonlyMap<string, Float32Array>): void {
  for (const [name, variable] of weights) {
    const values = arrays.get(name);
    if (values?.length !== variable.size) throw new Error(`The checkpoint has no numbers for ${name}.`);
    tf.tidy(() => variable.assign(tf.tensor(values.slice(), variable.shape)));
  }
}

/** target ← α · source + (1 − α) · target (TR-DPO, arXiv 2404.09656, eq. 2); 1 copies. */
export function mixWeights(target: Weights, source: Weights, alpha: number): void {
  for (const [name, variable] of target) {
    const other = source.get(name);
    if (!other) throw new Error(`There is no parameter ${name} to mix in.`);
    tf.tidy(() => variable.assign(tf.add(tf.mul(other, alpha), tf.mul(variable, 1 - alpha))));
  }
}

/** How many they are. */
export const numbersOf = (weights: Weights): number => [...weights.values()].reduce((sum, { size }) => sum + size, 0);

export function disposeWeights(weights: Weights): void {
  for (const variable of weights.values()) variable.dispose();
}
