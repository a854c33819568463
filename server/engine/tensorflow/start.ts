import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import type { FusedOperations } from "../fused-operations";
import { chooseDecode, type DecodeOperations } from "./decode";
import type { Graph, TensorflowBackend } from "./graph";
import { tensorflowOperations } from "./operations";
import { NodeJSKernelBackend } from "./package";

type Binding = ConstructorParameters<typeof NodeJSKernelBackend>[0];

export interface StartedTensorflow {
  readonly operations: FusedOperations;
  readonly graph: Graph;
  /** Of the library, for example "2.21.0". */
  readonly version: string;
  /** What operations run on. */
  readonly device: "cpu" | "gpu";
}

let started: { readonly binding: string; readonly engine: Promise<StartedTensorflow> } | null = null;

/**
 * Loads TensorFlow through its native binding and makes it tfjs' backend. One process can load it once, on its main thread. Throws when the
 * library or one that it needs cannot be loaded. `kernel`: the embedded decoding kernel, where it works.
 */
export async function startTensorflow(
  bindingFile: string,
  kernel: DecodeOperations | null = null,
): Promise<StartedTensorflow> {
  started ??= { binding: bindingFile, engine: load(bindingFile, kernel) };
  if (started.binding !== bindingFile) {
    throw new Error(`TensorFlow runs from ${started.binding} already; a process can load it once.`);
  }
  try {
    const result = await started.engine;
    await tf.setBackend("tensorflow");
    return result;
  } catch (error) {
    started = null;
    throw error;
  }
}

/** What is read of the binding before it is trusted to be one. */
const bindingSchema = z.object({
  TF_Version: z.string(),
  isUsingGpuDevice: z.function({ input: [], output: z.boolean() }),
});

async function load(bindingFile: string, kernel: DecodeOperations | null): Promise<StartedTensorflow> {
  const require = createRequire(__filename);
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  const binding: unknown = require(bindingFile);
  const { TF_Version, isUsingGpuDevice } = bindingSchema.parse(binding);
  const gpu = isUsingGpuDevice();
  const backend: unknown = new NodeJSKernelBackend(binding as Binding, "@tensorflow/tfjs-node-gpu");
  tf.registerBackend("tensorflow", () => backend as TensorflowBackend);
  await tf.setBackend("tensorflow");
  const graph = { backend: backend as TensorflowBackend };
  const device = gpu ? "gpu" : "cpu";
  return {
    operations: tensorflowOperations(graph, chooseDecode(graph, device, kernel)),
    graph,
    version: TF_Version,
    device,
  };
}
