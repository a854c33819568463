/**
 * Locks that the operating system holds for a process and takes back when it ends, however it ends: those of SQLite on empty files, which are
 * `fcntl` and `LockFileEx` on all platforms. They reach other machines as far as the file system's locks do.
 */
import { lstatSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { UserError } from "../shared/user-error";

export interface HeldLock {
  release(): void;
}

/** What is held is reachable until it is released: a database that is collected would let its lock go. */
const held = new Set<HeldLock>();

const busy = 5;
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === busy;

/** Whether a lock lies there that is ours: an empty regular file. Nothing else is opened. */
function isLockFile(path: string): boolean | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : found.isFile() && found.size === 0;
}

function take(path: string, patience: number, statements: string): HeldLock | null {
  if (isLockFile(path) === false) throw new UserError(`${path} is not a valid lock. Delete it.`);
  const database = new DatabaseSync(path, { timeout: patience });
  try {
    // A journal in a file would lie beside the lock.
    database.exec(`PRAGMA journal_mode = MEMORY; ${statements}`);
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  const lock: HeldLock = {
    release() {
      if (held.delete(lock)) database.close();
    },
  };
  held.add(lock);
  return lock;
}

/** Takes a lock alone, waiting up to `patience` milliseconds; null: somebody has it. The file is made where there is none. */
export const takeLock = (path: string, patience = 0): HeldLock | null => take(path, patience, "BEGIN EXCLUSIVE");

/** Takes a lock that others may share, and that nobody can take alone meanwhile; null: somebody has it alone. */
export const shareLock = (path: string): HeldLock | null => take(path, 0, "BEGIN; SELECT count(*) FROM sqlite_master");

/** Whether somebody has a lock alone; null: there is no such lock, or it cannot be known. */
export function isTaken(path: string): boolean | null {
  if (isLockFile(path) !== true) return null;
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec("BEGIN; SELECT count(*) FROM sqlite_master");
    return false;
  } catch (error) {
    return isBusy(error) ? true : null;
  } finally {
    database?.close();
  }
}
