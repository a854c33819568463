/**
 * The fused operations on TensorFlow. A call of TensorFlow costs some ten microseconds whatever it computes, so each operation is a custom gradient
 * around few of them, and what the backward pass needs again is kept.
 */
import * as tf from "@tensorflow/tfjs-core";
import { checkedOperations } from "../checked-operations";
import { createArrayCache } from "../composed/key-value-cache";
import { addGradient, anchorOf, isLearnt, sumOf, type GradientSum } from "../gradient-sums";
import { withGradient } from "../with-gradient";
import type { FusedOperations, RotaryTables } from "../fused-operations";
import { attentionOperation } from "./attention";
import type { DecodeOperations } from "./decode";
import * as g from "./graph";
import type { Graph } from "./graph";
import { tokenLogProbsOperation } from "./token-log-probs";

/** @param decoding how completions are decoded. */
export function tensorflowOperations(graph: Graph, decoding: DecodeOperations): FusedOperations {
  return checkedOperations({
    gatherRows(table, indices) {
      const gather = (): tf.Tensor2D => g.gather(graph, table, indices) as tf.Tensor2D;
      const [sum, anchor] = [sumOf(table), anchorOf()];
      if (!sum && !isLearnt(table)) return gather();
      return withGradient<tf.Tensor2D>([sum ? anchor! : table], gather, (dy) => {
        const gradient = g.segmentSum(graph, dy, indices, table.shape[0]);
        if (!sum) return [gradient];
        addGradient(sum, gradient);
        return [tf.scalar(0)];
      });
    },

    linear: (x, weight, residual = null, bias = null) => {
      const [weightSum, biasSum] = [sumOf(weight), bias && sumOf(bias)];
      const learnt = weightSum !== null || isLearnt(weight);
      /** Whose gradients are returned, and not added to a sum. */
      const returns = { weight: learnt && !weightSum, bias: bias !== null && !biasSum && isLearnt(bias) };
      return withGradient<tf.Tensor2D>(
        [x, ...(returns.weight ? [weight] : []), ...(residual ? [residual] : []), ...(returns.bias ? [bias!] : [])],
        (save) => {
          save(learnt ? [weight, x] : [weight]);
          const y = g.product(graph, x, weight, { transpose_b: true });
          const moved = bias ? g.add(graph, y, bias) : y;
          return (residual ? g.add(graph, moved, residual) : moved) as tf.Tensor2D;
        },
        (dy, [matrix, input]) => {
          const gradients = [g.product(graph, dy, matrix!)];
          const into = (sum: GradientSum | null, gradient: tf.Tensor): void => {
            if (sum) addGradient(sum, gradient);
            else gradients.push(gradient);
          };
          if (input) into(weightSum, g.product(graph, dy, input, { transpose_a: true }));
          if (residual) gradients.push(dy.clone());
          if (biasSum || returns.bias) into(biasSum, g.sum(graph, dy, [0], false));
          return gradients;
        },
      );
    },

    rmsNorm(x, gain, epsilon) {
      const width = gain.shape[0];
      const parts = [x.size / width, width];
      const sum = sumOf(gain);
      return withGradient<tf.Tensor2D>(
        sum ? [x] : [x, gain],
        (save) => {
          const rows = g.reshape(graph, x, parts);
          const inverse = g.inverseSquareRoot(
            graph,
            g.add(graph, g.mean(graph, g.square(graph, rows), [1], true), g.scalar(epsilon)),
          );
          const normed = g.multiply(graph, rows, inverse);
          save([normed, inverse, gain]);
          return g.reshape(graph, g.multiply(graph, normed, gain), x.shape) as tf.Tensor2D;
        },
        (dy, [normed, inverse, scale]) => {
          const slopes = g.reshape(graph, dy, parts);
          const dGain = g.sum(graph, g.multiply(graph, slopes, normed!), [0], false);
          const direct = g.multiply(graph, slopes, scale!);
          const pull = g.mean(graph, g.multiply(graph, direct, normed!), [1], true);
          const dRows = g.multiply(graph, g.subtract(graph, direct, g.multiply(graph, normed!, pull)), inverse!);
          const slope = g.reshape(graph, dRows, x.shape);
          if (!sum) return [slope, dGain];
          addGradient(sum, dGain);
          return [slope];
        },
      );
    },

    rotary(x, positions, tables, width) {
      const [rows, columns] = x.shape;
      const shape = [rows, columns / width, width];
      return withGradient<tf.Tensor2D>(
        [x],
        (save) => {
          const { cosines, sines } = anglesOf(graph, tables, positions, width);
          save([cosines, sines]);
          const heads = g.reshape(graph, x, shape);
          return g.reshape(graph, turn(graph, heads, cosines, sines, width, false), x.shape) as tf.Tensor2D;
        },
        (dy, [cosines, sines]) => {
          const heads = g.reshape(graph, dy, shape);
          return [g.reshape(graph, turn(graph, heads, cosines!, sines!, width, true), x.shape)];
        },
      );
    },

    causalAttention: attentionOperation(graph),

    swiglu: (gate, up) =>
      withGradient<tf.Tensor2D>(
        [gate, up],
        (save) => {
          const slope = g.sigmoid(graph, gate);
          const silu = g.multiply(graph, gate, slope);
          save([up, slope, silu]);
          return g.multiply(graph, silu, up) as tf.Tensor2D;
        },
        (dy, [other, slope, silu]) => {
          // d silu = σ + silu · (1 − σ)
          const rise = g.add(graph, slope!, g.subtract(graph, silu!, g.multiply(graph, silu!, slope!)));
          return [g.multiply(graph, g.multiply(graph, dy, other!), rise), g.multiply(graph, dy, silu!)];
        },
      ),

    geglu: (gate, up) =>
      withGradient<tf.Tensor2D>(
        [gate, up],
        (save) => {
          const sigma = geluShare(graph, gate);
          const gelu = g.multiply(graph, gate, sigma);
          save([up, gate, sigma, gelu]);
          return g.multiply(graph, gelu, up) as tf.Tensor2D;
        },
        (dy, [other, x, sigma, gelu]) => {
          // d gelu = σ + gelu · (1 − σ) · 2u′
          const curve = g.subtract(graph, gelu!, g.multiply(graph, gelu!, sigma!));
          const squares = g.multiply(graph, g.square(graph, x!), g.scalar(3 * doubleRoot * cubic));
          const slope = g.add(graph, squares, g.scalar(doubleRoot));
          const rise = g.add(graph, sigma!, g.multiply(graph, curve, slope));
          return [g.multiply(graph, g.multiply(graph, dy, other!), rise), g.multiply(graph, dy, gelu!)];
        },
      ),

    tokenLogProbs: tokenLogProbsOperation(graph),

    sumOfSquares: (tensors) =>
      tf.tidy(() => {
        const halves = tensors.map((tensor) => g.run(graph, "L2Loss", [tensor], { T: "float32" }));
        const all = g.run(graph, "Pack", halves, { N: halves.length, T: "float32", axis: 0 }).dataSync<"float32">();
        return 2 * all.reduce((total, half) => total + half, 0);
      }),

    adamW(parameter, gradient, m, v, settings) {
      const { learning_rate, adam_beta1, adam_beta2, adam_epsilon, weight_decay, scale, step } = settings;
      tf.tidy(() => {
        const weighted = (x: tf.Tensor, factor: number): tf.Tensor => g.multiply(graph, x, g.scalar(factor));
        const first = g.add(graph, weighted(m, adam_beta1), weighted(gradient, scale * (1 - adam_beta1)));
        const squares = weighted(g.square(graph, gradient), scale * scale * (1 - adam_beta2));
        const second = g.add(graph, weighted(v, adam_beta2), squares);
        // m / c₁ / (√(v / c₂) + ε) with the corrections c drawn out of the root: fewer passes over the numbers.
        const root = Math.sqrt(1 - adam_beta2 ** step);
        const rate = (learning_rate * root) / (1 - adam_beta1 ** step);
        const below = g.add(graph, g.squareRoot(graph, second), g.scalar(adam_epsilon * root));
        const kept = weight_decay === 0 ? parameter : weighted(parameter, 1 - learning_rate * weight_decay);
        m.assign(first);
        v.assign(second);
        parameter.assign(g.subtract(graph, kept, weighted(g.divide(graph, first, below), rate)));
      });
    },

    ...decoding,

    memoryLimit: null,

    // Arrays become tensors of TensorFlow's when an operation first reads them.
    place: (tensors) => {
      for (const tensor of tensors) g.run(graph, "Identity", [tensor], { T: "float32" }).dispose();
    },

    createCache: createArrayCache,
  });
}

const doubleRoot = 2 * Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** gelu(x) / x = ½·(1 + tanh u) = σ(2u), u = √(2/π)·(x + 0.044715·x³). */
export function geluShare(graph: Graph, x: tf.Tensor): tf.Tensor {
  const inner = g.add(graph, g.multiply(graph, g.square(graph, x), g.scalar(doubleRoot * cubic)), g.scalar(doubleRoot));
  return g.sigmoid(graph, g.multiply(graph, x, inner));
}

/** Cosines and sines of each row's position, `[rows, 1, width]`, both halves of a head alike. */
export function anglesOf(
  graph: Graph,
  tables: RotaryTables,
  positions: tf.Tensor1D,
  width: number,
): { readonly cosines: tf.Tensor; readonly sines: tf.Tensor } {
  const [rows] = positions.shape;
  const wide = (table: tf.Tensor): tf.Tensor => {
    const half = g.gather(graph, table, positions);
    return g.reshape(graph, g.concatenate(graph, [half, half], 1), [rows, 1, width]);
  };
  return { cosines: wide(tables.cosines), sines: wide(tables.sines) };
}

/**
 * x ⊙ cos + (x with the halves of each head exchanged, the second one negated) ⊙ sin; back: with the sines negated. The exchange is a product
 * with a matrix of ones and minus ones: one call in place of four. x `[rows, heads, width]`.
 */
export function turn(
  graph: Graph,
  x: tf.Tensor,
  cosines: tf.Tensor,
  sines: tf.Tensor,
  width: number,
  back: boolean,
): tf.Tensor {
  const exchanged = g.batchProduct(graph, x, exchange(width, back));
  return g.add(graph, g.multiply(graph, x, cosines), g.multiply(graph, exchanged, sines));
}

function exchange(width: number, back: boolean): tf.Tensor {
  return g.constant(`exchange ${width} ${back}`, () => {
    const half = width / 2;
    const matrix = new Float32Array(width * width);
    for (let column = 0; column < half; column++) {
      matrix[(column + half) * width + column] = back ? 1 : -1;
      matrix[column * width + column + half] = back ? -1 : 1;
    }
    return tf.tensor2d(matrix, [width, width]);
  });
}
