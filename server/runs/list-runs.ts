/** What the views list: runs with their checkpoints, the damaged ones included. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { RunEntry } from "../protocol/editor";
import { listCheckpoints } from "./checkpoints";
import { runsFolder, workspaceOf } from "./paths";
import { readRecord, withLiveness } from "./record";

/** One run. A damaged one has no record and a `problem`; a run whose process has vanished reads `interrupted`. */
export function readRun(folder: string): RunEntry {
  const entry = { folder, workspaceFolder: workspaceOf(folder), progress: null };
  try {
    const record = withLiveness(folder, readRecord(folder));
    return { ...entry, record, problem: null, checkpoints: listCheckpoints(folder) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
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
  return names.sort((a, b) => collator.compare(b, a)).map((name) => join(parent, name));
}

/** All runs of a workspace folder, newest first, the damaged ones included. */
export const listRuns = (workspaceFolder: string): RunEntry[] => runFolders(workspaceFolder).map(readRun);
