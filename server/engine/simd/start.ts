import { readFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "../fused-operations";
import { SimdBackend } from "./backend";
import { singleThread } from "./jobs";
import type { Kernels } from "./kernels";
import { createKernelMemory } from "./memory";
import { simdOperations } from "./operations";

/** 16 MB to begin with; grows to what the model needs. */
const initialPages = 256;
const mostPages = 65_536;

/** Loads the kernels, registers the backend and makes it tfjs' own. Throws when the runtime cannot run them. */
export async function startSimd(kernelsFile: string): Promise<FusedOperations> {
  // Lets V8 fuse neighbouring 128-bit operations into 256-bit ones; must be set before the module is compiled.
  setFlagsFromString("--experimental-wasm-revectorize");
  const module = await WebAssembly.compile(await readFile(kernelsFile));
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: mostPages, shared: true });
  const abort = (_message: number, _file: number, line: number): never => {
    throw new Error(`A kernel failed at line ${line}.`);
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const kernels = exports as unknown as Kernels;
  const pool = createKernelMemory(memory, kernels.heapBase());
  const backend = new SimdBackend(pool);
  if (!tf.findBackendFactory("simd")) {
    for (const kernel of tf.getKernelsForBackend("cpu")) tf.registerKernel({ ...kernel, backendName: "simd" });
    tf.registerBackend("simd", () => backend);
  }
  await tf.setBackend("simd");
  return simdOperations({ backend, kernels, jobs: singleThread(kernels, pool) });
}
