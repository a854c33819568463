import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "./fused-operations";
import { composedOperations } from "./composed/operations";

const tolerance = 1e-4;

/** Fixed, irregular numbers. */
const numbers = (shape: [number, number], shift: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: shape[0] * shape[1] }, (_, index) => Math.sin(1.7 * index + shift)),
    shape,
  );

/**
 * Computes one small decoder block and its gradients with the given operations and with the reference. Returns null when they agree, else a
 * sentence that says where they do not.
 */
export function knownAnswerProblem(operations: FusedOperations): string | null {
  let problem: string | null = null;
  tf.tidy(() => {
    const tokens = tf.tensor1d([3, 1, 4, 1, 5, 2, 6], "int32");
    const positions = tf.tensor1d([0, 1, 2, 0, 1, 2, 3], "int32");
    const sequences = {
      table: tf.tensor2d([0, 3, 0, 3, 3, 4, 3, 4], [2, 4], "int32"),
      count: 2,
      longest: 4,
    };
    const tables = { cosines: tf.cos(numbers([8, 2], 0)), sines: tf.sin(numbers([8, 2], 0)) };
    const shape = { heads: 2, keyHeads: 1, width: 4 };
    const loss =
      (use: FusedOperations) =>
      (table: tf.Tensor, query: tf.Tensor, key: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Scalar => {
        const x = use.gatherRows(table as tf.Tensor2D, tokens);
        const normed = use.rmsNorm(x, gain as tf.Tensor1D, 1e-6);
        const q = use.rotary(use.linear(normed, query as tf.Tensor2D), positions, tables, 4);
        const k = use.linear(normed, key as tf.Tensor2D);
        const attended = use.causalAttention(q, k, k, sequences, shape);
        const mixed = use.linear(attended, query as tf.Tensor2D, x, bias as tf.Tensor1D);
        const out = use.tokenLogProbs(use.geglu(use.swiglu(mixed, normed), normed), table as tf.Tensor2D, tokens, 0.9);
        return tf.sum(tf.mul(out, numbers([2, 7], 3)));
      };
    // Small weights, so that rounding is not amplified by saturated softmaxes.
    const small = (shape: [number, number], shift: number): tf.Tensor2D => tf.mul(numbers(shape, shift), 0.3);
    const gain = tf.add(tf.reshape(small([1, 8], 5), [8]), 1);
    const bias = tf.reshape(small([1, 8], 6), [8]);
    const inputs = [numbers([9, 8], 1), small([8, 8], 2), small([4, 8], 4), gain, bias];
    const expected = tf.valueAndGrads(loss(composedOperations))(inputs);
    const actual = tf.valueAndGrads(loss(operations))(inputs);
    const names = ["loss", "embedding gradient", "query gradient", "key gradient", "gain gradient", "bias gradient"];
    const pairs: [tf.Tensor, tf.Tensor][] = [
      [expected.value, actual.value],
      ...expected.grads.map((gradient, index): [tf.Tensor, tf.Tensor] => [gradient, actual.grads[index]!]),
    ];
    for (const [index, [want, got]] of pairs.entries()) {
      const wanted = want.dataSync();
      const found = got.dataSync();
      const scale = Math.max(...wanted.map(Math.abs), 1e-3);
      const worst = Math.max(...wanted.map((value, at) => Math.abs(value - found[at]!)));
      if (!(worst <= tolerance * scale)) {
        problem ??= `the ${names[index]!} of a known block is off by ${worst.toExponential(1)} of ${scale.toExponential(1)}`;
      }
    }
  });
  return problem;
}
