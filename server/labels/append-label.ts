import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { writeProblem } from "../files/write-problem";
import type { PreferenceLabel, UndoneLabel } from "./label";
import { labelLine } from "./label";
import { UserError } from "../shared/user-error";

/**
 * Appends a line to a label file, which is made when there is none, and returns when it is on the disk. A last line that was not written to its
 * end is closed first. Throws an Error for people where it cannot be written.
 */
export function appendLabel(path: string, line: PreferenceLabel | UndoneLabel): void {
  let file: number | null = null;
  try {
    file = openSync(path, "a+");
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    const open = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
    const bytes = Buffer.from(`${open ? "\n" : ""}${labelLine(line)}`);
    let done = 0;
    try {
      // A disk that is nearly full takes a part.
      while (done < bytes.length) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } catch (error) {
      // Unless somebody has written behind it.
      if (done > 0 && fstatSync(file).size === size + done) ftruncateSync(file, size);
      throw error;
    }
  } catch (error) {
    throw new UserError(`The label was not written to ${path}: ${writeProblem(path, error)}.`, { cause: error });
  } finally {
    if (file !== null) closeSync(file);
  }
}
