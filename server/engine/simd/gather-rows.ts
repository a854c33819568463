import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "../fused-operations";
import { anchorOf, isLearnt, sumOf } from "../gradient-sums";
import { withGradient } from "../with-gradient";
import { asMatrix, asTensor, type SimdContext } from "./context";

const wordBytes = 4;

/** Rows of a table. What is added to a sum that has begun is added up by distinct row first, which takes no second table. */
export function gatherRowsOperation({ backend, kernels }: SimdContext): FusedOperations["gatherRows"] {
  const { pool } = backend;

  /** Sums of `dy`'s rows by index, added to the table's sum. */
  function addRows(dy: tf.Tensor2D, indices: tf.Tensor1D, sum: number): void {
    const [rows, width] = dy.shape;
    const rowBytes = width * wordBytes;
    const places = new Map<number, number>();
    const placeOf = (index: number): number => {
      const place = places.get(index) ?? places.size;
      places.set(index, place);
      return place;
    };
    const wanted = Int32Array.from(indices.dataSync(), placeOf);
    const [at, own] = [pool.allocate(rows * wordBytes), pool.allocate(places.size * rowBytes)];
    pool.integers(at, rows).set(wanted);
    pool.floats(own, places.size * width).fill(0);
    kernels.scatterAddRows(backend.address(dy), at, own, rows, width);
    for (const [index, place] of places) {
      const row = sum + index * rowBytes;
      kernels.add(row, own + place * rowBytes, row, 0, width);
    }
    pool.free(at);
    pool.free(own);
  }

  return (table, indices) => {
    const [rows, width] = [indices.shape[0], table.shape[1]];
    const gather = (): tf.Tensor2D => {
      const y = backend.allocate([rows, width]);
      kernels.gatherRows(backend.address(table), backend.address(indices), y.address, 0, rows, width);
      return asMatrix(backend, y.info);
    };
    const [sum, anchor] = [sumOf(table), anchorOf()];
    if (!sum && !isLearnt(table)) return gather();
    return withGradient<tf.Tensor2D>([sum ? anchor! : table], gather, (dy) => {
      if (sum?.tensor) addRows(dy, indices, backend.address(sum.tensor));
      else {
        const dTable = backend.allocateZeros(table.shape);
        kernels.scatterAddRows(backend.address(dy), backend.address(indices), dTable.address, rows, width);
        const gradient = asTensor(backend, dTable.info);
        if (!sum) return [gradient];
        sum.tensor = tf.keep(gradient);
      }
      return [tf.scalar(0)];
    });
  };
}
