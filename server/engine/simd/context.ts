/** What the operations on kernels share. */
import * as tf from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend";
import type { JobRunner } from "./jobs";
import type { Kernels } from "./kernels";

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
