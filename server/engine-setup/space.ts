/** Room on a disk. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { isDiskFull, systemCode, writeProblem } from "../files/write-problem";
import { sizeText } from "../shared/size-text";
import { SetupError } from "./setup-error";

/** Bytes that a user may still write where a folder is or will be. */
export async function freeBytes(folder: string): Promise<number> {
  let existing = folder;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return bavail * bsize;
}

export type FreeBytes = typeof freeBytes;

/** Throws when less than `needed` bytes are free. */
export async function needSpace(folder: string, needed: number, free: FreeBytes): Promise<void> {
  const available = await free(folder);
  if (available >= needed) return;
  throw new SetupError(
    `There is not enough space on the disk of ${folder}: ${sizeText(needed)} are needed (${needed} bytes), ${sizeText(available)} are free (${available} bytes). Free some and try again; what has been downloaded is kept.`,
  );
}

/** What the file system says about a write, for people; an error of something else as it is. */
export function writeError(path: string, error: unknown): Error {
  if (isDiskFull(error))
    return new SetupError(
      `No space is left to write ${path}. Free some and try again; what has been downloaded is kept.`,
      { cause: error },
    );
  if (systemCode(error) !== "")
    return new SetupError(
      `${path} cannot be written: ${writeProblem(path, error)}. Mend that, or choose another folder for engines.`,
      { cause: error },
    );
  return error instanceof Error ? error : new Error(String(error));
}
