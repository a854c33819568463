import { paddedAttention } from "../composed/attention";
import type * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations, HeadShape, Sequences } from "../fused-operations";
import { withGradient } from "../with-gradient";
import { kernelCall, part } from "./kernel-call";
import { asMatrix, asTensor } from "./context";
import type { SimdContext } from "./context";

const floatBytes = 4;

/** Whether the kernels can take heads of this shape: they read four numbers at a time. */
export const vectorised = ({ width }: HeadShape): boolean => width % 4 === 0;

/** softmax(q·kᵀ/√width)·v. Keeps log Σ e^score `[rows, heads]` and computes the weights again in the backward pass. */
export function attentionOperation(context: SimdContext): FusedOperations["causalAttention"] {
  const { backend, jobs } = context;
  return (q, k, v, sequences, shape) => {
    if (!vectorised(shape)) return paddedAttention(q, k, v, sequences, shape);
    const rowOf = (tensor: tf.Tensor2D): number => tensor.shape[1] * floatBytes;
    return withGradient<tf.Tensor2D>(
      [q, k, v],
      (save) => {
        const out = backend.allocate(q.shape);
        const logSum = backend.allocate([q.shape[0], shape.heads]);
        attend(
          context,
          { address: backend.address(q), row: rowOf(q) },
          backend.address(k),
          backend.address(v),
          rowOf(k),
          out.address,
          logSum.address,
          sequences,
          shape,
        );
        const value = asMatrix(backend, out.info);
        save([q, k, v, value, asTensor(backend, logSum.info)]);
        return value;
      },
      (dy, saved) => {
        const [queries, keys, values, out, logSum] = saved.map((tensor) => backend.address(tensor)) as [
          number,
          number,
          number,
          number,
          number,
        ];
        const dq = backend.allocate(q.shape);
        const dk = backend.allocateZeros(k.shape);
        const dv = backend.allocateZeros(v.shape);
        jobs.run({
          ...kernelCall("attentionGradient", {
            q: queries,
            qRow: rowOf(q),
            k: keys,
            kRow: rowOf(k),
            v: values,
            vRow: rowOf(k),
            out,
            dOut: backend.address(dy),
            outRow: rowOf(q),
            logSum,
            dq: dq.address,
            dk: dk.address,
            dv: dv.address,
            sequences: backend.address(sequences.table),
            first: part.first,
            last: part.last,
            heads: shape.heads,
            keyHeads: shape.keyHeads,
            width: shape.width,
            window: sequences.window ?? 0,
            scores: part.scratch(2 * sequences.longest * floatBytes),
          }),
          count: sequences.count,
          multiple: 1,
          work: 5 * q.size * sequences.longest,
        });
        return [asTensor(backend, dq.info), asTensor(backend, dk.info), asTensor(backend, dv.info)];
      },
    );
  };
}

/** The forward kernel, for training and for decoding. `logSum` 0: not wanted. */
export function attend(
  { backend, jobs }: SimdContext,
  queries: { readonly address: number; readonly row: number },
  keys: number,
  values: number,
  keyRow: number,
  out: number,
  logSum: number,
  sequences: Sequences,
  shape: HeadShape,
): void {
  jobs.run({
    ...kernelCall("attention", {
      q: queries.address,
      qRow: queries.row,
      k: keys,
      kRow: keyRow,
      v: values,
      vRow: keyRow,
      out,
      outRow: queries.row,
      logSum,
      sequences: backend.address(sequences.table),
      first: part.first,
      last: part.last,
      heads: shape.heads,
      keyHeads: shape.keyHeads,
      width: shape.width,
      window: sequences.window ?? 0,
      scores: part.scratch(sequences.longest * floatBytes),
    }),
    count: sequences.count,
    multiple: 1,
    work: 2 * sequences.count * sequences.longest * shape.heads * shape.width,
  });
}
