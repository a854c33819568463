/** A Llama-style decoder on fused operations. Rows are tokens of sequences that lie one after the other, without padding. */
import * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import type { HeadShape, RotaryTables, Sequences } from "../engine/fused-operations";
import { recomputed } from "../engine/gradient-sums";
import { anchored } from "../engine/with-gradient";
import type { ModelConfig } from "./config";
import { adapterDropout } from "./adapter-dropout";
import { kindOf } from "./layer-kinds";
import { adapterOf, type Adapter } from "./lora";
import { gainOf, layerNorms, type Weights } from "./weights";

export interface Transformer {
  readonly config: ModelConfig;
  readonly weights: Weights;
  /** The angles of positions by the kinds of layers that there are. */
  readonly rotary: Readonly<Record<"global" | "local", RotaryTables | null>>;
  /** Null: there is none, and the weights themselves are trained. */
  readonly adapter: Adapter | null;
}

export function headShape(config: ModelConfig): HeadShape {
  return { heads: config.num_attention_heads, keyHeads: config.num_key_value_heads, width: config.head_dim };
}

/** How queries meet keys: within the rows at hand, or through a cache. */
export type Attend = (layer: number, q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D) => tf.Tensor2D;

/** Rows that several sequences have in common, as int32 tensors. */
export interface SharedRows {
  /** `[rows of all sequences]` the rows that the sequences consist of. */
  readonly seen: tf.Tensor1D;
  /** `[rows]` where each stands first among them. */
  readonly first: tf.Tensor1D;
}

/** Attention within the rows at hand: for training and scoring. `sequences` are of the rows that `shared` names, where there is one. */
export function attendWithin(config: ModelConfig, sequences: Sequences, shared: SharedRows | null = null): Attend {
  const shape = headShape(config);
  const attend: Attend = (layer, q, k, v) =>
    fused().causalAttention(q, k, v, windowed(config, layer, sequences), shape);
  if (!shared) return attend;
  const { gatherRows } = fused();
  return (layer, q, k, v) => {
    const [queries, keys, values] = [q, k, v].map((x) => gatherRows(x, shared.seen)) as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    return gatherRows(attend(layer, queries, keys, values), shared.first);
  };
}

/** The sequences as a layer sees them. */
export const windowed = (config: ModelConfig, layer: number, sequences: Sequences): Sequences => {
  const { window } = kindOf(config, layer);
  return window === null ? sequences : { ...sequences, window };
};

/** The angles that a layer turns positions by; null: it does not. */
export function rotaryOf(
  { config, rotary }: Pick<Transformer, "config" | "rotary">,
  layer: number,
): RotaryTables | null {
  const { rope } = kindOf(config, layer);
  return rope && rotary[rope];
}

/**
 * What `attend` wants to keep of its inputs it has to `tf.keep`.
 *
 * Hidden states after the last norm, `[rows, hidden_size]`, of int32 `tokens` `[rows]` at int32 `positions` `[rows]`.
 */
export function forward(model: Transformer, tokens: tf.Tensor1D, positions: tf.Tensor1D, attend: Attend): tf.Tensor2D {
  const { config } = model;
  const { linear, rmsNorm, swiglu, geglu, rotary: rotate } = fused();
  const gated = config.activation === "silu" ? swiglu : geglu;
  const norms = layerNorms[config.norms];
  const drop = adapterDropout(model.adapter, tokens, positions);
  const matrix = (name: string): tf.Tensor2D => weight(model, name) as tf.Tensor2D;
  const project = (x: tf.Tensor2D, name: string, residual: tf.Tensor2D | null = null): tf.Tensor2D => {
    const bias = (model.weights.get(`${name}.bias`) as tf.Tensor1D | undefined) ?? null;
    const y = linear(x, matrix(`${name}.weight`), residual, bias);
    const low = adapterOf(model.adapter, name);
    return low ? linear(tf.mul(linear(drop(x, name), low.down), low.scale), low.up, y) : y;
  };
  const norm = (x: tf.Tensor2D, name: string, factor = 1): tf.Tensor2D =>
    rmsNorm(x, gainOf(config, weight(model, name) as tf.Tensor1D, factor), config.rms_norm_eps);
  const normedBy = (x: tf.Tensor2D, at: string, name: string | null): tf.Tensor2D =>
    name === null ? x : norm(x, `${at}.${name}.weight`);
  /** What a projection adds to the residual stream, through a norm where there is one. */
  const added = (
    x: tf.Tensor2D,
    name: string,
    residual: tf.Tensor2D,
    at: string,
    behind: string | null,
  ): tf.Tensor2D =>
    behind === null ? project(x, name, residual) : tf.add(residual, normedBy(project(x, name), at, behind));

  const oneLayer = (x: tf.Tensor2D, layer: number): tf.Tensor2D => {
    const at = `model.layers.${layer}`;
    const angles = rotaryOf(model, layer);
    const attentionInput = normedBy(x, at, norms.beforeAttention);
    const turned = (part: "q" | "k"): tf.Tensor2D => {
      const projected = project(attentionInput, `${at}.self_attn.${part}_proj`);
      const factor = part === "q" ? config.query_scale : 1;
      const normed = config.qk_norm ? norm(projected, `${at}.self_attn.${part}_norm.weight`, factor) : projected;
      return angles ? rotate(normed, positions, angles, config.head_dim) : normed;
    };
    const values = project(attentionInput, `${at}.self_attn.v_proj`);
    const mixed = attend(layer, turned("q"), turned("k"), values);
    const between = added(mixed, `${at}.self_attn.o_proj`, x, at, norms.behindAttention);

    const feedInput = normedBy(between, at, norms.beforeFeed);
    const gate = project(feedInput, `${at}.mlp.gate_proj`);
    const up = project(feedInput, `${at}.mlp.up_proj`);
    return added(gated(gate, up), `${at}.mlp.down_proj`, between, at, norms.behindFeed);
  };
  let x = embedded(model, tokens);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const before = x;
    // What a layer makes on its way goes before the next one's, but for what its backward pass asked to keep.
    x = tf.tidy(() => recomputed(before, (input) => oneLayer(input, layer)));
    before.dispose();
  }
  return norm(x, "model.norm.weight");
}

/** Embeddings of tokens, as the first layer reads them. */
function embedded(model: Transformer, tokens: tf.Tensor1D): tf.Tensor2D {
  const { embedding_scale: scale } = model.config;
  const rows = anchored(fused().gatherRows(weight(model, "model.embed_tokens.weight") as tf.Tensor2D, tokens));
  return scale === 1 ? rows : tf.mul(rows, scale);
}

/** The output layer's table `[vocab_size, hidden_size]`: the embedding itself when tied. */
export function outputTable(model: Transformer): tf.Tensor2D {
  const name = model.config.tie_word_embeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  return weight(model, name) as tf.Tensor2D;
}

function weight(model: Transformer, name: string): tf.Tensor {
  const variable = model.weights.get(name);
  if (!variable) throw new Error(`The model has no parameter ${name}.`);
  return variable;
}
