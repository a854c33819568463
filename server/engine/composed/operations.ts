/** The fused operations in plain tfjs operations: the reference for every other implementation, and what runs where none works. */
import * as tf from "@tensorflow/tfjs-core";
import { checkedOperations } from "../checked-operations";
import type { FusedOperations } from "../fused-operations";
import { paddedAttention } from "./attention";
import { createArrayCache } from "./key-value-cache";

export const composedOperations: FusedOperations = checkedOperations({
  gatherRows: (table, indices) => tf.gather(table, indices),

  linear(x, weight, residual, bias) {
    const product: tf.Tensor2D = tf.matMul(x, weight, false, true);
    const moved = bias ? tf.add<tf.Tensor2D>(product, bias) : product;
    return residual ? tf.add<tf.Tensor2D>(moved, residual) : moved;
  },

  rmsNorm(x, gain, epsilon) {
    const parts = tf.reshape(x, [-1, gain.shape[0]]);
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(parts), 1, true), epsilon));
    return tf.reshape(tf.mul(tf.mul(parts, scale), gain), x.shape);
  },

  rotary(x, positions, tables, width) {
    const half = width / 2;
    const heads = x.shape[1] / width;
    const parts = tf.reshape(x, [x.shape[0], heads, 2, half]);
    const [low, high] = tf.unstack(parts, 2) as [tf.Tensor3D, tf.Tensor3D];
    const angle = (table: tf.Tensor2D): tf.Tensor => tf.expandDims(tf.gather(table, positions), 1);
    const cosines = angle(tables.cosines);
    const sines = angle(tables.sines);
    const turned = tf.stack(
      [tf.sub(tf.mul(low, cosines), tf.mul(high, sines)), tf.add(tf.mul(high, cosines), tf.mul(low, sines))],
      2,
    );
    return tf.reshape(turned, x.shape);
  },

  causalAttention: paddedAttention,

  swiglu: (gate, up) => tf.mul(tf.mul(gate, tf.sigmoid(gate)), up),

  geglu(gate, up) {
    const bent = tf.mul(tf.add(gate, tf.mul(tf.mul(tf.square(gate), gate), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(tf.mul(gate, 0.5), tf.add(tf.tanh(bent), 1)), up);
  },

  tokenLogProbs(hidden, table, targets, temperature) {
    const logits = tf.div(tf.matMul(hidden, table, false, true), temperature);
    const logProbs = tf.logSoftmax(logits);
    const chosen = tf.sum(tf.mul(logProbs, tf.oneHot(targets, table.shape[0])), 1);
    const entropy = tf.neg(tf.sum(tf.mul(tf.exp(logProbs), logProbs), 1));
    return tf.stack([chosen, entropy]) as tf.Tensor2D;
  },

  sumOfSquares: (tensors) =>
    tensors.reduce((total, tensor) => total + tf.tidy(() => tf.sum(tf.square(tensor)).dataSync()[0]!), 0),

  adamW(parameter, gradient, m, v, settings) {
    const { learning_rate, adam_beta1, adam_beta2, adam_epsilon, weight_decay, scale, step } = settings;
    tf.tidy(() => {
      const g = tf.mul(gradient, scale);
      m.assign(tf.add(tf.mul(m, adam_beta1), tf.mul(g, 1 - adam_beta1)));
      v.assign(tf.add(tf.mul(v, adam_beta2), tf.mul(tf.square(g), 1 - adam_beta2)));
      const first = tf.div(m, 1 - adam_beta1 ** step);
      const second = tf.div(v, 1 - adam_beta2 ** step);
      const update = tf.add(tf.div(first, tf.add(tf.sqrt(second), adam_epsilon)), tf.mul(parameter, weight_decay));
      parameter.assign(tf.sub(parameter, tf.mul(update, learning_rate)));
    });
  },

  decode: () => null,
  keepWeights: () => () => undefined,

  memoryLimit: null,
  place: () => undefined,

  createCache: createArrayCache,
});
