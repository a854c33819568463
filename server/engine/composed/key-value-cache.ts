import * as tf from "@tensorflow/tfjs-core";
import type { HeadShape, KeyValueCache } from "../fused-operations";
import { paddedAttention } from "./attention";

/** A cache of plain arrays, made into tensors when attended to. */
export function createArrayCache(layers: number, slots: number, length: number, shape: HeadShape): KeyValueCache {
  const width = shape.keyHeads * shape.width;
  const rows = slots * length;
  const make = (): Float32Array[] => Array.from({ length: layers }, () => new Float32Array(rows * width));
  const keys = make();
  const values = make();
  return {
    write(layer, newKeys, newValues, at) {
      const indices = at.dataSync();
      const k = newKeys.dataSync();
      const v = newValues.dataSync();
      indices.forEach((row, index) => {
        keys[layer]!.set(k.subarray(index * width, (index + 1) * width), row * width);
        values[layer]!.set(v.subarray(index * width, (index + 1) * width), row * width);
      });
    },
    attend: (layer, queries, sequences) =>
      tf.tidy(() =>
        paddedAttention(
          queries,
          tf.tensor2d(keys[layer]!, [rows, width]),
          tf.tensor2d(values[layer]!, [rows, width]),
          sequences,
          shape,
        ),
      ),
    copyRows(from, to, count) {
      for (const array of [...keys, ...values]) array.copyWithin(to * width, from * width, (from + count) * width);
    },
    dispose() {
      keys.length = 0;
      values.length = 0;
    },
  };
}
