import type * as tf from "@tensorflow/tfjs-core";
import type { Decoder, DecoderLayer } from "../engine/fused-operations";
import { headShape, outputTable } from "./transformer";
import type { Transformer } from "./transformer";

/** The model's parameters by their part in the decoding operation. `weights`: with an adapter added, where the model has one. */
export function decoderOf(model: Transformer, weights: ReadonlyMap<string, tf.Tensor> = model.weights): Decoder {
  const { config, rotary } = model;
  const optional = (name: string): tf.Tensor1D | null => (weights.get(name) as tf.Tensor1D | undefined) ?? null;
  const required = (name: string): tf.Tensor => {
    const weight = weights.get(name);
    if (!weight) throw new Error(`The model has no parameter ${name}.`);
    return weight;
  };
  const vector = (name: string): tf.Tensor1D => required(name) as tf.Tensor1D;
  const matrix = (name: string): tf.Tensor2D => required(name) as tf.Tensor2D;
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index): DecoderLayer => {
    const at = `model.layers.${index}`;
    return {
      inputNorm: vector(`${at}.input_layernorm.weight`),
      query: matrix(`${at}.self_attn.q_proj.weight`),
      key: matrix(`${at}.self_attn.k_proj.weight`),
      value: matrix(`${at}.self_attn.v_proj.weight`),
      queryBias: optional(`${at}.self_attn.q_proj.bias`),
      keyBias: optional(`${at}.self_attn.k_proj.bias`),
      valueBias: optional(`${at}.self_attn.v_proj.bias`),
      queryNorm: optional(`${at}.self_attn.q_norm.weight`),
      keyNorm: optional(`${at}.self_attn.k_norm.weight`),
      output: matrix(`${at}.self_attn.o_proj.weight`),
      outputBias: optional(`${at}.self_attn.o_proj.bias`),
      feedNorm: vector(`${at}.post_attention_layernorm.weight`),
      gate: matrix(`${at}.mlp.gate_proj.weight`),
      up: matrix(`${at}.mlp.up_proj.weight`),
      down: matrix(`${at}.mlp.down_proj.weight`),
      gateBias: optional(`${at}.mlp.gate_proj.bias`),
      upBias: optional(`${at}.mlp.up_proj.bias`),
      downBias: optional(`${at}.mlp.down_proj.bias`),
    };
  });
  return {
    layers,
    shape: headShape(config),
    embedding: matrix("model.embed_tokens.weight"),
    finalNorm: vector("model.norm.weight"),
    outputTable: outputTable(model),
    rotary,
    epsilon: config.rms_norm_eps,
  };
}
