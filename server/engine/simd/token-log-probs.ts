import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "../fused-operations";
import { kernelCall, part } from "./kernel-call";
import { matrixProduct } from "./matrix-product";
import { isLearnt, sumOf } from "../gradient-sums";
import { logitsRows } from "../logits-block";
import { withGradient } from "../with-gradient";
import { asMatrix, asTensor } from "./context";
import type { SimdContext } from "./context";

const floatBytes = 4;

/** Output layer, log-softmax and gather in blocks of rows; the backward pass computes each block's logits again. */
export function tokenLogProbsOperation({ backend, jobs }: SimdContext): FusedOperations["tokenLogProbs"] {
  return (hidden, table, targets, temperature) => {
    const [rows, width] = hidden.shape;
    const vocabulary = table.shape[0];
    const block = Math.min(rows, logitsRows(vocabulary));
    const inverse = 1 / temperature;

    /** Calls `use` with each block: its first row, its rows, and the address of its logits. */
    const overLogits = (
      x: number,
      weights: number,
      use: (first: number, count: number, logits: number) => void,
    ): void => {
      const logits = backend.pool.allocate(block * vocabulary * floatBytes);
      for (let first = 0; first < rows; first += block) {
        const count = Math.min(block, rows - first);
        matrixProduct(
          jobs,
          { address: x + first * width * floatBytes, rows: count, columns: width, transposed: false },
          { address: weights, rows: vocabulary, columns: width, transposed: true },
          logits,
          false,
        );
        use(first, count, logits);
      }
      backend.pool.free(logits);
    };

    const sum = sumOf(table);
    const learnt = sum !== null || isLearnt(table);
    return withGradient<tf.Tensor2D>(
      learnt && !sum ? [hidden, table] : [hidden],
      (save) => {
        const out = backend.allocate([2, rows]);
        const logSum = backend.allocate([rows]);
        overLogits(backend.address(hidden), backend.address(table), (first, count, logits) => {
          const offset = first * floatBytes;
          const entropy = out.address + rows * floatBytes + offset;
          jobs.run({
            ...kernelCall("tokenLogProbs", {
              logits,
              targets: backend.address(targets) + offset,
              logProb: out.address + offset,
              entropy,
              logSum: logSum.address + offset,
              first: part.first,
              last: part.last,
              vocabulary,
              inverseTemperature: inverse,
            }),
            count,
            multiple: 1,
            work: 8 * count * vocabulary,
          });
        });
        const value = asMatrix(backend, out.info);
        save([hidden, table, value, asTensor(backend, logSum.info)]);
        return value;
      },
      (dy, saved) => {
        const [x, weights, out, logSum] = saved.map((tensor) => backend.address(tensor)) as [
          number,
          number,
          number,
          number,
        ];
        const dHidden = backend.allocate([rows, width]);
        const begun = sum?.tensor ?? null;
        const made = learnt && !begun ? backend.allocateZeros([vocabulary, width]) : null;
        const dTable = begun ? { address: backend.address(begun) } : made;
        const slopes = backend.address(dy);
        overLogits(x, weights, (first, count, logits) => {
          const offset = first * floatBytes;
          const second = rows * floatBytes + offset;
          const scaled = { address: logits, rows: count, columns: vocabulary };
          jobs.run({
            ...kernelCall("tokenLogProbsGradient", {
              logits,
              targets: backend.address(targets) + offset,
              entropy: out + second,
              logSum: logSum + offset,
              dLogProb: slopes + offset,
              dEntropy: slopes + second,
              first: part.first,
              last: part.last,
              vocabulary,
              inverseTemperature: inverse,
            }),
            count,
            multiple: 1,
            work: 8 * count * vocabulary,
          });
          const rowsOfBlock = { address: x + offset * width, rows: count, columns: width };
          const slopesTo = dHidden.address + offset * width;
          matrixProduct(
            jobs,
            { ...scaled, transposed: false },
            { address: weights, rows: vocabulary, columns: width, transposed: false },
            slopesTo,
            false,
          );
          if (dTable)
            matrixProduct(
              jobs,
              { ...scaled, transposed: true },
              { ...rowsOfBlock, transposed: false },
              dTable.address,
              true,
            );
        });
        const slope = asTensor(backend, dHidden.info);
        if (!made) return [slope];
        if (!sum) return [slope, asTensor(backend, made.info)];
        sum.tensor = tf.keep(asTensor(backend, made.info));
        return [slope];
      },
    );
  };
}
