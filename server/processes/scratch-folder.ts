/**
 * Folders for files that matter only while a process works with them, as bundles of rewards do, among the system's temporary files. A process that is
 * killed cannot delete its own; who holds the lock beside a folder is known by the system, so the watchdog, and the next process that makes one, deletes
 * those that nobody holds any more. The lock is there before its folder and goes after it: at whatever moment a process is killed, it tells.
 */
import { randomUUID } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeProblem } from "../files/write-problem";
import { takeLock, type HeldLock } from "../runs/os-lock";
import { UserError } from "../shared/user-error";

export interface ScratchFolder {
  readonly path: string;
  remove(): void;
}

const prefix = "reasoning-lab-scratch-";
const suffix = ".lock";
const lockOf = (folder: string): string => `${folder}${suffix}`;

/** Bytes that are free when a folder is made: a full disk is said of the disk, not of what is written there later. */
const needed = 1 << 20;

/** A sentence for people about the folder that the system names for temporary files. */
function unusable(folder: string, error: unknown): Error {
  const problem = existsSync(folder) ? writeProblem(folder, error) : "it is missing";
  const variable = process.platform === "win32" ? "TEMP" : "TMPDIR";
  return new UserError(
    `The folder for temporary files, ${folder}, cannot be used: ${problem}. Fix this, or set ${variable} to another folder.`,
    { cause: error },
  );
}

/** Deletes a folder and its lock, which is ours, by which nobody else can take it meanwhile. */
function deleteWithLock(folder: string, lock: HeldLock): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    // Windows deletes no file that is open.
    if (process.platform === "win32") lock.release();
    rmSync(lockOf(folder), { force: true });
  } catch {
    // Somebody has it open: the next one tries again.
  } finally {
    lock.release();
  }
}

/** Deletes the folders that killed processes of this user have left. Never throws. */
export function sweepScratchFolders(base: string = tmpdir()): void {
  try {
    for (const name of readdirSync(base))
      if (name.startsWith(prefix) && name.endsWith(suffix)) sweep(join(base, name.slice(0, -suffix.length)));
  } catch {
    // Whoever needs the folder says what is wrong with it.
  }
}

function sweep(folder: string): void {
  try {
    const stats = lstatSync(lockOf(folder), { throwIfNoEntry: false });
    if (!stats?.isFile() || (process.getuid && stats.uid !== process.getuid())) return;
    const lock = takeLock(lockOf(folder));
    if (lock !== null) deleteWithLock(folder, lock);
  } catch {
    // What cannot be deleted does no harm there.
  }
}

/** Makes a folder that is this process's until it is removed or the process ends. Throws an Error for people. */
export function makeScratchFolder(): ScratchFolder {
  const base = tmpdir();
  sweepScratchFolders(base);
  let folder: ScratchFolder | null = null;
  try {
    while (folder === null) {
      const path = join(realpathSync(base), `${prefix}${randomUUID()}`);
      const lock = takeLock(lockOf(path));
      // Somebody may have found the lock before it was held, and deleted it.
      if (lock !== null && existsSync(lockOf(path))) folder = ownFolder(path, lock);
      else lock?.release();
    }
    const trial = join(folder.path, "trial");
    writeFileSync(trial, new Uint8Array(needed));
    rmSync(trial);
    return folder;
  } catch (error) {
    folder?.remove();
    throw unusable(base, error);
  }
}

function ownFolder(path: string, lock: HeldLock): ScratchFolder {
  const remove = (): void => {
    process.off("exit", remove);
    deleteWithLock(path, lock);
  };
  process.once("exit", remove);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    remove();
    throw error;
  }
  return { path, remove };
}
