/** What want of memory has to do with the end of a trainer. */
import { planText } from "../models/memory-plan";
import { memoryEndText, type MemoryEnd } from "../processes/out-of-memory";
import type { StageRecord } from "../protocol/run";

/** Below it, a stage is not what fills a machine's memory. */
const muchMemory = 1e9;

/** After a space; empty: nothing. */
export function memoryText(stages: readonly Pick<StageRecord, "status" | "memory">[], end: MemoryEnd): string {
  const plan = stages.find(({ status }) => status === "running")?.memory;
  if (end === "no" || (end === "perhaps" && plan && plan.peak < muchMemory)) return "";
  const planned = plan
    ? ` Its stage was planned at ${planText(plan)}; a micro_batch_size, or a smaller one, takes less.`
    : "";
  return ` ${memoryEndText[end]}${planned}`;
}
