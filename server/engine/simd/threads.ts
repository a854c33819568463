import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { SharedJob } from "./shared-job";

/** What a helper thread is given. */
export interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: SharedJob;
  /** 1 for the first helper; 0 is the thread that owns the jobs. */
  readonly thread: number;
}

/** Beyond this, steps of models that train on one machine's processor do not get faster. */
const mostThreads = 4;

/** Threads worth using on this machine, the calling one included. */
export function usefulThreads(): number {
  return Math.max(1, Math.min(availableParallelism(), mostThreads));
}

/**
 * Starts helpers 1 … threads − 1. They never keep the process alive, and one that cannot start is done without: jobs do not wait for helpers.
 * Returns how many threads there are with the calling one.
 */
export function startHelpers(helperFile: string, threads: number, data: Omit<HelperData, "thread">): number {
  if (!existsSync(helperFile)) return 1;
  for (let thread = 1; thread < threads; thread++) {
    const workerData: HelperData = { ...data, thread };
    const helper = new Worker(helperFile, { workerData });
    helper.on("error", () => undefined);
    helper.unref();
  }
  return threads;
}
