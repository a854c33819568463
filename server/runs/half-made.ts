/**
 * Run folders whose process was killed before their `run.json` was written, while the checkpoint of a fork was copied say: nobody can use them, and views
 * would list each as a damaged run. A file in `live/` marks a folder as long as it is made.
 */
import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "./atomic-file";
import { takeLock } from "./os-lock";
import { liveFolder, recordPath, supervisorLock } from "./paths";

const markPath = (runFolder: string): string => join(liveFolder(runFolder), "beginning");

export const markHalfMade = (runFolder: string): void => writeDurably(markPath(runFolder), "");

/** Whether a folder is being made, or would be if its process had not been killed. */
export const isHalfMade = (runFolder: string): boolean =>
  !existsSync(recordPath(runFolder)) && existsSync(markPath(runFolder));

export function unmarkHalfMade(runFolder: string): void {
  rmSync(markPath(runFolder), { force: true });
}

/** Milliseconds after which nobody takes the lock of a new folder any more. */
const untaken = 3600_000;

/** Deletes the folders among `parent`'s that nobody goes on making. Never throws. */
export function sweepHalfMade(parent: string): void {
  for (const name of readdirSync(parent)) {
    const folder = join(parent, name);
    try {
      if (!existsSync(recordPath(folder)) && lstatSync(folder).isDirectory()) sweep(folder);
    } catch {
      // Another process is faster, or it cannot be deleted: views list it.
    }
  }
}

function sweep(folder: string): void {
  const isOld = lstatSync(folder).mtimeMs < Date.now() - untaken;
  if (!existsSync(markPath(folder))) {
    // Killed before it could be marked: nothing is in it. Of a run whose record was deleted something is.
    if (isOld) rmdirSync(folder);
    return;
  }
  const lock = supervisorLock(folder);
  if (!existsSync(lock)) {
    if (isOld) rmSync(folder, { recursive: true, force: true });
    return;
  }
  const held = takeLock(lock);
  if (held === null) return;
  // The record may be there by now. Windows deletes no file that is open.
  const isMade = existsSync(recordPath(folder));
  if (process.platform === "win32") held.release();
  try {
    if (!isMade) rmSync(folder, { recursive: true, force: true });
  } finally {
    held.release();
  }
}
