/** Text of files of any length, a block of whole lines at a time: only a newline ends a line, and every byte must be UTF-8. */
import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, readSync } from "node:fs";
import * as zlib from "node:zlib";
import { openFile, sizeLimits } from "../files/workspace-file";
import { sizeText } from "../shared/size-text";
import { refuseOtherFormat } from "./other-formats";
import { RowError } from "./row-error";
import { messageOf } from "../shared/user-error";

export interface TextBlock {
  /** Ends with a newline, except at the end of the file; without a byte order mark. */
  readonly bytes: Buffer;
  /** Number of its first line, from 1. */
  readonly line: number;
}

export interface BlockSizes {
  /** Bytes that are read at a time. */
  readonly block: number;
  /** Most bytes of a line. */
  readonly line: number;
  /** Most bytes that a packed file may unpack to. */
  readonly unpacked: number;
}

const usual: BlockSizes = { block: 1 << 20, line: 1 << 26, unpacked: 2 ** 32 };

const newline = 0x0a;

/** Bytes by which formats are known. */
const looked = 64;

function* read(descriptor: number, block: number): Generator<Buffer, undefined> {
  for (let least = looked; ; least = 0) {
    const buffer = Buffer.allocUnsafe(Math.max(block, least));
    const size = readSync(descriptor, buffer);
    if (size === 0) return undefined;
    yield buffer.subarray(0, size);
  }
}

const startsWith = (bytes: Buffer, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);

type Unpack = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Buffer;

/** How a packed file is unpacked, by its first bytes: `.gz` and `.zst`. Null: it is not packed. */
function unpackerOf(start: Buffer, path: string): Unpack | null {
  if (startsWith(start, [0x1f, 0x8b])) return zlib.gunzipSync;
  if (!startsWith(start, [0x28, 0xb5, 0x2f, 0xfd])) return null;
  const { zstdDecompressSync } = zlib as Partial<typeof zlib>;
  if (zstdDecompressSync) return zstdDecompressSync;
  throw new RowError(
    `${path} is packed with Zstandard, which this version of Node cannot unpack. Unpack it: zstd -d ${path}`,
  );
}

function* unpacked(
  packed: Buffer,
  unpack: Unpack,
  path: string,
  { block, unpacked: most }: BlockSizes,
): Generator<Buffer> {
  let bytes: Buffer;
  try {
    bytes = unpack(packed, { maxOutputLength: most });
  } catch (error) {
    if (error instanceof RangeError)
      throw new RowError(`${path} unpacks to more than ${sizeText(most)}. Unpack it: text of any length can be read.`, {
        cause: error,
      });
    throw new RowError(`${path} cannot be unpacked: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  for (let at = 0; at < bytes.length; at += block) yield bytes.subarray(at, at + block);
}

function* bytesOf(path: string, descriptor: number, sizes: BlockSizes): Generator<Buffer> {
  const blocks = read(descriptor, sizes.block);
  const next = blocks.next();
  if (next.done) return;
  const first = next.value;
  const unpack = unpackerOf(first, path);
  if (unpack) {
    const { size } = fstatSync(descriptor);
    if (size > sizes.unpacked)
      throw new RowError(`${path} is packed and has ${sizeText(size)}. Unpack it: text of any length can be read.`);
    yield* unpacked(Buffer.concat([first, ...blocks]), unpack, path, sizes);
    return;
  }
  yield first;
  yield* blocks;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}

/** Where the first byte stands that is not UTF-8. */
function firstBadByte(bytes: Buffer): number {
  const text = bytes.toString("utf8");
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf("\ufffd"); at >= 0; at = text.indexOf("\ufffd", from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    if (!startsWith(bytes.subarray(offset), [0xef, 0xbf, 0xbd])) return offset;
    offset += 3;
    from = at + 1;
  }
  return offset;
}

function refuseOtherEncoding({ bytes, line }: TextBlock, path: string): void {
  if (isUtf8(bytes)) return;
  const bad = firstBadByte(bytes);
  const place = line + countLines(bytes.subarray(0, bad));
  const lineStart = bytes.lastIndexOf(newline, bad) + 1;
  const before = bytes.subarray(Math.max(lineStart, bad - 20), bad).toString("latin1");
  throw new RowError(
    `${path}:${place}: it is not text in UTF-8: byte 0x${bytes[bad]!.toString(16)} after ${JSON.stringify(before)}, as in Latin-1 or Windows-1252. ` +
      `Save it in UTF-8: iconv -f WINDOWS-1252 -t UTF-8 ${path}`,
  );
}

/** The blocks of a text file, packed or not. Throws a RowError with the file, and with the line where what is wrong stands in one. */
export function* textBlocks(path: string, sizes: Partial<BlockSizes> = {}): Generator<TextBlock> {
  const all = { ...usual, ...sizes };
  const descriptor = openFile(path);
  try {
    let line = 1;
    let isFirst = true;
    /** The line that has begun and is not at its end. */
    let rest: Buffer[] = [];
    let restSize = 0;
    const block = (parts: readonly Buffer[]): TextBlock => {
      const joined = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      const bytes = line === 1 && startsWith(joined, [0xef, 0xbb, 0xbf]) ? joined.subarray(3) : joined;
      const made = { bytes, line };
      refuseOtherEncoding(made, path);
      line += countLines(bytes);
      return made;
    };
    for (const part of bytesOf(path, descriptor, all)) {
      if (isFirst) refuseOtherFormat(part, path);
      isFirst = false;
      const end = part.lastIndexOf(newline) + 1;
      if (end > 0) {
        yield block([...rest, part.subarray(0, end)]);
        rest = [];
        restSize = 0;
      }
      if (end < part.length) rest.push(part.subarray(end));
      restSize += part.length - end;
      if (restSize > all.line)
        throw new RowError(
          `${path}:${line}: this line has more than ${sizeText(all.line)}. Is the file really text in lines?`,
        );
    }
    if (rest.length > 0) yield block(rest);
  } finally {
    closeSync(descriptor);
  }
}

export interface TextLine {
  /** Without the newline; a carriage return before it is part of it. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** The lines of a text that are not blank. `first`: the number of its first line. */
export function* linesOf(whole: string, first = 1): Generator<TextLine, undefined> {
  for (const [index, text] of whole.split("\n").entries()) if (text.trim() !== "") yield { text, line: first + index };
  return undefined;
}

/** The lines of a text file that are not blank. Throws as {@link textBlocks}. */
export function* textLines(path: string, sizes: Partial<BlockSizes> = {}): Generator<TextLine> {
  for (const { bytes, line } of textBlocks(path, sizes)) yield* linesOf(bytes.toString("utf8"), line);
}

/** All of a text file that is held at once, packed or not. Throws as {@link textBlocks}, and when it is longer than a text can be. */
export function readWholeText(path: string): string {
  const parts: string[] = [];
  let size = 0;
  for (const { bytes } of textBlocks(path, { unpacked: sizeLimits.rows })) {
    size += bytes.length;
    if (size > sizeLimits.rows) throw new RowError(`${path} has more than ${sizeText(sizeLimits.rows)}.`);
    parts.push(bytes.toString("utf8"));
  }
  return parts.join("");
}
