/** JSONL files that are only appended to: whole lines only. A line torn by a kill is invisible to readers and cut off by the next writer. */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type * as z from "zod";
import { isFile, openFile, readRange, UnusableFile } from "../files/workspace-file";
import { parseBoundedJson } from "../shared/bounded-json";
import { sizeText } from "../shared/size-text";
import { writing } from "./atomic-file";

export const newline = 0x0a;

/** Bytes that are read at a time, on the way back from the end: a few lines. */
const tailBlock = 1 << 16;
/** On the way from the start. */
const block = 1 << 20;
/** No line of a run is as long. */
export const longestLine = 1 << 24;

export const tooLong = (path: string): UnusableFile =>
  new UnusableFile(`${path} has a line of more than ${sizeText(longestLine)}, which no run writes: it is damaged.`);

/** Size of the file without a torn last line. Throws {@link UnusableFile} where no line ends for too long. */
export function wholeSize(descriptor: number, path: string): number {
  const { size } = fstatSync(descriptor);
  for (let end = size; end > 0;) {
    if (size - end > longestLine) throw tooLong(path);
    const start = Math.max(0, end - tailBlock);
    const last = readRange(descriptor, start, end).lastIndexOf(newline);
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}

/** The whole lines from one offset of a file to another, without their newlines. `size`: bytes that are read at a time. */
export function* wholeLines(
  descriptor: number,
  path: string,
  start: number,
  end: number,
  size = block,
): Generator<Buffer, undefined> {
  /** Of a line that has begun. */
  let rest: Buffer[] = [];
  let held = 0;
  for (let at = start; at < end; at += size) {
    const bytes = readRange(descriptor, at, Math.min(end, at + size));
    let from = 0;
    for (let to = bytes.indexOf(newline); to >= 0; to = bytes.indexOf(newline, from)) {
      yield Buffer.concat([...rest, bytes.subarray(from, to)]);
      rest = [];
      held = 0;
      from = to + 1;
    }
    rest.push(bytes.subarray(from));
    held += bytes.length - from;
    if (held > longestLine) throw tooLong(path);
  }
  return undefined;
}

export interface LineLog<T> {
  append(value: T): void;
  close(): void;
}

export function openLineLog<T>(path: string): LineLog<T> {
  if (existsSync(path) && !isFile(path)) throw new UnusableFile(`${path} is no file: nothing is written to it.`);
  const descriptor = openSync(path, existsSync(path) ? "r+" : "w+");
  let size = wholeSize(descriptor, path);
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
  const descriptor = openFile(path);
  try {
    const values: T[] = [];
    let number = 0;
    for (const line of wholeLines(descriptor, path, 0, wholeSize(descriptor, path))) {
      number++;
      if (line.length === 0) continue;
      try {
        values.push(schema.parse(parseBoundedJson(line.toString("utf8"))));
      } catch (error) {
        throw new Error(`${path}:${number} is damaged. Delete the file: what it held is made again.`, { cause: error });
      }
    }
    return values;
  } finally {
    closeSync(descriptor);
  }
}
