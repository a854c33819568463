import type { Kernel } from "./shared-job";
import type { Kernels } from "./kernels";

export interface KernelInstance {
  readonly kernels: Kernels;
  /** The same functions by number, the same in every thread. */
  readonly all: readonly Kernel[];
  readonly numberOf: (name: keyof Kernels) => number;
}

/** Links the compiled kernels to a memory; each thread has an instance of its own over the same memory. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelInstance {
  const abort = (_message: number, _file: number, line: number): never => {
    throw new Error(`A kernel failed at line ${line}.`);
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const names = Object.keys(exports).filter((name) => typeof exports[name] === "function");
  const numbers = new Map(names.map((name, index) => [name, index]));
  return {
    kernels: exports as unknown as Kernels,
    all: names.map((name) => exports[name] as Kernel),
    numberOf: (name) => numbers.get(name)!,
  };
}
