/** Registers the `simd` backend: every kernel of tfjs-backend-cpu under our name, then ours over the hot ones. */
import {
  Add,
  BatchMatMul,
  broadcast_util,
  getKernelsForBackend,
  Multiply,
  registerBackend,
  registerKernel,
  Sub,
  util,
} from "@tensorflow/tfjs-core";
import type { BatchMatMulAttrs, KernelConfig, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import { SimdBackend } from "./backend";
import type { Kernels } from "./kernels";
import type { KernelMemory } from "./memory";
import { matrixProduct } from "./matrix-product";

export const simdBackendName = "simd";

export function registerSimdBackend(pool: KernelMemory, kernels: Kernels): SimdBackend {
  const backend = new SimdBackend(pool);
  for (const kernel of getKernelsForBackend("cpu")) registerKernel({ ...kernel, backendName: simdBackendName });
  registerBackend(simdBackendName, () => backend, 1);
  const parallel = { kernels, pool };
  registerKernel(batchMatMul(backend, parallel));
  return backend;
}
