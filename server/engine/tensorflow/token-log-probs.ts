import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "../fused-operations";
import { addGradient, isLearnt, sumOf, type GradientSum } from "../gradient-sums";
import { withGradient } from "../with-gradient";
import * as g from "./graph";
import type { Graph } from "./graph";

/** Logits are held for this many numbers at a time, never for the whole batch. */
const logitsBudget = 1 << 24;

/** Output layer, log-softmax and gather in blocks of rows; the backward pass computes each block's logits again. */
export function tokenLogProbsOperation(graph: Graph): FusedOperations["tokenLogProbs"] {
  return (hidden, table, targets, temperature) => {
    const [rows, width] = hidden.shape;
    const vocabulary = table.shape[0];
    const block = Math.max(1, Math.min(rows, Math.floor(logitsBudget / vocabulary)));
    const starts = Array.from({ length: Math.ceil(rows / block) }, (_, index) => index * block);
    const part = (x: tf.Tensor, first: number): tf.Tensor =>
      starts.length === 1 ? x : tf.slice(x, first, Math.min(block, rows - first));
    const logitsOf = (x: tf.Tensor, weights: tf.Tensor): tf.Tensor => {
      const logits = g.product(graph, x, weights, { transpose_b: true });
      return temperature === 1 ? logits : g.multiply(graph, logits, g.scalar(1 / temperature));
    };
    const joined = (parts: readonly tf.Tensor[]): tf.Tensor =>
      parts.length === 1 ? parts[0]! : g.concatenate(graph, parts, 0);

    const sum = sumOf(table);
    const learnt = sum !== null || isLearnt(table);
    return withGradient<tf.Tensor2D>(
      learnt && !sum ? [hidden, table] : [hidden],
      (save) => {
        save([hidden, table, targets]);
        const blocks = starts.map((first) =>
          tf.tidy(() => {
            const logits = logitsOf(part(hidden, first), table);
            const [losses, overshoot] = crossEntropy(graph, logits, part(targets, first));
            // log Σ eˣ − Σ π·x, with log Σ eˣ − x_target and π − 1[target] at hand.
            const entropy = g.subtract(graph, losses, g.sum(graph, g.multiply(graph, overshoot, logits), [1], false));
            return [g.negate(graph, losses), entropy] as const;
          }),
        );
        const both = [joined(blocks.map(([logprob]) => logprob)), joined(blocks.map(([, entropy]) => entropy))];
        return g.reshape(graph, g.concatenate(graph, both, 0), [2, rows]) as tf.Tensor2D;
      },
      (dy, saved) => {
        const [x, weights, wanted] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const column = (index: number): tf.Tensor =>
          g.reshape(graph, g.slice(graph, dy, [index, 0], [1, rows]), [rows, 1]);
        const [dLogProb, dEntropy] = [column(0), column(1)];
        const spread = dEntropy.dataSync().some((value) => value !== 0);
        const ofTable: GradientSum = sum ?? { tensor: null };
        const blocks = starts.map((first) =>
          tf.tidy(() => {
            const own = part(x, first);
            const logits = logitsOf(own, weights);
            const [, overshoot] = crossEntropy(graph, logits, part(wanted, first));
            // d log π / d logits = 1[target] − π, and d H / d logits = −π ⊙ (log π + H).
            let slopes = g.negate(graph, g.multiply(graph, overshoot, part(dLogProb, first)));
            if (spread) {
              const all = g.logSoftmax(graph, logits);
              const shares = g.softmax(graph, logits);
              const minusEntropy = g.sum(graph, g.multiply(graph, shares, all), [1], true);
              const rise = g.multiply(graph, shares, g.subtract(graph, all, minusEntropy));
              slopes = g.subtract(graph, slopes, g.multiply(graph, rise, part(dEntropy, first)));
            }
            if (temperature !== 1) slopes = g.multiply(graph, slopes, g.scalar(1 / temperature));
            // One sum, and not a table for each block.
            if (learnt) addGradient(ofTable, g.product(graph, slopes, own, { transpose_a: true }));
            return g.product(graph, slopes, weights);
          }),
        );
        const dHidden = g.reshape(graph, joined(blocks), [rows, width]);
        if (sum || !ofTable.tensor) return [dHidden];
        const dTable = ofTable.tensor.clone();
        ofTable.tensor.dispose();
        return [dHidden, dTable];
      },
    );
  };
}

/** −log π of the targets `[rows]`, and π − 1[target] `[rows, vocabulary]`. */
function crossEntropy(graph: Graph, logits: tf.Tensor, targets: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const attributes = { T: "float32", Tlabels: "int32" } as const;
  return g.runMany(graph, "SparseSoftmaxCrossEntropyWithLogits", [logits, targets], attributes, 2) as [
    tf.Tensor,
    tf.Tensor,
  ];
}
