/** Why something cannot be written, in words for people. */
import { accessSync, constants, existsSync, lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { messageOf } from "../shared/user-error";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the disk",
  EDQUOT: "your quota of the disk is used up",
  EROFS: "its file system is read-only",
  EACCES: "you have no permission to write there",
  EPERM: "you have no permission to write there",
  EISDIR: "it is a folder",
  ELOOP: "links in that path lead in a circle",
  EMFILE: "this process has too many files open",
  ENFILE: "the system has too many files open",
};

/** The system's code of an error (`ENOSPC`), or of what it was caused by; empty: it is none of the system's. */
export function systemCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string" && /^E[A-Z0-9]+$/.test(at.code)) return at.code;
  return "";
}

/** SQLite's: no space for the database, and none for what its readers and writers share, which it calls an I/O error. */
const sqliteFull = [13, 4874];

/** Whether a write failed for want of space, whoever says so. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT")) return true;
  return ("errcode" in error && sqliteFull.includes(Number(error.errcode))) || isDiskFull(error.cause);
}

/**
 * What stands in the way to a path, by the nearest part of it that is there: making a folder with its parents says only that "no such file" is there, of a
 * parent that cannot be written and of a link to a disk that is gone.
 */
function obstacle(path: string): string | null {
  for (let place = resolve(path); ; place = dirname(place)) {
    try {
      const found = lstatSync(place, { throwIfNoEntry: false });
      if (found === undefined) {
        if (place === dirname(place)) return null;
        continue;
      }
      const target = statSync(place, { throwIfNoEntry: false });
      if (target === undefined) return `${place} is a link to ${readlinkSync(place)}, which is missing`;
      if (!target.isDirectory()) return `${place} is a file, not a folder`;
      accessSync(place, constants.W_OK);
      return null;
    } catch (error) {
      const code = systemCode(error);
      // Below something that is no folder.
      if (code === "ENOTDIR") continue;
      return reasons[code] ?? null;
    }
  }
}

/** Why a path cannot be written, as the end of a sentence. Of what is no error of the system's its own message. */
export function writeProblem(path: string, error: unknown): string {
  if (isDiskFull(error) && systemCode(error) !== "EDQUOT") return reasons["ENOSPC"]!;
  const code = systemCode(error);
  const missing = code === "ENOENT" && !existsSync(dirname(path)) ? `the folder ${dirname(path)} is missing` : null;
  return reasons[code] ?? obstacle(path) ?? missing ?? messageOf(error);
}
