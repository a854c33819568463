/** What a fork takes over of the run that it goes on from. */
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { MetricsRow } from "../protocol/metrics";
import { copyVersions } from "./kept-rewards";
import { openMetricsLog, readMetrics } from "./metrics";
import { checkpointsFolder, modelCard, parseCheckpointName, samplesPath } from "./paths";

const rowsUpTo = (folder: string, place: { readonly stage: string; readonly step: number }): MetricsRow[] =>
  readMetrics(folder, 0).rows.filter(({ stage, step }) => stage === place.stage && step <= place.step);

/** Hashes of the rewards that scored what a fork of this checkpoint takes over, in their order, each once: it goes on counting versions behind them. */
export function forkedVersions(from: string, checkpoint: string): string[] {
  const place = parseCheckpointName(checkpoint);
  const rows = place ? rowsUpTo(from, place) : [];
  return [...new Set(rows.flatMap(({ reward_hash }) => reward_hash ?? []))];
}

/**
 * Copies a checkpoint, the metrics of its stage up to its step with the rewards that scored them and, if asked for, what the stage sampled to train on, from
 * one run folder into a new one: the stage goes on from there, and its curve too.
 */
export function copyForked(
  from: string,
  to: string,
  { checkpoint, samples }: { readonly checkpoint: string; readonly samples: boolean },
): void {
  const place = parseCheckpointName(checkpoint);
  if (!place) throw new Error(`${checkpoint} is not the name of a checkpoint.`);
  cpSync(join(checkpointsFolder(from), checkpoint), join(checkpointsFolder(to), checkpoint), {
    recursive: true,
    // A model card is of a run's own end.
    filter: (path) => basename(path) !== modelCard,
  });
  const drawn = samplesPath(from, place.stage);
  if (samples && existsSync(drawn)) {
    const copy = samplesPath(to, place.stage);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(drawn, copy);
  }
  const rows = rowsUpTo(from, place);
  copyVersions(from, to, new Set(rows.flatMap(({ reward_hash }) => reward_hash ?? [])));
  const log = openMetricsLog(to);
  try {
    for (const row of rows) log.append(row);
  } finally {
    log.close();
  }
}
