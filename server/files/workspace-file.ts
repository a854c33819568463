/**
 * Reads files of a workspace. Who opens a folder has not looked into it: what is called `run.json` there may be a pipe that nobody writes to, a
 * link to an endless device, or a file larger than memory. So every read of such a file goes through here: it takes regular files only (links
 * are followed to what they name), waits for nothing, and reads no more than the caller says.
 */
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync, statSync, type Stats } from "node:fs";
import type { ReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { sizeText } from "../shared/size-text";
import { UserError } from "../shared/user-error";

const kiB = 1 << 10;
const MiB = 1 << 20;

/** Most bytes of a file that is read whole, by what it is. */
export const sizeLimits = {
  /** `run.json`: the recipe, and some lines for each stage. */
  record: 8 * MiB,
  recipe: 4 * MiB,
  /** TypeScript: rewards, what they import, tsconfig.json. */
  source: 4 * MiB,
  /** A module of a package that a reward imports; some have all of theirs in one file. */
  module: 32 * MiB,
  /** Reports and other results of a stage, a reward's cases. */
  report: 64 * MiB,
  /** JSON and text of a checkpoint; tokenizers of large vocabularies have 30 MB. */
  model: 256 * MiB,
  /** Rows that are held in memory all at once: labels, and data files that are not read line by line. A text cannot be longer. */
  rows: 512 * MiB - 32 * kiB,
} as const;

/** A file that is there and is not read; `message` says why and names it. */
export class UnusableFile extends UserError {
  override readonly name = "UnusableFile";
}

/** Not waiting for anybody at the other end of a pipe. Windows has no such flag, and no such pipes among its files. */
const flags = constants.O_RDONLY | ((constants as { readonly O_NONBLOCK?: number }).O_NONBLOCK ?? 0);

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

/** Node takes a path with a null character for a fault of the program. */
function statsOrThrow(path: string): Stats {
  if (path.includes("\0")) throw new UnusableFile(`${JSON.stringify(path)} is no path: it has a null character.`);
  return statSync(path);
}

function refuseOdd(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new UnusableFile(`${path} is ${kindOf(stats)}, not a file.`);
}

function refuseLarge(path: string, size: number, most: number): void {
  if (size > most)
    throw new UnusableFile(`${path} has ${sizeText(size)}; files of its kind are read up to ${sizeText(most)}.`);
}

/** Throws {@link UnusableFile} for what is no regular file or larger than `most` bytes, which somebody else is about to read. */
export function refuseUnreadable(path: string, most: number): void {
  const stats = statsOrThrow(path);
  refuseOdd(path, stats);
  refuseLarge(path, stats.size, most);
}

/** What a path leads to, links followed: null where there is nothing, or nothing that may be seen. */
export function statsOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** Whether a path leads to a regular file. */
export const isFile = (path: string): boolean => statsOf(path)?.isFile() ?? false;

/** Whether a path leads to a folder. */
export const isFolder = (path: string): boolean => statsOf(path)?.isDirectory() ?? false;

/**
 * Opens a regular file to read parts of it; the caller closes it. Throws {@link UnusableFile} for what is no regular file, the system's error where
 * it cannot be opened.
 */
export function openFile(path: string): number {
  // Devices may do something when they are opened. What stands here a moment later is looked at again.
  refuseOdd(path, statsOrThrow(path));
  const descriptor = openSync(path, flags);
  try {
    refuseOdd(path, fstatSync(descriptor));
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** {@link openFile} for callers that wait. */
export async function openFileHandle(path: string): Promise<FileHandle> {
  refuseOdd(path, statsOrThrow(path));
  const handle = await open(path, flags);
  try {
    refuseOdd(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Most bytes of one call: the system reads no more than 2 GB at a time. */
const mostAtOnce = 2 ** 30;

/** Bytes of an open file; null where it has become shorter meanwhile. */
export async function bytesOf(
  file: FileHandle,
  start: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(mostAtOnce, length - done), start + done);
    if (bytesRead === 0) return null;
    done += bytesRead;
  }
  return bytes;
}

/** A stream of a regular file of any size. Throws as {@link openFile}. */
export const streamFile = (path: string): ReadStream => createReadStream(path, { fd: openFile(path) });

/** Reads `start` to `end`, less where the file is shorter. */
export function readRange(descriptor: number, start: number, end: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, end - start));
  return buffer.subarray(0, readInto(descriptor, start, buffer));
}

/** Fills memory from `start` on; how many bytes there were. */
export function readInto(descriptor: number, start: number, into: Uint8Array): number {
  let filled = 0;
  while (filled < into.length) {
    const count = readSync(descriptor, into, filled, into.length - filled, start + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** Bytes that are read at once where only their checksum is asked for. */
const sumAtOnce = 1 << 18;

/** CRC-32 of `start` to `end`, as far as the file goes. */
export function checksumOf(descriptor: number, start: number, end: number): number {
  const memory = Buffer.alloc(Math.max(0, Math.min(sumAtOnce, end - start)));
  let crc = 0;
  for (let at = start; at < end;) {
    const part = memory.subarray(0, Math.min(memory.length, end - at));
    const count = readInto(descriptor, at, part);
    crc = crc32(part.subarray(0, count), crc);
    if (count < part.length) break;
    at += count;
  }
  return crc;
}

/** All of a regular file of at most `most` bytes. Throws {@link UnusableFile}, or the system's error where it cannot be read. */
export function readBytes(path: string, most: number): Buffer {
  const descriptor = openFile(path);
  try {
    const { size } = fstatSync(descriptor);
    refuseLarge(path, size, most);
    return readRange(descriptor, 0, size);
  } finally {
    closeSync(descriptor);
  }
}

/** {@link readText} for callers that wait. */
export const readTextSoon = (path: string, most: number): Promise<string> =>
  Promise.resolve().then(() => readText(path, most));

/** {@link readBytes} as UTF-8. */
export const readText = (path: string, most: number): string => readBytes(path, most).toString("utf8");
