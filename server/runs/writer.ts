/** What the trainer (and, before and after it lives, the supervisor) writes a run through. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MetricsRow } from "../protocol/metrics";
import type { StageReport } from "../protocol/reports";
import type { RunRecord } from "../protocol/run";
import { replaceFile, RunWriteError, writing } from "./atomic-file";
import { bestCheckpoint } from "./best-checkpoint";
import { pruneCheckpoints, recoverCheckpoints, saveCheckpoint } from "./checkpoints";
import { givenCheckpoint } from "./given-checkpoint";
import { openLineLog, type LineLog } from "./line-log";
import { openMetricsLog } from "./metrics";
import { datasetPath, modelCard, reportPath, samplesPath } from "./paths";
import { readRecord, writeRecord } from "./record";
import { openTraceWriter, type TraceWriter } from "./trace-writer";

export interface RunWriter extends Omit<TraceWriter, "close"> {
  readonly folder: string;
  /** The run as last written or read. */
  readonly record: RunRecord;
  /** Replaces `run.json` by what the function makes of it as it stands on disk. */
  update(change: (record: RunRecord) => RunRecord): void;
  appendMetrics(row: MetricsRow): void;
  /** Writes a checkpoint whole and returns its folder's name, `<stage>-<step>`. */
  saveCheckpoint(stage: string, step: number, files: Readonly<Record<string, string | Uint8Array>>): string;
  /** Deletes the stage's checkpoints but the newest `keep`, the best by a metric, and the one that the stage gives on; the last one stays whatever `keep` says. */
  pruneCheckpoints(stage: string, keep: number, metric?: string): void;
  /** Writes `reports/<stage>.json`. */
  saveReport(stage: string, report: StageReport): void;
  /** Writes `datasets/<stage>.jsonl`, a row a line. */
  saveDataset(stage: string, rows: readonly object[]): void;
  /** Writes the model card into the stage's newest checkpoint, as `README.md`. */
  saveModelCard(stage: string, text: string): void;
  /** Opens `samples/<stage>.jsonl` to append to. */
  openSamples<T>(stage: string): LineLog<T>;
  close(): void;
}

function saveFile(path: string, text: string): void {
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, text);
  });
}

/**
 * Opens a run for writing and repairs what a kill left behind (a torn line of metrics, an unfinished checkpoint). One writer at a time.
 * All writes are on the disk, as far as a killed process goes, when they return; they throw {@link RunWriteError} with a sentence for
 * people when they cannot, and what was recorded before stays whole. With a `token`, record and checkpoints are written only as long as the
 * record names it.
 */
export function openRunWriter(folder: string, token?: string): RunWriter {
  const own = (): RunRecord => {
    const current = readRecord(folder);
    if (token !== undefined && current.process?.token !== token)
      throw new RunWriteError(`${folder} was taken over by another process: this one writes no more.`);
    return current;
  };
  let record = own();
  recoverCheckpoints(folder);
  const metrics = openMetricsLog(folder);
  let traces: TraceWriter;
  try {
    traces = openTraceWriter(folder);
  } catch (error) {
    metrics.close();
    throw error;
  }
  return {
    folder,
    get record() {
      return record;
    },
    update(change) {
      record = change(own());
      writeRecord(folder, record);
    },
    appendMetrics: (row) => metrics.append(row),
    recordRollouts: (rollouts) => traces.recordRollouts(rollouts),
    recordVocabulary: (texts) => traces.recordVocabulary(texts),
    saveCheckpoint(stage, step, files) {
      // Of a folder that is gone the checkpoint says so itself.
      if (token !== undefined && existsSync(folder)) own();
      return saveCheckpoint(folder, stage, step, files);
    },
    pruneCheckpoints(stage, keep, metric) {
      const best = metric === undefined ? null : (bestCheckpoint(folder, stage, metric)?.name ?? null);
      const given = record.stages.find(({ name }) => name === stage)?.given ?? null;
      pruneCheckpoints(folder, stage, keep, [best, given]);
    },
    tagRollouts: (rollouts) => traces.tagRollouts(rollouts),
    saveReport: (stage, report) => saveFile(reportPath(folder, stage), `${JSON.stringify(report, null, 2)}\n`),
    saveDataset: (stage, rows) =>
      saveFile(datasetPath(folder, stage), rows.map((row) => `${JSON.stringify(row)}\n`).join("")),
    saveModelCard(stage, text) {
      const checkpoint = givenCheckpoint(folder, record, stage);
      if (checkpoint) saveFile(join(checkpoint, modelCard), text);
    },
    openSamples(stage) {
      const path = samplesPath(folder, stage);
      mkdirSync(dirname(path), { recursive: true });
      return openLineLog(path);
    },
    close() {
      metrics.close();
      traces.close();
    },
  };
}
