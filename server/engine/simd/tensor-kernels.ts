/** The operations of tfjs itself: those of tfjs-backend-cpu, and kernels for what a training step does often. */
import * as tf from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend";
import type { JobRunner } from "./jobs";
import { kernelCall, part } from "./kernel-call";

export function registerTensorKernels(backendName: string, backend: SimdBackend, jobs: JobRunner): void {
  for (const kernel of tf.getKernelsForBackend("cpu")) {
    const kernelFunc =
      kernel.kernelName === tf.Add
        ? addition(kernel.kernelFunc, backend, jobs)
        : kernel.kernelName === tf.Multiply
          ? scaling(kernel.kernelFunc, backend)
          : kernel.kernelFunc;
    tf.registerKernel({ ...kernel, kernelFunc, backendName });
  }
}

/** Sums of equal shapes, as gradients are added up; everything else as `otherwise` does it. */
function addition(otherwise: tf.KernelFunc, backend: SimdBackend, jobs: JobRunner): tf.KernelFunc {
  return (call) => {
    const { a, b } = call.inputs as unknown as { a: tf.TensorInfo; b: tf.TensorInfo };
    const alike = a.dtype === "float32" && b.dtype === "float32" && tf.util.arraysEqual(a.shape, b.shape);
    if (!alike) return otherwise(call);
    const { info, address } = backend.allocate(a.shape);
    const count = tf.util.sizeFromShape(a.shape);
    jobs.run({
      ...kernelCall("add", {
        x1: backend.address(a),
        x2: backend.address(b),
        y: address,
        first: part.first,
        last: part.last,
      }),
      count,
      multiple: 16,
      work: 4 * count,
    });
    return info;
  };
}

/** A tensor times a scalar: the general way computes the place of each number anew. */
function scaling(otherwise: tf.KernelFunc, backend: SimdBackend): tf.KernelFunc {
  return (call) => {
    const { a, b } = call.inputs as unknown as { a: tf.TensorInfo; b: tf.TensorInfo };
    if (a.dtype !== "float32" || b.dtype !== "float32" || b.shape.length > 0) return otherwise(call);
    const { info, address } = backend.allocate(a.shape);
    const count = tf.util.sizeFromShape(a.shape);
    const [from, to] = [backend.floats(a), backend.pool.floats(address, count)];
    const [factor] = backend.floats(b);
    for (let index = 0; index < count; index++) to[index] = from[index]! * factor!;
    return info;
  };
}
