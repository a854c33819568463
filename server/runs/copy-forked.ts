/** What a fork takes over of the run that it goes on from. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { openMetricsLog, readMetrics } from "./metrics";
import { checkpointsFolder, parseCheckpointName } from "./paths";

/**
 * Copies a checkpoint, and the metrics of its stage up to its step, from one run folder into a new one: the stage goes on from there, its curve
 * too, and the run that it is forked from may be deleted.
 */
export function copyForked(from: string, to: string, checkpoint: string): void {
  const place = parseCheckpointName(checkpoint);
  if (!place) throw new Error(`${checkpoint} is not the name of a checkpoint.`);
  cpSync(join(checkpointsFolder(from), checkpoint), join(checkpointsFolder(to), checkpoint), { recursive: true });
  // Only a stage's last checkpoint has a model card, and the new run has yet to come to its own.
  const rows = readMetrics(from, 0).rows.filter(({ stage, step }) => stage === place.stage && step <= place.step);
  const log = openMetricsLog(to);
  try {
    for (const row of rows) log.append(row);
  } finally {
    log.close();
  }
}
