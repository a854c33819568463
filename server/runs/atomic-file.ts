/** Files and folders that are there whole or not at all, whenever the process ends. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** A write that did not reach the disk. What was recorded before is whole; the message says so to people. */
export class RunWriteError extends Error {
  override readonly name = "RunWriteError";
}

/** Runs a write and turns what the file system says into one sentence for people. */
export function writing<T>(what: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const full = /ENOSPC|EDQUOT|disk is full/i.test(text);
    // What SQLite says of a file that is none of its own any more.
    if (/file is not a database|database disk image is malformed/i.test(text))
      throw new RunWriteError(
        `${what} is damaged (${text}). Move it away and resume: the run goes on to the same numbers, without the rollouts that it held.`,
        { cause: error },
      );
    throw new RunWriteError(
      full
        ? `No space is left to write ${what}. Free some space on the disk and resume the run: everything before it is recorded.`
        : `Could not write ${what} (${text}). Everything before it is recorded.`,
      { cause: error },
    );
  }
}

const retryable = new Set(["EPERM", "EACCES", "EBUSY", "ENOTEMPTY"]);
const sleepCell = new Int32Array(new SharedArrayBuffer(4));

/** Renames, again for up to a second while another process (a reader or a virus scanner on Windows) holds the target open. */
export function renameWithRetry(from: string, to: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (process.platform !== "win32" || !retryable.has(code) || attempt >= 20) throw error;
      Atomics.wait(sleepCell, 0, 0, 50);
    }
  }
}

/** Writes a file and makes sure it has reached the disk. */
export function writeDurably(path: string, data: string | Uint8Array): void {
  const descriptor = openSync(path, "w");
  try {
    writeFileSync(descriptor, data);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces a file at once: readers see the old content or the new one. */
export function replaceFile(path: string, data: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeDurably(temporary, data);
    renameWithRetry(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
