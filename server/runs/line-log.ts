/** JSONL files that are only appended to: whole lines only. A line torn by a kill is invisible to readers and cut off by the next writer. */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type * as z from "zod";
import { isFile, openFile, readRange, UnusableFile } from "../files/workspace-file";
import { parseBoundedJson } from "../shared/bounded-json";
import { addDamaged, noneDamaged, type DamagedLines } from "../protocol/damaged-lines";
import { sizeText } from "../shared/size-text";
import { writing } from "./atomic-file";
import { FileLost, keepLost, placeOf } from "./held-file";
import { UserError } from "../shared/user-error";

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

export interface LogPart<T> {
  readonly values: T[];
  /** Where the next part begins. */
  readonly cursor: number;
  /** Whether there are more lines already. */
  readonly more: boolean;
  /** How many lines these are. */
  readonly lines: number;
  /** Those of them that `parse` gave null for, by their place among these lines; blank ones are none. */
  readonly damaged: DamagedLines;
}

/**
 * What was appended since `cursor` (a byte offset that an earlier call returned; 0 for all): whole lines, however long, not many more than `most`
 * bytes of them. A file that has become shorter than the cursor is read from its start. What `parse` gives null for is left out, and counted.
 */
export function readPart<T>(
  descriptor: number,
  path: string,
  { cursor, most }: { readonly cursor: number; readonly most: number },
  parse: (line: string) => T | null,
): LogPart<T> {
  const size = wholeSize(descriptor, path);
  const start = cursor > size ? 0 : cursor;
  const values: T[] = [];
  let lines = 0;
  let damaged = noneDamaged;
  let end = start;
  for (const line of wholeLines(descriptor, path, start, size, Math.min(block, most))) {
    const value = parse(line.toString("utf8"));
    if (value !== null) values.push(value);
    else if (line.length > 0) damaged = addDamaged(damaged, { count: 1, first: 1 }, lines);
    lines++;
    end += line.length + 1;
    if (end - start >= most) break;
  }
  return { values, cursor: end, more: end < size, lines, damaged };
}

export interface LineLog<T> {
  /** Throws {@link FileLost} when the file is not what was written any more, and never writes into another. Returns the line, with its newline. */
  append(value: T): Uint8Array;
  /** Throws {@link FileLost}, too. */
  check(): void;
  close(): void;
}

/** Copies the start of an open file into a new one. */
function copyStart(descriptor: number, size: number, target: string): void {
  const copy = openSync(target, "wx");
  try {
    for (let at = 0; at < size; at += block) {
      const bytes = readRange(descriptor, at, Math.min(size, at + block));
      for (let done = 0; done < bytes.length;) done += writeSync(copy, bytes, done);
    }
    fsyncSync(copy);
  } finally {
    closeSync(copy);
  }
}

/** What another program did to the file itself; null: nothing that its size tells. */
function changedInPlace(descriptor: number, path: string, size: number): FileLost | null {
  const { size: now } = fstatSync(descriptor);
  // Sizes that a network drive tells may be old; what can be read is not.
  if (now < size && readRange(descriptor, size - 1, size).length === 0)
    return new FileLost(
      `Another program cut ${path} from ${size} to ${now} bytes while the run was writing it, and the rest is lost. Put back a copy if you have one, and resume the run.`,
    );
  if (now > size && readRange(descriptor, size, size + 1).length > 0) {
    const own = wholeLines(descriptor, path, 0, size);
    let lines = 0;
    while (own.next().done !== true) lines++;
    return new FileLost(
      `Another program wrote to ${path} while the run was writing it. Delete what is not the run's, from line ${lines + 1} on, and resume the run.`,
    );
  }
  return null;
}

export function openLineLog<T>(path: string): LineLog<T> {
  if (existsSync(path) && !isFile(path)) throw new UnusableFile(`${path} is not a file, so nothing is written to it.`);
  const descriptor = writing(path, () => openSync(path, existsSync(path) ? "r+" : "w+"));
  let size = wholeSize(descriptor, path);
  ftruncateSync(descriptor, size);
  const placeNow = placeOf(path, descriptor);
  let lost: FileLost | null = null;
  const check = (): void => {
    if (lost === null) {
      const place = placeNow();
      if (place !== "there") lost = keepLost(path, place, (target) => copyStart(descriptor, size, target));
      else lost = changedInPlace(descriptor, path, size);
    }
    if (lost !== null) throw lost;
  };
  return {
    check,
    append(value) {
      check();
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
      return line;
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
        throw new UserError(`${path}:${number} is damaged. Delete the file, and its contents are made again.`, {
          cause: error,
        });
      }
    }
    return values;
  } finally {
    closeSync(descriptor);
  }
}
