/** Which of a stage's checkpoints measured best. */
import type { CheckpointEntry } from "../protocol/editor";
import { listCheckpoints } from "./checkpoints";
import { readMetrics } from "./metrics";

/** Losses are better when they are lower. */
const lowerIsBetter = (metric: string): boolean => metric.endsWith("loss");

/** The checkpoint whose step has the best value of a metric, the earliest of equals; null: none was measured. */
export function bestCheckpoint(runFolder: string, stage: string, metric: string): CheckpointEntry | null {
  const values = new Map<number, number>();
  for (const row of readMetrics(runFolder, 0).rows) {
    const value = row[metric];
    if (row.stage === stage && typeof value === "number" && !Number.isNaN(value)) values.set(row.step, value);
  }
  const sign = lowerIsBetter(metric) ? -1 : 1;
  let best: { readonly entry: CheckpointEntry; readonly value: number } | null = null;
  for (const entry of listCheckpoints(runFolder)) {
    const value = entry.stage === stage ? values.get(entry.step) : undefined;
    if (value !== undefined && (best === null || sign * value > sign * best.value)) best = { entry, value };
  }
  return best?.entry ?? null;
}
