/** Appends whole lines to files that others read and append to as well. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";

const newline = 0x0a;

/**
 * Appends a line, its newline included, to a file that is made when there is none, and returns when it is on the disk. A last line that was not written to
 * its end is closed first. All of it is written or nothing; throws what the file system says.
 */
export function appendWholeLine(path: string, line: string): void {
  const file = openSync(path, "a+");
  try {
    const { size } = fstatSync(file);
    const last = Buffer.alloc(1);
    const open = size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== newline;
    const bytes = Buffer.from(`${open ? "\n" : ""}${line}`);
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
  } finally {
    closeSync(file);
  }
}
