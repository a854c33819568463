import * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import type { DecodeRequest, Decoder, Decoding, DecoderLayer, LowRank, ReadPrompts } from "../engine/fused-operations";
import { kindOf } from "./layer-kinds";
import { adapterOf } from "./lora";
import { headShape, outputTable, rotaryOf } from "./transformer";
import type { Transformer } from "./transformer";
import { gainOf, layerNorms } from "./weights";

/**
 * Completions by the decoding operation, by the model's weights; null: the engine has no kernel for the model. The caller disposes
 * it.
 */
export function decode(model: Transformer, prompts: ReadPrompts, request: DecodeRequest): Decoding | null {
  const made: tf.Tensor[] = [];
  try {
    const decoding = fused().decode(decoderOf(model, made), prompts, request);
    if (decoding === null) return null;
    const kept = made.splice(0);
    return {
      ...decoding,
      dispose() {
        decoding.dispose();
        tf.dispose(kept);
      },
    };
  } finally {
    tf.dispose(made);
  }
}

/**
 * The model's parameters by their part in the decoding operation. `made`: is given what is not a
 * parameter but made of one, for the caller to dispose.
 */
export function decoderOf(model: Transformer, made: tf.Tensor[] = []): Decoder {
  const { config, weights } = model;
  const adapters = new Map<tf.Tensor, LowRank>();
  for (const [name, weight] of weights) {
    const low = adapterOf(model.adapter, name.replace(/\.weight$/, ""));
    if (low) adapters.set(weight, low);
  }
  const norms = layerNorms[config.norms];
  const optional = (name: string): tf.Tensor1D | null => (weights.get(name) as tf.Tensor1D | undefined) ?? null;
  const required = (name: string): tf.Tensor => {
    const weight = weights.get(name);
    if (!weight) throw new Error(`The model has no parameter ${name}.`);
    return weight;
  };
  const gain = (name: string, factor = 1): tf.Tensor1D => {
    const held = required(name) as tf.Tensor1D;
    const own = tf.tidy(() => gainOf(config, held, factor));
    if (own !== held) made.push(tf.keep(own));
    return own;
  };
  const norm = (at: string, name: string | null): tf.Tensor1D | null =>
    name === null ? null : gain(`${at}.${name}.weight`);
  const matrix = (name: string): tf.Tensor2D => required(name) as tf.Tensor2D;
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index): DecoderLayer => {
    const at = `model.layers.${index}`;
    return {
      inputNorm: norm(at, norms.beforeAttention),
      query: matrix(`${at}.self_attn.q_proj.weight`),
      key: matrix(`${at}.self_attn.k_proj.weight`),
      value: matrix(`${at}.self_attn.v_proj.weight`),
      queryBias: optional(`${at}.self_attn.q_proj.bias`),
      keyBias: optional(`${at}.self_attn.k_proj.bias`),
      valueBias: optional(`${at}.self_attn.v_proj.bias`),
      queryNorm: config.qk_norm ? gain(`${at}.self_attn.q_norm.weight`, config.query_scale) : null,
      keyNorm: config.qk_norm ? gain(`${at}.self_attn.k_norm.weight`) : null,
      output: matrix(`${at}.self_attn.o_proj.weight`),
      outputBias: optional(`${at}.self_attn.o_proj.bias`),
      attentionNorm: norm(at, norms.behindAttention),
      feedNorm: norm(at, norms.beforeFeed),
      gate: matrix(`${at}.mlp.gate_proj.weight`),
      up: matrix(`${at}.mlp.up_proj.weight`),
      down: matrix(`${at}.mlp.down_proj.weight`),
      gateBias: optional(`${at}.mlp.gate_proj.bias`),
      upBias: optional(`${at}.mlp.up_proj.bias`),
      downBias: optional(`${at}.mlp.down_proj.bias`),
      outputNorm: norm(at, norms.behindFeed),
      rotary: rotaryOf(model, index),
      window: kindOf(config, index).window,
    };
  });
  return {
    layers,
    shape: headShape(config),
    embedding: matrix("model.embed_tokens.weight"),
    finalNorm: gain("model.norm.weight"),
    outputTable: outputTable(model),
    embeddingScale: config.embedding_scale,
    activation: config.activation,
    epsilon: config.rms_norm_eps,
    adapters,
  };
}
