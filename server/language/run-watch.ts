/** Notices what happens in run folders, whoever writes them: this server, a terminal, another window. */
import { statSync } from "node:fs";
import type { RunEntry } from "../protocol/editor";
import type { MetricsRow } from "../protocol/metrics";
import type { TrainerProgress } from "../protocol/trainer";
import { readRun, runFolders } from "../runs/list-runs";
import { readMetrics } from "../runs/metrics";
import { metricsPath, recordPath } from "../runs/paths";
import { isLive } from "../runs/record";
import { activeRun } from "../supervisor/run";

/** How often the folders are looked at. */
const interval = 400;

export interface RunWatch {
  /** Runs of all workspace folders, newest first, with the progress of those that live. */
  list(): RunEntry[];
  /** Looks again now. */
  check(): void;
  setFolders(folders: readonly string[]): void;
  dispose(): void;
}

export function watchRuns(folders: readonly string[], changed: () => void): RunWatch {
  let watched = folders;
  let seen = "";
  const tails = new Map<string, Tail>();
  const quiet = new Map<string, RunEntry>();

  const list = (): RunEntry[] =>
    watched
      .flatMap((folder) => readRuns(folder, quiet))
      .map((entry) => ({ ...withStopping(entry), progress: progressOf(entry, tails) }))
      .sort((a, b) => (b.record?.created ?? "").localeCompare(a.record?.created ?? ""));

  const check = (): void => {
    const now = signature(watched, quiet);
    if (now === seen) return;
    seen = now;
    changed();
  };
  const timer = setInterval(check, interval);
  return {
    list,
    check,
    setFolders(next) {
      watched = next;
      check();
    },
    dispose: () => clearInterval(timer),
  };
}

/** Changes whenever a run appears, goes, or is written to, and when the process of a live one vanishes. */
function signature(folders: readonly string[], quiet: Map<string, RunEntry>): string {
  return folders
    .flatMap((folder) => readRuns(folder, quiet))
    .map(({ folder, record, checkpoints }) => {
      const size = statSync(metricsPath(folder), { throwIfNoEntry: false })?.size ?? 0;
      const stages = record?.stages.map(({ status, step }) => `${status}${step}`).join() ?? "";
      return [folder, record?.status, record?.engine.name, size, stages, checkpoints.length].join(" ");
    })
    .join("\n");
}

/** Runs of a workspace folder. One that has ended is read again only when its record changes. */
function readRuns(workspaceFolder: string, quiet: Map<string, RunEntry>): RunEntry[] {
  return runFolders(workspaceFolder).map((folder) => {
    const stamp = `${folder} ${statSync(recordPath(folder), { throwIfNoEntry: false })?.mtimeMs ?? 0}`;
    const known = quiet.get(stamp);
    if (known) return known;
    const entry = readRun(folder);
    if (entry.record && !isLive(entry.record)) quiet.set(stamp, entry);
    return entry;
  });
}

/** A run that was asked to stop says so at once; the trainer writes it down when it has. */
function withStopping(entry: RunEntry): RunEntry {
  const own = activeRun();
  return entry.record?.status === "running" && own?.folder === entry.folder && own.stopping
    ? { ...entry, record: { ...entry.record, status: "stopping" } }
    : entry;
}

interface Tail {
  cursor: number;
  row: MetricsRow | null;
}

/** Progress of a live run: from its trainer when this process supervises it, else from what it has written. */
function progressOf(entry: RunEntry, tails: Map<string, Tail>): TrainerProgress | null {
  const { record, folder } = entry;
  if (!record || !isLive(record)) {
    tails.delete(folder);
    return null;
  }
  const own = activeRun();
  if (own?.folder === folder) return own.progress;
  const stage = record.stages.find(({ status }) => status === "running");
  if (!stage) return null;
  const tail = tails.get(folder) ?? { cursor: 0, row: null };
  const { rows, cursor } = readMetrics(folder, tail.cursor);
  const row = rows.findLast((candidate) => "reward" in candidate || "loss" in candidate) ?? tail.row;
  tails.set(folder, { cursor, row });
  const name = typeof row?.["reward"] === "number" ? "reward" : "loss";
  const value = row?.stage === stage.name ? row[name] : undefined;
  return {
    type: "progress",
    stage: stage.name,
    phase: "training",
    step: stage.step,
    steps: stage.steps,
    secondsLeft: stage.step === 0 ? null : (stage.seconds / stage.step) * (stage.steps - stage.step),
    headline: typeof value === "number" ? { name, value } : null,
  };
}
