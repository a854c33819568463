/** Files and folders that are there whole or not at all, whenever the process ends. */
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDiskFull } from "../files/write-problem";
import { partsOf, type FileContent } from "../shared/file-content";
import { messageOf, UserError } from "../shared/user-error";

/** A write that did not reach the disk. What was recorded before is whole; the message says so to people. */
export class RunWriteError extends UserError {
  override readonly name: string = "RunWriteError";
}

/** SQLITE_CORRUPT and SQLITE_NOTADB: a file that is none of SQLite's own any more. */
const damagedCodes: ReadonlySet<number> = new Set([11, 26]);

/** The primary code stands in the lowest byte of an extended one. */
const isDamagedDatabase = (error: unknown): boolean =>
  error instanceof Error &&
  "errcode" in error &&
  typeof error.errcode === "number" &&
  damagedCodes.has(error.errcode & 0xff);

/** Runs a write and turns what the file system says into one sentence for people. */
export function writing<T>(what: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const text = messageOf(error);
    if (isDamagedDatabase(error))
      throw new RunWriteError(
        `${what} is damaged (${text}). Move it away and resume: the run continues with the same numbers, without the rollouts in it.`,
        { cause: error },
      );
    throw new RunWriteError(
      isDiskFull(error)
        ? `No space is left to write ${what}. Free some disk space and resume the run: everything before this was recorded.`
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

/** Bytes of one call: the system writes no more than 2 GiB at a time. */
const mostAtOnce = 2 ** 30;

/** Writes a file and makes sure it has reached the disk. `each`: told of its parts as they are written. */
export function writeDurably(
  path: string,
  content: FileContent,
  each: (part: string | Uint8Array) => void = () => undefined,
): void {
  const descriptor = openSync(path, "w");
  try {
    for (const part of partsOf(content)) {
      each(part);
      if (typeof part === "string") writeFileSync(descriptor, part);
      else
        for (let start = 0; start < part.length; start += mostAtOnce)
          writeFileSync(descriptor, part.subarray(start, start + mostAtOnce));
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What {@link replaceFile} has not put in its place yet. */
const temporaryOf = (path: string): string => `${path}.${process.pid}.tmp`;
const isTemporary = (name: string): boolean => /\.\d+\.tmp$/.test(name);

/** Deletes what processes that were killed in {@link replaceFile} have left in a folder, for who alone writes there now. */
export function sweepTemporaries(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isFile() && isTemporary(entry.name)) rmSync(join(folder, entry.name), { force: true });
}

/** Replaces a file at once: readers see the old content or the new one. */
export function replaceFile(path: string, data: FileContent): void {
  const temporary = temporaryOf(path);
  try {
    writeDurably(temporary, data);
    renameWithRetry(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
