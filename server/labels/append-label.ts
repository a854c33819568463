import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import type { PreferenceLabel, UndoneLabel } from "./label";
import { labelLine } from "./label";

/**
 * Appends a line to a label file, which is made when there is none, and returns when it is on the disk. A last line that was not written to its
 * end is closed first.
 */
export function appendLabel(path: string, line: PreferenceLabel | UndoneLabel): void {
  const file = openSync(path, "a+");
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    const open = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
    writeSync(file, `${open ? "\n" : ""}${labelLine(line)}`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
