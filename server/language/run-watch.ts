/** Notices what happens in run folders, whoever writes them: this server, a terminal, another window. */
import type { RunEntry } from "../protocol/editor";
import type { MetricsRow } from "../protocol/metrics";
import { isLive, type RunRecord } from "../protocol/run";
import type { TrainerProgress } from "../protocol/trainer";
import { runReader } from "../runs/list-runs";
import { readLiveState } from "../runs/live-run";
import { newestRow } from "../runs/metrics";
import { isTaken } from "../runs/os-lock";
import { mendingLock } from "../runs/paths";

/** Milliseconds between looks at the folders. */
const interval = 400;
/** A pause is at least as many times as long as the look before it: whatever there is to see, other requests have their turn. */
const pauses = 10;

export interface RunWatch {
  /** Runs of all workspace folders, newest first, with the progress of those that live. */
  list(): RunEntry[];
  /** Looks again now. */
  check(): void;
  setFolders(folders: readonly string[]): void;
  dispose(): void;
}

/** `looked` is told of all runs whenever they are looked at. */
export function watchRuns(
  folders: readonly string[],
  changed: () => void,
  looked: (runs: readonly RunEntry[]) => void = () => undefined,
): RunWatch {
  let watched = folders;
  let seen = "";
  const read = runReader();
  const runs = () => watched.flatMap((folder) => read(folder));

  const list = (): RunEntry[] =>
    runs()
      .map(({ entry }) => withLiveState(entry))
      .sort((a, b) => (b.record?.created ?? "").localeCompare(a.record?.created ?? ""));

  const check = (): void => {
    const all = runs();
    looked(all.map(({ entry }) => entry));
    const now = all.map(({ stamp }) => stamp).join("\n");
    if (now === seen) return;
    seen = now;
    changed();
  };
  let timer: NodeJS.Timeout;
  const checkAgain = (milliseconds: number): void => {
    timer = setTimeout(() => {
      const started = performance.now();
      try {
        check();
      } finally {
        checkAgain(Math.max(interval, pauses * (performance.now() - started)));
      }
    }, milliseconds);
  };
  checkAgain(interval);
  return {
    list,
    check,
    setFolders(next) {
      watched = next;
      check();
    },
    dispose: () => clearTimeout(timer),
  };
}

/** What the supervisor of a live run says of it. One that was asked to stop says so at once; the trainer writes it down when it has. */
function withLiveState(entry: RunEntry): RunEntry {
  const { record, folder } = entry;
  if (record?.pausedFor === "reward" && record.status === "paused")
    return { ...entry, goesOnWhenMended: isTaken(mendingLock(folder)) === true };
  if (!record || !isLive(record)) return entry;
  const state = readLiveState(folder, record.process?.token);
  if (!state) return { ...entry, progress: recordedProgress(folder, record) };
  const { origin, limits, outdatedRewards, strayErrors, progress, stopping } = state;
  return {
    ...entry,
    progress,
    live: { origin, limits, outdatedRewards, strayErrors },
    record: stopping && record.status === "running" ? { ...record, status: "stopping" } : record,
  };
}

/** Null also where the file is none that can be read: reading the curves says why. */
function newestNumbers(folder: string): MetricsRow | null {
  try {
    return newestRow(folder, (row) => "reward" in row || "loss" in row);
  } catch {
    return null;
  }
}

/** How far a run is by what it has written, where its supervisor says nothing. */
function recordedProgress(folder: string, record: RunRecord): TrainerProgress | null {
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
