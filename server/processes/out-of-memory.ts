/** Whether the system ended a process because memory ran out: Linux counts such ends, elsewhere only the signal is known. */
import { readFileSync } from "node:fs";

/** Of the machine, and of the group of processes that this one is in (of a container, say). */
const counters = ["/proc/vmstat", "/sys/fs/cgroup/memory.events"];

/** Processes that the system has ended for want of memory so far; null: it does not say. */
function endedForMemory(): number | null {
  let sum: number | null = null;
  for (const path of counters) {
    try {
      const count = /^oom_kill (\d+)$/m.exec(readFileSync(path, "utf8"))?.[1];
      if (count !== undefined) sum = (sum ?? 0) + Number(count);
    } catch {
      // Not on this system.
    }
  }
  return sum;
}

/** Of a Node process whose own heap is full. */
const heapIsFull = /JavaScript heap out of memory|Reached heap limit/;

export interface EndedProcess {
  /** As `close` tells it. */
  readonly signal: string | null;
  /** The last that it wrote to stderr. */
  readonly lastWords: string;
}

/** Whether want of memory ended a process. */
export type MemoryEnd = "yes" | "perhaps" | "no";

export const memoryEndText: Readonly<Record<MemoryEnd, string>> = {
  yes: "Memory ran out.",
  perhaps: "If nobody ended it, the system did: it may need more memory than there is.",
  no: "",
};

/** Watches from now on; what is returned is asked of a process that has ended and that none of us ended. */
export function watchMemoryEnds(count = endedForMemory): (ended: EndedProcess) => MemoryEnd {
  const before = count();
  return ({ signal, lastWords }) => {
    if (heapIsFull.test(lastWords)) return "yes";
    if (signal !== "SIGKILL") return "no";
    const after = count();
    return before !== null && after !== null && after > before ? "yes" : "perhaps";
  };
}
