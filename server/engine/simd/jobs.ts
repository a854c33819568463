/** Runs a kernel over a range of rows, alone or together with helper threads. */
import type { KernelInstance } from "./instance";
import type { Kernels } from "./kernels";
import type { KernelMemory } from "./memory";
import { closeJob, newSharedJob, openJob, workOnJob, writeJob } from "./shared-job";
import type { SharedJob } from "./shared-job";

export interface Job {
  readonly kernel: keyof Kernels;
  /** Arguments; those at `range` and `range + 1` are filled in: first and last of the part. */
  readonly args: readonly number[];
  readonly range: number;
  /** Length of the whole range. */
  readonly count: number;
  /** Parts begin at multiples of this. */
  readonly multiple: number;
  /** The argument at this index is the address of so many bytes of scratch memory, of each thread its own. */
  readonly scratch?: { readonly argument: number; readonly bytes: number };
  /** The argument at this index is the address of sums of so many float32, 0 at first: what each part adds up for itself. */
  readonly sums?: { readonly argument: number; readonly length: number };
  /** Multiply-adds, or as much work: small jobs are not worth handing out. */
  readonly work: number;
}

export interface JobRunner {
  readonly threads: number;
  readonly shared: SharedJob;
  /** Runs to the end. `use` sees the sums of each part, in the order of parts, before they are given back. */
  run(job: Job, use?: (sums: number) => void): void;
}

const floatBytes = 4;
const alignment = 64;
/** Work of a part that is worth fetching it from another thread: some ten microseconds. */
const workOfPart = 200_000;
const partsPerThread = 4;
/** Jobs with sums have this many parts on any machine: what is added up, and in which order, must not depend on its cores. */
const partsWithSums = 4;

/** Parts of a job's range. Only jobs with sums depend on it, and theirs do not depend on `threads`. */
export function partsOf(job: Job, threads: number): number {
  const units = Math.ceil(job.count / job.multiple);
  if (job.sums) return Math.min(units, partsWithSums);
  return Math.max(1, Math.min(units, Math.floor(job.work / workOfPart), threads * partsPerThread));
}

/** `threads` − 1 helpers work on `shared` too. With 1 everything runs on the calling thread. */
export function createJobRunner(
  { all, numberOf }: KernelInstance,
  pool: KernelMemory,
  shared: SharedJob = newSharedJob(),
  threads = 1,
): JobRunner {
  return {
    threads,
    shared,
    run(job, use) {
      if (job.count === 0) return;
      const parts = partsOf(job, threads);
      const scratch = scratchOf(job);
      const blocks = job.sums ? parts : threads;
      const address = scratch ? pool.allocate(scratch.bytes * blocks) : 0;
      if (job.sums) pool.floats(address, (scratch!.bytes * blocks) / floatBytes).fill(0);
      writeJob(shared, {
        kernel: numberOf(job.kernel),
        args: job.args,
        range: job.range,
        count: job.count,
        multiple: job.multiple,
        parts,
        scratch: scratch && { ...scratch, address, byPart: job.sums !== undefined },
      });
      if (threads === 1 || parts === 1) workOnJob(shared, all, 0);
      else {
        openJob(shared);
        try {
          workOnJob(shared, all, 0);
        } finally {
          closeJob(shared);
        }
      }
      if (!scratch) return;
      if (use) for (let part = 0; part < parts; part++) use(address + part * scratch.bytes);
      pool.free(address);
    },
  };
}

/** Blocks of whole cache lines, so that threads do not write to the same one. */
function scratchOf({ scratch, sums }: Job): { readonly argument: number; readonly bytes: number } | null {
  const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
  if (sums) return { argument: sums.argument, bytes: aligned(sums.length * floatBytes) };
  return scratch ? { argument: scratch.argument, bytes: aligned(scratch.bytes) } : null;
}
