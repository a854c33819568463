/** Notices what happens in run folders, whoever writes them: this server, a terminal, another window. */
import type { RunEntry } from "../protocol/editor";
import type { MetricsRow } from "../protocol/metrics";
import { isLive } from "../protocol/run";
import type { TrainerProgress } from "../protocol/trainer";
import { runReader } from "../runs/list-runs";
import { newestRow } from "../runs/metrics";
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
  const read = runReader();
  const runs = () => watched.flatMap((folder) => read(folder));

  const list = (): RunEntry[] =>
    runs()
      .map(({ entry }) => ({ ...withStopping(entry), progress: progressOf(entry) }))
      .sort((a, b) => (b.record?.created ?? "").localeCompare(a.record?.created ?? ""));

  const check = (): void => {
    const now = runs()
      .map(({ stamp }) => stamp)
      .join("\n");
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

/** A run that was asked to stop says so at once; the trainer writes it down when it has. */
function withStopping(entry: RunEntry): RunEntry {
  const own = activeRun();
  return entry.record?.status === "running" && own?.folder === entry.folder && own.stopping
    ? { ...entry, record: { ...entry.record, status: "stopping" } }
    : entry;
}

/** Null also where the file is none that can be read: reading the curves says why. */
function newestNumbers(folder: string): MetricsRow | null {
  try {
    return newestRow(folder, (row) => "reward" in row || "loss" in row);
  } catch {
    return null;
  }
}

/** Progress of a live run: from its trainer when this process supervises it, else from what it has written. */
function progressOf({ record, folder }: RunEntry): TrainerProgress | null {
  if (!record || !isLive(record)) return null;
  const own = activeRun();
  if (own?.folder === folder) return own.progress;
  const stage = record.stages.find(({ status }) => status === "running");
  if (!stage) return null;
  const row = newestNumbers(folder);
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
