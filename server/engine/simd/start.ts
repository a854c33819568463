import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import * as tf from "@tensorflow/tfjs-core";
import type { FusedOperations } from "../fused-operations";
import { SimdBackend } from "./backend";
import { instantiateKernels } from "./instance";
import { createJobRunner } from "./jobs";
import type { JobRunner } from "./jobs";
import type { Kernels } from "./kernels";
import { createKernelMemory } from "./memory";
import { simdOperations } from "./operations";
import { newSharedJob } from "./shared-job";
import { registerTensorKernels } from "./tensor-kernels";
import { startHelpers, usefulThreads } from "./threads";

/** 16 MB to begin with; grows to what the model needs. */
const initialPages = 256;
const mostPages = 65_536;

export interface StartedSimd {
  readonly operations: FusedOperations;
  readonly threads: number;
  readonly backend: SimdBackend;
  readonly kernels: Kernels;
  readonly jobs: JobRunner;
}

/** By kernels and threads. Each has its memory and helpers, so a second start goes on with what there is. */
const started = new Map<string, Promise<StartedSimd & { readonly backendName: string }>>();

/**
 * Loads the kernels and makes them tfjs' backend; helper threads come from `kernel-helper.js` beside the kernels. `wide`: V8 may use wider
 * registers than those of WebAssembly. Throws when the runtime cannot run them.
 */
export async function startSimd(kernelsFile: string, threads = usefulThreads(), wide = true): Promise<StartedSimd> {
  const key = `${kernelsFile}\n${threads}\n${wide}`;
  let engine = started.get(key);
  if (!engine) {
    engine = load(kernelsFile, threads, wide, `simd-${started.size}`);
    started.set(key, engine);
  }
  const { backendName, ...rest } = await engine;
  await tf.setBackend(backendName);
  return rest;
}

async function load(
  kernelsFile: string,
  wantedThreads: number,
  wide: boolean,
  backendName: string,
): Promise<StartedSimd & { backendName: string }> {
  // Lets V8 fuse neighbouring 128-bit operations into 256-bit ones, or not; must be set before the module is compiled.
  setFlagsFromString(wide ? "--experimental-wasm-revectorize" : "--no-experimental-wasm-revectorize");
  const module = await WebAssembly.compile(await readFile(kernelsFile));
  const memory = new WebAssembly.Memory({ initial: initialPages, maximum: mostPages, shared: true });
  const instance = instantiateKernels(module, memory);
  const pool = createKernelMemory(memory, instance.kernels.heapBase());
  const job = newSharedJob();
  const threads = startHelpers(join(dirname(kernelsFile), "kernel-helper.js"), wantedThreads, { module, memory, job });
  const jobs = createJobRunner(instance, pool, job, threads);
  const backend = new SimdBackend(pool);
  tf.registerBackend(backendName, () => backend);
  registerTensorKernels(backendName, backend, jobs);
  const { kernels } = instance;
  return { operations: simdOperations({ backend, kernels, jobs }), threads, backend, kernels, jobs, backendName };
}
