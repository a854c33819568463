/** JSONL files that are only appended to: whole lines only. A line torn by a kill is invisible to readers and cut off by the next writer. */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import type * as z from "zod";
import { writing } from "./atomic-file";

export const newline = 0x0a;

export function readRange(descriptor: number, start: number, end: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(descriptor, buffer, filled, buffer.length - filled, start + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** Size of the file without a torn last line. */
export function wholeSize(descriptor: number): number {
  const block = 1 << 16;
  for (let end = fstatSync(descriptor).size; end > 0;) {
    const start = Math.max(0, end - block);
    const last = readRange(descriptor, start, end).lastIndexOf(newline);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}

export interface LineLog<T> {
  append(value: T): void;
  close(): void;
}

export function openLineLog<T>(path: string): LineLog<T> {
  const descriptor = openSync(path, existsSync(path) ? "r+" : "w+");
  let size = wholeSize(descriptor);
  ftruncateSync(descriptor, size);
  return {
    append(value) {
      const line = Buffer.from(`${JSON.stringify(value)}\n`);
      writing(path, () => {
        try {
          for (let done = 0; done < line.length;)
            done += writeSync(descriptor, line, done, line.length - done, size + done);
        } catch (error) {
          ftruncateSync(descriptor, size);
          throw error;
        }
      });
      size += line.length;
    },
    close: () => closeSync(descriptor),
  };
}

/** Values of the whole lines of a file; none when there is no file. Throws with `FILE:LINE` where one is not what it should be. */
export function readLines<T>(path: string, schema: z.ZodType<T>): T[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .flatMap((line, index): T[] => {
      if (line === "") return [];
      try {
        return [schema.parse(JSON.parse(line))];
      } catch (error) {
        throw new Error(`${path}:${index + 1} is damaged. Delete the file: what it held is made again.`, {
          cause: error,
        });
      }
    });
}
