/** What the trainer (and, before and after it lives, the supervisor) writes a run through. */
import type { DrawingView } from "../protocol/drawing";
import type { FileContent } from "../shared/file-content";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isFolder } from "../files/workspace-file";
import type { MetricsRow } from "../protocol/metrics";
import type { StageReport } from "../protocol/reports";
import type { RunRecord } from "../protocol/run";
import { replaceFile, RunWriteError, sweepTemporaries, writing } from "./atomic-file";
import { bestCheckpoint } from "./best-checkpoint";
import {
  listCheckpoints,
  openCheckpoint,
  placeCheckpoint,
  pruneCheckpoints,
  recoverCheckpoints,
  saveCheckpoint,
} from "./checkpoints";
import { givenCheckpoint } from "./given-checkpoint";
import { FileLost, refuseGone, setAside } from "./held-file";
import { clearDrawing, writeDrawing } from "./live-drawing";
import { openLineLog, type LineLog } from "./line-log";
import { openMetricsLog } from "./metrics";
import { unmarkHalfMade } from "./half-made";
import { checkpointsFolder, datasetPath, modelCard, recordPath, reportPath, samplesPath } from "./paths";
import { sweepVersions } from "./kept-rewards";
import { readRecord, writeLastRecord, writeRecord } from "./record";
import { dropReserve, keepReserve } from "./reserve";
import { openTraceWriter, type TraceWriter } from "./trace-writer";

export interface RunWriter extends Omit<TraceWriter, "close"> {
  readonly folder: string;
  /** The run as last written or read. */
  readonly record: RunRecord;
  /** Replaces `run.json` by what the function makes of it as it stands on disk. */
  update(change: (record: RunRecord) => RunRecord): void;
  /** {@link update} for the end of the run, which is recorded on a full disk too. */
  end(change: (record: RunRecord) => RunRecord): void;
  appendMetrics(row: MetricsRow): void;
  /** Shows those who look on what is being drawn, until rollouts are recorded. */
  showDrawing(drawing: DrawingView): void;
  /** Nothing is being drawn any more. */
  hideDrawing(): void;
  /** Writes a checkpoint whole and returns its folder's name, `<stage>-<step>`. */
  saveCheckpoint(stage: string, step: number, files: Readonly<Record<string, FileContent>>): string;
  /** Makes a folder that becomes a checkpoint with {@link placeCheckpoint}, and is cleared away where the process ends before. */
  openCheckpoint(stage: string, step: number): string;
  /** Puts the checkpoint in its place, its files being written. Returns its folder's name. */
  placeCheckpoint(stage: string, step: number): string;
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
  /**
   * Looks whether all that the run holds open is still where it was, as a run does before it says that it has completed. Throws {@link FileLost}, as
   * every write does.
   */
  check(): void;
  close(): void;
}

/** The record of a run that is being written, as it stands on disk. One that is not there, or is none any more, is put back as it was; throws {@link FileLost}. */
function readAgain(folder: string, last: RunRecord): RunRecord {
  try {
    return readRecord(folder);
  } catch (error) {
    refuseGone(folder);
    const path = recordPath(folder);
    const kept = existsSync(path) ? setAside(path) : null;
    writeRecord(folder, last);
    throw new FileLost(
      kept === null
        ? `${path} was deleted or moved while the run was writing it. It is written there again: resume the run.`
        : `Something else replaced the run's record at ${path}. It is saved as ${kept}, and the record is written again: resume the run.`,
      { cause: error },
    );
  }
}

function saveFile(path: string, text: string): void {
  // A run that was deleted while it ran does not come back as some of its files.
  refuseGone(dirname(dirname(path)));
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, text);
  });
}

/** Clears what killed processes have left, where one that writes alone finds it. */
function recoverRun(folder: string): void {
  recoverCheckpoints(folder);
  const checkpoints = listCheckpoints(folder).map(({ name }) => join(checkpointsFolder(folder), name));
  const written = [reportPath(folder, ""), datasetPath(folder, "")].map((path) => dirname(path)).filter(isFolder);
  for (const place of [folder, ...written, ...checkpoints]) sweepTemporaries(place);
  sweepVersions(folder);
  unmarkHalfMade(folder);
}

/**
 * Opens a run for writing and repairs what a kill left behind (a torn line of metrics, an unfinished checkpoint). One writer at a time.
 * All writes are on the disk, as far as a killed process goes, when they return; they throw {@link RunWriteError} with a sentence for
 * people when they cannot, and what was recorded before stays whole. With a `token`, record and checkpoints are written only as long as the
 * record names it.
 */
export function openRunWriter(folder: string, token?: string): RunWriter {
  const own = (last: RunRecord | null): RunRecord => {
    const current = last === null ? readRecord(folder) : readAgain(folder, last);
    if (token !== undefined && current.process?.token !== token)
      throw new RunWriteError(`Another process took over ${folder}, so this one stops writing.`);
    return current;
  };
  let record = own(null);
  recoverRun(folder);
  keepReserve(folder);
  const metrics = openMetricsLog(folder);
  let traces: TraceWriter;
  try {
    traces = openTraceWriter(folder);
  } catch (error) {
    metrics.close();
    throw error;
  }
  const samples = new Set<Pick<LineLog<unknown>, "check">>();
  let shows = false;
  const hideDrawing = (): void => {
    if (shows) clearDrawing(folder);
    shows = false;
  };
  return {
    folder,
    get record() {
      return record;
    },
    update(change) {
      record = change(own(record));
      writeRecord(folder, record);
    },
    end(change) {
      record = change(own(record));
      writeLastRecord(folder, record);
    },
    appendMetrics: (row) => metrics.append(row),
    recordRollouts(rollouts) {
      traces.recordRollouts(rollouts);
      hideDrawing();
    },
    showDrawing(drawing) {
      if (token === undefined) return;
      shows = true;
      writeDrawing(folder, token, drawing);
    },
    hideDrawing,
    recordVocabulary: (texts) => traces.recordVocabulary(texts),
    saveCheckpoint(stage, step, files) {
      if (token !== undefined) own(record);
      return saveCheckpoint(folder, stage, step, files);
    },
    openCheckpoint(stage, step) {
      if (token !== undefined) own(record);
      return openCheckpoint(folder, stage, step);
    },
    placeCheckpoint(stage, step) {
      if (token !== undefined) own(record);
      return placeCheckpoint(folder, stage, step);
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
      refuseGone(folder);
      writing(path, () => mkdirSync(dirname(path), { recursive: true }));
      const log = openLineLog<unknown>(path);
      samples.add(log);
      return {
        ...log,
        close() {
          samples.delete(log);
          log.close();
        },
      };
    },
    check() {
      own(record);
      for (const log of [metrics, traces, ...samples]) log.check();
    },
    close() {
      hideDrawing();
      metrics.close();
      traces.close();
      dropReserve(folder);
    },
  };
}
