/** Runs a kernel over a range of rows, alone or together with helper threads; each thread takes a contiguous part of the range. */
import type { Kernels } from "./kernels";
import type { KernelMemory } from "./memory";

export interface Job {
  readonly kernel: keyof Kernels;
  /** Arguments; those at `range` and `range + 1` are filled in: first and last of the part. */
  readonly args: readonly number[];
  readonly range: number;
  /** Length of the whole range. */
  readonly count: number;
  /** Parts begin at multiples of this. */
  readonly multiple: number;
  /** Index of the argument that is an address of scratch memory, and the bytes that each thread needs there. */
  readonly scratch?: { readonly argument: number; readonly bytes: number; readonly zeroed?: boolean };
  /** Multiply-adds, or as much work: small jobs are not worth handing out. */
  readonly work: number;
}

export interface JobRunner {
  readonly threads: number;
  /** Runs to the end. `use` sees the scratch memory of each part, in the order of parts, before it is given back. */
  run(job: Job, use?: (scratch: number) => void): void;
  dispose(): void;
}

/** Runs everything on the calling thread. */
export function singleThread(kernels: Kernels, pool: KernelMemory): JobRunner {
  return {
    threads: 1,
    run(job, use) {
      const args = [...job.args];
      args[job.range] = 0;
      args[job.range + 1] = job.count;
      const scratch = job.scratch ? pool.allocate(job.scratch.bytes) : 0;
      if (job.scratch) {
        args[job.scratch.argument] = scratch;
        if (job.scratch.zeroed) pool.floats(scratch, job.scratch.bytes / 4).fill(0);
      }
      (kernels[job.kernel] as (...values: number[]) => number)(...args);
      if (job.scratch) {
        use?.(scratch);
        pool.free(scratch);
      }
    },
    dispose() {
      // Nothing to end: there are no threads.
    },
  };
}
