import { readFileSync } from "node:fs";

/** Bytes that a process has in memory now (`VmRSS`) or had at most (`VmHWM`); 0 where the system does not say. */
export function memoryOf(pid: number | undefined, which: "VmRSS" | "VmHWM"): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, "utf8");
    return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
