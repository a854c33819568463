/**
 * `metrics.columns`: the metrics of a run as blocks of columns (`column-block.ts`), so that the curves of a long run open without its lines being read.
 * It is derived from `metrics.jsonl` and never more than that: what it does not hold, or holds of other lines, is read from there. Who writes the run appends a
 * block now and then; of an ended run that has none, or not all, who has read its lines writes it anew.
 *
 * A block stands behind a prefix of 32 bytes: `RLcols01`, then `uint32`s: bytes of the header, of the payload, checksums (CRC-32) of both.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { endianness } from "node:os";
import { checksumOf, isFile, openFile, readInto, readRange, statsOf } from "../files/workspace-file";
import type { MetricsRow } from "../protocol/metrics";
import { parseBoundedJson } from "../shared/bounded-json";
import {
  blockHeaderSchema,
  blockLayout,
  openBlock,
  tailBytes,
  writtenBlock,
  type BlockHeader,
  type OpenBlock,
  type WrittenBlock,
} from "./column-block";
import { columnsPath } from "./paths";

const magic = Buffer.from("RLcols01");
const prefixBytes = 32;
/** Names of some thousand metrics. */
const longestHeader = 1 << 23;

/** The file is another one than that which the blocks were found in. */
export class ColumnsGone extends Error {}

function prefixed(header: BlockHeader, payload: Uint8Array): Buffer[] {
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  for (const [index, value] of [padded.length, payload.length, crc32(padded), crc32(payload)].entries())
    prefix.writeUInt32LE(value, magic.length + 4 * index);
  return [prefix, padded, Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)];
}

interface Found {
  readonly header: BlockHeader;
  /** Of the payload in the file. */
  readonly at: number;
  readonly bytes: number;
  readonly crc: number;
}

/** The block that begins at a place of the file; null: none does, or not a whole one. */
function blockAt(descriptor: number, at: number, size: number): Found | null {
  const prefix = readRange(descriptor, at, at + prefixBytes);
  if (prefix.length < prefixBytes || !prefix.subarray(0, magic.length).equals(magic)) return null;
  const number = (index: number): number => prefix.readUInt32LE(magic.length + 4 * index);
  const [headerBytes, bytes] = [number(0), number(1)];
  if (headerBytes > longestHeader || at + prefixBytes + headerBytes + bytes > size) return null;
  const text = readRange(descriptor, at + prefixBytes, at + prefixBytes + headerBytes);
  if (crc32(text) !== number(2)) return null;
  try {
    const header = blockHeaderSchema.safeParse(parseBoundedJson(text.toString("utf8"))).data;
    if (header === undefined || header.order !== endianness() || blockLayout(header).bytes !== bytes) return null;
    return { header, at: at + prefixBytes + headerBytes, bytes, crc: number(3) };
  } catch {
    return null;
  }
}

/** Whether the lines that a block was made of are still there, as far as their end tells. `lines`: of `metrics.jsonl`, which is `size` bytes long. */
function fits({ from, to, tailCrc }: BlockHeader, before: number, lines: number, size: number): boolean {
  if (from !== before || to > size || to <= from) return false;
  return checksumOf(lines, Math.max(from, to - tailBytes), to) === tailCrc;
}

/** Whether what a payload says of its rows holds together. */
function isSound({ rows, stages, hashes, hashRuns, columns }: BlockHeader, block: WrittenBlock): boolean {
  const places = block.places();
  return (
    columns.every(({ count }) => count <= rows) &&
    hashRuns.every(([, hash]) => hash < hashes.length) &&
    places.stages.every((stage) => stage < stages.length) &&
    places.steps.every((step) => Number.isSafeInteger(step)) &&
    places.times.every((time) => Number.isFinite(time))
  );
}

/** A file of columns that is read from; opened when something is read, and closed a moment later. */
function columnsReader(path: string): {
  readonly read: (start: number, into: Uint8Array) => void;
  readonly gone: () => boolean;
} {
  let descriptor: number | null = null;
  const { ino, dev } = statsOf(path) ?? { ino: -1, dev: -1 };
  const opened = (): number => {
    if (descriptor !== null) return descriptor;
    try {
      descriptor = openFile(path);
    } catch (error) {
      throw new ColumnsGone(path, { cause: error });
    }
    const stats = fstatSync(descriptor);
    setImmediate(() => {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    });
    if (stats.ino !== ino || stats.dev !== dev) throw new ColumnsGone(path);
    return descriptor;
  };
  return {
    read(start, into) {
      if (readInto(opened(), start, into) < into.length) throw new ColumnsGone(path);
    },
    gone() {
      const now = statsOf(path);
      return now === null || now.ino !== ino || now.dev !== dev;
    },
  };
}

export interface ColumnFile {
  /** The next block, from the start on; null: there is no further one that is whole and of these lines. */
  next(): WrittenBlock | null;
  /** Whether it was deleted or replaced. */
  gone(): boolean;
}

/** The columns of a run, to be read. `lines`: `metrics.jsonl`, open, `size` bytes of whole lines. Null: there are none. */
export function openColumns(runFolder: string): ((lines: number, size: number) => ColumnFile) | null {
  const path = columnsPath(runFolder);
  if (!isFile(path)) return null;
  return (lines, size) => {
    const file = columnsReader(path);
    let at = 0;
    let before = 0;
    return {
      gone: file.gone,
      next() {
        let descriptor: number;
        try {
          descriptor = openFile(path);
        } catch {
          return null;
        }
        try {
          const found = blockAt(descriptor, at, fstatSync(descriptor).size);
          if (found === null || !fits(found.header, before, lines, size)) return null;
          // Once for each block: what is read of it later is believed.
          if (checksumOf(descriptor, found.at, found.at + found.bytes) !== found.crc) return null;
          const block = writtenBlock(found.header, (start, into) => file.read(found.at + start, into));
          if (!isSound(found.header, block)) return null;
          at = found.at + found.bytes;
          before = found.header.to;
          return block;
        } catch (error) {
          if (error instanceof ColumnsGone) return null;
          throw error;
        } finally {
          closeSync(descriptor);
        }
      },
    };
  };
}

/** Whether a block's lines are those that it was made of, all of them. */
export const isOf = ({ header: { from, to, crc } }: WrittenBlock, lines: number): boolean =>
  checksumOf(lines, from, to) === crc;

/** Writes the columns of an ended run anew. False: they cannot be written, which costs time and nothing else. */
export function saveColumns(runFolder: string, blocks: readonly WrittenBlock[], open: OpenBlock): boolean {
  const path = columnsPath(runFolder);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, "wx");
    try {
      for (const block of blocks) writeAll(descriptor, prefixed(block.header, block.payload()));
      if (open.rows() > 0) {
        const { header, payload } = open.encode();
        writeAll(descriptor, prefixed(header, payload));
      }
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    return true;
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // Nor can it be deleted.
    }
    return false;
  }
}

function writeAll(descriptor: number, parts: readonly Uint8Array[], position: number | null = null): number {
  let at = position;
  let written = 0;
  for (const part of parts)
    for (let done = 0; done < part.length;) {
      const count = writeSync(descriptor, part, done, part.length - done, at);
      done += count;
      written += count;
      if (at !== null) at += count;
    }
  return written;
}

export interface ColumnKeeper {
  /** A line that was written, without its newline. */
  add(line: Uint8Array, row: MetricsRow): void;
  /** Writes what waits. */
  close(): void;
}

/** Bytes of lines without columns that a writer reads to go on; of more than these an ended run's reader makes the columns. */
const mostBehind = 1 << 24;

/**
 * Keeps the columns of a run that is being written; null: they cannot be kept. What goes wrong here costs the run nothing: the columns end where they are.
 * `lines`: the whole lines of `metrics.jsonl` from one byte to another.
 */
export function keepColumns(
  runFolder: string,
  metrics: { readonly descriptor: number; readonly size: number },
  lines: (from: number, to: number) => Iterable<{ readonly line: Uint8Array; readonly row: MetricsRow | null }>,
): ColumnKeeper | null {
  const path = columnsPath(runFolder);
  try {
    if (statsOf(path) !== null && !isFile(path)) return null;
    const descriptor = openSync(path, isFile(path) ? "r+" : "w+");
    const names = { known: new Set<string>(), leftOut: new Set<string>() };
    let end = 0;
    let from = 0;
    const { size } = fstatSync(descriptor);
    for (let found = blockAt(descriptor, 0, size); found !== null; found = blockAt(descriptor, end, size)) {
      if (!fits(found.header, from, metrics.descriptor, metrics.size)) break;
      for (const { name } of found.header.columns) names.known.add(name);
      end = found.at + found.bytes;
      from = found.header.to;
    }
    if (metrics.size - from > mostBehind) {
      closeSync(descriptor);
      return null;
    }
    ftruncateSync(descriptor, end);
    let block = openBlock(from, names);
    let failed = false;
    const write = (): void => {
      if (failed || block.rows() === 0) return;
      try {
        const { header, payload } = block.encode();
        end += writeAll(descriptor, prefixed(header, payload), end);
        block = openBlock(header.to, names);
      } catch {
        failed = true;
      }
    };
    const add = (line: Uint8Array, row: MetricsRow | null): void => {
      if (failed) return;
      block.add(line, row);
      if (block.isFull()) write();
    };
    for (const { line, row } of lines(from, metrics.size)) add(line, row);
    return {
      add,
      close() {
        write();
        closeSync(descriptor);
      },
    };
  } catch {
    return null;
  }
}
