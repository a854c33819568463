/** What the views list: runs with their checkpoints, the damaged ones included. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { statsOf } from "../files/workspace-file";
import type { RunEntry } from "../protocol/editor";
import { isLive, type RunRecord } from "../protocol/run";
import { readLabel } from "./annotations";
import { listCheckpoints } from "./checkpoints";
import { isHalfMade } from "./half-made";
import { statePath } from "./live-run";
import { metricsSize } from "./metrics";
import { annotationsPath, checkpointsFolder, recordPath, runsFolder, workspaceOf } from "./paths";
import { readRecord, withLiveness } from "./record";
import { messageOf } from "../shared/user-error";

/** One run. A damaged one has no record and a `problem`; a run whose process has vanished reads `interrupted`. */
export const readRun = (folder: string): RunEntry => entryOf(folder, null);

/** `written`: the record where it was read already. */
function entryOf(folder: string, written: RunRecord | null): RunEntry {
  const label = readLabel(folder);
  const entry = {
    folder,
    workspaceFolder: workspaceOf(folder),
    progress: null,
    live: null,
    ...(label === undefined ? {} : { label }),
  };
  try {
    const record = withLiveness(folder, written ?? readRecord(folder));
    return { ...entry, record, problem: null, checkpoints: listCheckpoints(folder) };
  } catch (error) {
    const problem = messageOf(error);
    return { ...entry, record: null, problem, checkpoints: [] };
  }
}

/** Folders of all runs of a workspace folder, newest first: a folder's name begins with the time. */
export function runFolders(workspaceFolder: string): string[] {
  const parent = runsFolder(workspaceFolder);
  let names: string[];
  try {
    names = readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
  const collator = new Intl.Collator("en", { numeric: true });
  return names
    .sort((a, b) => collator.compare(b, a))
    .map((name) => join(parent, name))
    .filter((folder) => !isHalfMade(folder));
}

/** All runs of a workspace folder, newest first, the damaged ones included. */
export const listRuns = (workspaceFolder: string): RunEntry[] => runFolders(workspaceFolder).map(readRun);

export interface WatchedRun {
  readonly entry: RunEntry;
  /** Changes whenever the run is written to, and when the process of a live one vanishes. */
  readonly stamp: string;
}

interface KnownRun extends WatchedRun {
  readonly recordStamp: string;
}

/** Runs of a workspace folder that are watched, the newest: each look takes a moment for each. */
const mostWatched = 2000;

/**
 * Lists the newest runs of a workspace folder as often as one likes: an ended run is read again only when its record or its checkpoints changed.
 */
export function runReader(most = mostWatched): (workspaceFolder: string) => readonly WatchedRun[] {
  const workspaces = new Map<string, ReadonlyMap<string, KnownRun>>();
  return (workspaceFolder) => {
    const before = workspaces.get(workspaceFolder);
    const runs = runFolders(workspaceFolder)
      .slice(0, most)
      .map((folder) => look(folder, before?.get(folder)));
    workspaces.set(workspaceFolder, new Map(runs.map((run) => [run.entry.folder, run])));
    return runs;
  };
}

function look(folder: string, known: KnownRun | undefined): KnownRun {
  // Before the record is read: one that is replaced in between is read again the next time.
  // Checkpoints of an ended run go too: by cleaning up, or by hand.
  const recordStamp = [recordPath(folder), checkpointsFolder(folder), annotationsPath(folder)].map(fileStamp).join(" ");
  const same = known?.recordStamp === recordStamp ? known : null;
  if (same && !isLive(same.entry.record)) return same;
  const entry = entryOf(folder, same?.entry.record ?? null);
  const { record, checkpoints } = entry;
  const written = isLive(record) ? [metricsSize(folder), checkpoints.length, fileStamp(statePath(folder))] : [];
  return { entry, recordStamp, stamp: [folder, recordStamp, record?.status ?? "damaged", ...written].join(" ") };
}

/** Files are replaced by new ones, so that their number tells apart what a coarse clock does not. */
function fileStamp(path: string): string {
  const stats = statsOf(path);
  // Missing, or in a folder that may not be entered: reading the record says which.
  return stats === null ? "none" : `${stats.mtimeMs} ${stats.ino} ${stats.size}`;
}
