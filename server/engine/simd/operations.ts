/** The fused operations on kernels. Each is a custom gradient around a forward and a backward call. */
import * as tf from "@tensorflow/tfjs-core";
import { checkedOperations } from "../checked-operations";
import type { FusedOperations } from "../fused-operations";
import { withGradient } from "../with-gradient";
import type { SimdBackend } from "./backend";
import type { JobRunner } from "./jobs";
import type { Kernels } from "./kernels";
import { attentionOperation, vectorised } from "./attention";
import { createArrayCache } from "../composed/key-value-cache";
import { addressable } from "./memory";
import { createMemoryCache } from "./key-value-cache";
import { decodeOperation } from "./decode";
import { linearOperation } from "./linear";
import { tokenLogProbsOperation } from "./token-log-probs";

/** What every operation works with. */
export interface SimdContext {
  readonly backend: SimdBackend;
  readonly kernels: Kernels;
  readonly jobs: JobRunner;
}

/** Makes the tensor of an allocated block known to tfjs, so that tidy and dispose see it. */
export function asTensor(backend: SimdBackend, info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info, backend);
}

/** {@link asTensor} of a block that was allocated with two dimensions. */
export function asMatrix(backend: SimdBackend, info: tf.TensorInfo): tf.Tensor2D {
  return asTensor(backend, info) as tf.Tensor2D;
}

export function simdOperations(context: SimdContext): FusedOperations {
  const { backend, kernels, jobs } = context;
  const at = (tensor: tf.TensorInfo): number => backend.address(tensor);
  const like = (tensor: tf.Tensor): { info: tf.TensorInfo; address: number } => backend.allocate(tensor.shape);

  return checkedOperations({
    gatherRows(table, indices) {
      const [rows, width] = [indices.shape[0], table.shape[1]];
      return withGradient<tf.Tensor2D>(
        [table],
        () => {
          const y = backend.allocate([rows, width]);
          kernels.gatherRows(at(table), at(indices), y.address, 0, rows, width);
          return asMatrix(backend, y.info);
        },
        (dy) => {
          const dTable = backend.allocateZeros(table.shape);
          kernels.scatterAddRows(at(dy), at(indices), dTable.address, rows, width);
          return [asTensor(backend, dTable.info)];
        },
      );
    },

    linear: linearOperation(context),

    rmsNorm(x, gain, epsilon) {
      const width = gain.shape[0];
      const rows = x.size / width;
      return withGradient<tf.Tensor2D>(
        [x, gain],
        (save) => {
          save([x, gain]);
          const y = like(x);
          jobs.run({
            kernel: "rmsNorm",
            args: [at(x), at(gain), y.address, 0, 0, width, epsilon],
            range: 3,
            count: rows,
            multiple: 1,
            work: 2 * x.size,
          });
          return asMatrix(backend, y.info);
        },
        (dy, [input, scale]) => {
          const dx = like(x);
          const dGain = backend.allocateZeros([width]);
          jobs.run(
            {
              kernel: "rmsNormGradient",
              args: [at(input!), at(scale!), at(dy), dx.address, 0, 0, 0, width, epsilon],
              range: 5,
              count: rows,
              multiple: 1,
              sums: { argument: 4, length: width },
              work: 4 * x.size,
            },
            (part) => kernels.add(dGain.address, part, dGain.address, 0, width),
          );
          return [asTensor(backend, dx.info), asTensor(backend, dGain.info)];
        },
      );
    },

    rotary(x, positions, tables, width) {
      const [rows, columns] = x.shape;
      const turn = (input: tf.Tensor2D, sign: number): tf.Tensor2D => {
        const y = like(input);
        jobs.run({
          kernel: "rotary",
          args: [
            at(input),
            y.address,
            at(positions),
            at(tables.cosines),
            at(tables.sines),
            0,
            0,
            columns / width,
            width,
            sign,
          ],
          range: 5,
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

    swiglu(gate, up) {
      return withGradient<tf.Tensor2D>(
        [gate, up],
        (save) => {
          save([gate, up]);
          const y = like(gate);
          jobs.run({
            kernel: "swiglu",
            args: [at(gate), at(up), y.address, 0, 0],
            range: 3,
            count: gate.size,
            multiple: 4,
            work: 8 * gate.size,
          });
          return asMatrix(backend, y.info);
        },
        (dy, [g, u]) => {
          const dGate = like(gate);
          const dUp = like(gate);
          jobs.run({
            kernel: "swigluGradient",
            args: [at(g!), at(u!), at(dy), dGate.address, dUp.address, 0, 0],
            range: 5,
            count: gate.size,
            multiple: 4,
            work: 12 * gate.size,
          });
          return [asTensor(backend, dGate.info), asTensor(backend, dUp.info)];
        },
      );
    },

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
    },

    decode: decodeOperation(context),

    memoryLimit: addressable,

    createCache: (layers, slots, length, shape) =>
      vectorised(shape)
        ? createMemoryCache(context, layers, slots, length, shape)
        : createArrayCache(layers, slots, length, shape),
  });
}
