import * as tf from "@tensorflow/tfjs-core";
import type { HeadShape, Sequences } from "../fused-operations";
import { largestOf } from "../../shared/extremes";

/**
 * Attention by padding: gathers each sequence into `[sequences, heads, queries, width]`, masks, and gathers back. Query rows of the result
 * follow the order of the table.
 */
export function paddedAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  sequences: Sequences,
  shape: HeadShape,
): tf.Tensor2D {
  const { heads, keyHeads, width } = shape;
  const table = sequences.table.dataSync();
  const count = sequences.count;
  const entry = (sequence: number, column: number): number => table[4 * sequence + column]!;
  const mostQueries = largestOf(Array.from({ length: count }, (_, s) => entry(s, 1)));
  const mostKeys = sequences.longest;
  const queryRows = new Int32Array(count * mostQueries);
  const keyRows = new Int32Array(count * mostKeys);
  const mask = new Float32Array(count * mostQueries * mostKeys).fill(-1e9);
  const back = new Int32Array(q.shape[0]);
  for (let s = 0; s < count; s++) {
    const queries = entry(s, 1);
    const keys = entry(s, 3);
    for (let j = 0; j < keys; j++) keyRows[s * mostKeys + j] = entry(s, 2) + j;
    for (let i = 0; i < mostQueries; i++) {
      const row = (s * mostQueries + i) * mostKeys;
      if (i < queries) {
        queryRows[s * mostQueries + i] = entry(s, 0) + i;
        back[entry(s, 0) + i] = s * mostQueries + i;
      }
      // A padding query sees the first key, so that its softmax is finite; its result is not gathered back.
      const seen = i < queries ? keys - queries + i + 1 : 1;
      mask.fill(0, row + Math.max(0, seen - (sequences.window ?? seen)), row + seen);
    }
  }
  const split = (x: tf.Tensor2D, rows: Int32Array, length: number, parts: number): tf.Tensor4D =>
    tf.transpose(tf.reshape(tf.gather(x, tf.tensor1d(rows, "int32")), [count, length, parts, width]), [0, 2, 1, 3]);
  const repeat = (x: tf.Tensor4D): tf.Tensor4D =>
    keyHeads === heads
      ? x
      : tf.reshape(tf.stack(Array<tf.Tensor4D>(heads / keyHeads).fill(x), 2), [count, heads, mostKeys, width]);
  const queries = split(q, queryRows, mostQueries, heads);
  const keys = repeat(split(k, keyRows, mostKeys, keyHeads));
  const values = repeat(split(v, keyRows, mostKeys, keyHeads));
  const scores = tf.mul(tf.matMul(queries, keys, false, true), 1 / Math.sqrt(width));
  const weights = tf.softmax(tf.add(scores, tf.tensor4d(mask, [count, 1, mostQueries, mostKeys])));
  const mixed = tf.transpose(tf.matMul(weights, values), [0, 2, 1, 3]);
  return tf.gather(tf.reshape(mixed, [count * mostQueries, heads * width]), tf.tensor1d(back, "int32"));
}
