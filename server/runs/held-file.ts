/**
 * Files that a run holds open while it writes them. What is written into one whose name has gone to another file, or to nobody, is lost when the run
 * ends: so whoever writes looks whether the name still leads to its file, keeps what it still has, and ends the run with what happened.
 */
import { existsSync, fstatSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { RunWriteError } from "./atomic-file";
import { messageOf } from "../shared/user-error";

/** Something else took away, or wrote into, what a run was writing. The run pauses; the message says what is lost, and what to do. */
export class FileLost extends RunWriteError {
  override readonly name = "FileLost";
}

/** What stands where a file was: the same; nothing; another one. */
export type Place = "there" | "gone" | "replaced";

/**
 * Takes the file that stands at a path now, and says later what stands there. By the numbers of device and file where the system has them (those of
 * Windows, too); a file that is written over in place keeps them. `descriptor`: of the same file, where it is open.
 */
export function placeOf(path: string, descriptor: number | null): () => Place {
  const first = statSync(path, { bigint: true });
  const opened = descriptor === null ? first : fstatSync(descriptor, { bigint: true });
  // Some network drives number their files anew each time: there, only that something stands at the path is known. (Windows may number the same
  // device in two ways, by path and by descriptor.)
  const numbered = first.ino !== 0n && opened.ino === first.ino;
  return () => {
    try {
      const now = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (now === undefined) return "gone";
      return !numbered || (now.ino === first.ino && now.dev === first.dev) ? "there" : "replaced";
    } catch {
      // Nobody may look there for now; what is written still goes to its file.
      return "there";
    }
  };
}

/** A name beside a file that nothing has yet: `metrics.jsonl.kept`. */
function freeName(path: string): string {
  for (let number = 1; ; number++) {
    const name = `${path}.kept${number === 1 ? "" : `-${number}`}`;
    if (!existsSync(name)) return name;
  }
}

/** Moves what stands in a file's place out of the way; returns its new name. */
export function setAside(path: string): string {
  const target = freeName(path);
  renameSync(path, target);
  return target;
}

const folderGone = (folder: string): FileLost =>
  new FileLost(
    `The folder ${folder} was deleted or moved while the run was writing to it. If it was moved, move it back and resume the run; if it was deleted, what the run recorded there is lost.`,
  );

/** The folder of a run is there. Throws {@link FileLost}. */
export function refuseGone(folder: string): void {
  if (!existsSync(folder)) throw folderGone(folder);
}

/**
 * Keeps a file that has lost its place: at its path again where nothing stands there, else beside. `keep` writes all that it held into a new file.
 * Returns what to say.
 */
export function keepLost(path: string, place: Exclude<Place, "there">, keep: (target: string) => void): FileLost {
  const folder = dirname(path);
  if (!existsSync(folder)) return folderGone(folder);
  const what =
    place === "gone"
      ? `${path} was deleted or moved while the run was writing it`
      : `Another file replaced ${path}, which the run was writing`;
  const target = place === "gone" ? path : freeName(path);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    keep(temporary);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    const why = messageOf(error);
    return new FileLost(
      `${what}, and its contents could not be saved (${why}), so they are lost. A resumed run continues with the same numbers without them.`,
      { cause: error },
    );
  }
  return new FileLost(
    place === "gone"
      ? `${what}. Its contents were written there again: resume the run.`
      : `${what}. What the run had written is saved as ${target}: put it back in its place, and resume the run.`,
  );
}
