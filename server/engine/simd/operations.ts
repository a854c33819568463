/** The fused operations on kernels. Each is a custom gradient around a forward and a backward call. */
import * as tf from "@tensorflow/tfjs-core";
import { checkedOperations } from "../checked-operations";
import type { FusedOperations } from "../fused-operations";
import { sumOf } from "../gradient-sums";
import { withGradient } from "../with-gradient";
import { asMatrix, asTensor, type SimdContext } from "./context";
import { attentionOperation, vectorised } from "./attention";
import { createArrayCache } from "../composed/key-value-cache";
import { addressable } from "./memory";
import { createMemoryCache } from "./key-value-cache";
import { decodeOperations } from "./decode";
import { kernelCall, part } from "./kernel-call";
import { gatedOperation } from "./gated";
import { gatherRowsOperation } from "./gather-rows";
import { linearOperation } from "./linear";
import { tokenLogProbsOperation } from "./token-log-probs";

export function simdOperations(context: SimdContext): FusedOperations {
  const { backend, kernels, jobs } = context;
  const at = (tensor: tf.TensorInfo): number => backend.address(tensor);
  const like = (tensor: tf.Tensor): { info: tf.TensorInfo; address: number } => backend.allocate(tensor.shape);

  return checkedOperations({
    gatherRows: gatherRowsOperation(context),

    linear: linearOperation(context),

    rmsNorm(x, gain, epsilon) {
      const width = gain.shape[0];
      const rows = x.size / width;
      const sum = sumOf(gain);
      return withGradient<tf.Tensor2D>(
        sum ? [x] : [x, gain],
        (save) => {
          save([x, gain]);
          const y = like(x);
          jobs.run({
            ...kernelCall("rmsNorm", {
              x: at(x),
              gain: at(gain),
              y: y.address,
              first: part.first,
              last: part.last,
              width,
              epsilon,
            }),
            count: rows,
            multiple: 1,
            work: 2 * x.size,
          });
          return asMatrix(backend, y.info);
        },
        (dy, [input, scale]) => {
          const dx = like(x);
          const begun = sum?.tensor ?? null;
          const dGain = begun ? { info: begun, address: backend.address(begun) } : backend.allocateZeros([width]);
          jobs.run(
            {
              ...kernelCall("rmsNormGradient", {
                x: at(input!),
                gain: at(scale!),
                dy: at(dy),
                dx: dx.address,
                dGain: part.sums(width),
                first: part.first,
                last: part.last,
                width,
                epsilon,
              }),
              count: rows,
              multiple: 1,
              work: 4 * x.size,
            },
            (sums) => kernels.add(dGain.address, sums, dGain.address, 0, width),
          );
          const slope = asTensor(backend, dx.info);
          if (!sum) return [slope, asTensor(backend, dGain.info)];
          sum.tensor = begun ?? tf.keep(asTensor(backend, dGain.info));
          return [slope];
        },
      );
    },

    rotary(x, positions, tables, width) {
      const [rows, columns] = x.shape;
      const turn = (input: tf.Tensor2D, sign: number): tf.Tensor2D => {
        const y = like(input);
        jobs.run({
          ...kernelCall("rotary", {
            x: at(input),
            y: y.address,
            positions: at(positions),
            cosines: at(tables.cosines),
            sines: at(tables.sines),
            first: part.first,
            last: part.last,
            heads: columns / width,
            width,
            sign,
          }),
          count: rows,
          multiple: 1,
          work: 2 * x.size,
        });
        return asMatrix(backend, y.info);
      };
      return withGradient<tf.Tensor2D>(
        [x],
        () => turn(x, 1),
        (dy) => [turn(dy, -1)],
      );
    },

    causalAttention: attentionOperation(context),

    swiglu: gatedOperation(context, "swiglu"),

    geglu: gatedOperation(context, "geglu"),

    tokenLogProbs: tokenLogProbsOperation(context),

    sumOfSquares: (tensors) =>
      tensors.reduce((total, tensor) => total + kernels.sumOfSquares(at(tensor), tensor.size), 0),

    adamW(parameter, gradient, m, v, settings) {
      const { learning_rate, adam_beta1, adam_beta2, adam_epsilon, weight_decay, scale, step } = settings;
      kernels.adamW(
        at(parameter),
        at(gradient),
        at(m),
        at(v),
        parameter.size,
        scale,
        learning_rate,
        adam_beta1,
        adam_beta2,
        adam_epsilon,
        weight_decay,
        1 - adam_beta1 ** step,
        1 - adam_beta2 ** step,
      );
      for (const written of [parameter, m, v]) backend.updated(written);
    },

    ...decodeOperations(context),

    memoryLimit: addressable,

    place: (tensors) => {
      for (const tensor of tensors) if (backend.holds(tensor)) backend.address(tensor);
    },

    createCache: (layers, slots, length, shape) =>
      vectorised(shape)
        ? createMemoryCache(context, layers, slots, length, shape)
        : createArrayCache(layers, slots, length, shape),
  });
}
