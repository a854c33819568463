/** The container of GGUF files, versions 2 and 3, little endian: metadata by key, and tensors by name. Source: ggml's `docs/gguf.md`. */
import type { FileHandle } from "node:fs/promises";
import { bytesOf, openFileHandle } from "../files/workspace-file";
import { sizeText } from "../shared/size-text";
import { UserError } from "../shared/user-error";
import { blockTypes, readBlocks, typeName } from "./gguf-blocks";

export type MetadataValue = number | bigint | boolean | string | readonly MetadataValue[];

export interface GgufTensor {
  readonly name: string;
  /** As the model's code has it: rows first, which is the reverse of the file's order. */
  readonly shape: readonly number[];
  readonly type: number;
  /** Bytes from the beginning of the file, and how many they are. */
  readonly start: number;
  readonly bytes: number;
}

export interface GgufFile {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const broken = (path: string, what: string): Error => new UserError(`${path} is not a whole GGUF file: ${what}.`);

/** Bytes that are read at first; twice as many while the header does not end in them. */
const firstRead = 4 << 20;
const longestHeader = 512 << 20;
/** Of one list or text, keys and tensors: what is longer is no header. */
const most = { list: 2 ** 24, text: 2 ** 26, keys: 2 ** 16, tensors: 2 ** 16, dimensions: 4 };

class HeaderIsLonger extends Error {}

interface Cursor {
  readonly path: string;
  readonly view: DataView;
  at: number;
}

function take(cursor: Cursor, bytes: number): number {
  const { at } = cursor;
  if (at + bytes > cursor.view.byteLength) throw new HeaderIsLonger();
  cursor.at += bytes;
  return at;
}

const uint32 = (cursor: Cursor): number => cursor.view.getUint32(take(cursor, 4), true);

function count(cursor: Cursor, limit: number, what: string): number {
  const value = cursor.view.getBigUint64(take(cursor, 8), true);
  if (value > BigInt(limit)) throw broken(cursor.path, `its header has ${value} ${what}`);
  return Number(value);
}

const decoder = new TextDecoder("utf-8");
function text(cursor: Cursor): string {
  const length = count(cursor, most.text, "bytes in one text");
  return decoder.decode(new Uint8Array(cursor.view.buffer, cursor.view.byteOffset + take(cursor, length), length));
}

/** A value of one of the format's types. */
function value(cursor: Cursor, type: number, depth = 0): MetadataValue {
  const { view } = cursor;
  switch (type) {
    case 0:
      return view.getUint8(take(cursor, 1));
    case 1:
      return view.getInt8(take(cursor, 1));
    case 2:
      return view.getUint16(take(cursor, 2), true);
    case 3:
      return view.getInt16(take(cursor, 2), true);
    case 4:
      return uint32(cursor);
    case 5:
      return view.getInt32(take(cursor, 4), true);
    case 6:
      return view.getFloat32(take(cursor, 4), true);
    case 7:
      return view.getUint8(take(cursor, 1)) !== 0;
    case 8:
      return text(cursor);
    case 9: {
      if (depth > 3) throw broken(cursor.path, "its header has lists within lists within lists");
      const of = uint32(cursor);
      const length = count(cursor, most.list, "values in one list");
      return Array.from({ length }, () => value(cursor, of, depth + 1));
    }
    case 10:
      return view.getBigUint64(take(cursor, 8), true);
    case 11:
      return view.getBigInt64(take(cursor, 8), true);
    case 12:
      return view.getFloat64(take(cursor, 8), true);
    default:
      throw broken(cursor.path, `its header has a value of the unknown type ${type}`);
  }
}

interface Header {
  readonly metadata: Map<string, MetadataValue>;
  readonly tensors: readonly Omit<GgufTensor, "bytes">[];
  readonly dataAt: number;
}

function readHeader(path: string, view: DataView): Header {
  const cursor: Cursor = { path, view, at: 0 };
  if (view.byteLength < 4 || view.getUint32(0, false) !== 0x47475546) throw broken(path, "it does not begin with GGUF");
  cursor.at = 4;
  const version = uint32(cursor);
  if (version !== 2 && version !== 3) throw broken(path, `its version is ${version}; 2 and 3 can be read`);
  const tensorCount = count(cursor, most.tensors, "tensors");
  const keys = count(cursor, most.keys, "keys");
  const metadata = new Map<string, MetadataValue>();
  for (let index = 0; index < keys; index++) {
    const key = text(cursor);
    if (metadata.has(key)) throw broken(path, `its header says ${JSON.stringify(key.slice(0, 80))} twice`);
    metadata.set(key, value(cursor, uint32(cursor)));
  }
  const tensors = Array.from({ length: tensorCount }, () => {
    const name = text(cursor);
    const dimensions = uint32(cursor);
    if (dimensions > most.dimensions) throw broken(path, `the tensor ${name} has ${dimensions} dimensions`);
    const shape = Array.from({ length: dimensions }, () => count(cursor, Number.MAX_SAFE_INTEGER, "in one dimension"));
    return {
      name,
      shape: shape.reverse(),
      type: uint32(cursor),
      start: count(cursor, Number.MAX_SAFE_INTEGER, "as an offset"),
    };
  });
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || alignment < 1) throw broken(path, "its general.alignment is no number");
  return { metadata, tensors, dataAt: Math.ceil(cursor.at / alignment) * alignment };
}

/** Metadata and places of the tensors, without their numbers. Throws, naming the file, when it is not a whole GGUF file whose numbers can be read. */
export async function openGguf(path: string): Promise<GgufFile> {
  const file = await openFileHandle(path);
  try {
    const { size } = await file.stat();
    const { metadata, tensors, dataAt } = await header(file, path, size);
    const placed = new Map<string, GgufTensor>();
    for (const { name, shape, type, start } of tensors) {
      const block = blockTypes[type];
      if (!block)
        throw new UserError(
          `${path}: ${name} is stored as ${typeName(type)}. ${readable} can be read: take the model in one of them.`,
        );
      const numbers = shape.reduce((product, length) => product * length, 1);
      if (!Number.isSafeInteger(numbers) || (shape.at(-1) ?? 1) % block.numbers !== 0)
        throw broken(path, `the tensor ${name} of shape [${shape.join(", ")}] is no whole number of blocks`);
      const bytes = (numbers / block.numbers) * block.bytes;
      if (dataAt + start + bytes > size) throw broken(path, `the tensor ${name} reaches beyond its end`);
      if (placed.has(name)) throw broken(path, `the tensor ${name} is there twice`);
      placed.set(name, { name, shape, type, start: dataAt + start, bytes });
    }
    return { path, metadata, tensors: placed };
  } finally {
    await file.close();
  }
}

const readable = Object.values(blockTypes)
  .map(({ name }) => name)
  .join(", ");

async function header(file: FileHandle, path: string, size: number): Promise<Header> {
  for (let length = Math.min(firstRead, size); ; length = Math.min(2 * length, size)) {
    const bytes = await bytesAt(file, path, 0, length);
    try {
      return readHeader(path, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } catch (error) {
      if (!(error instanceof HeaderIsLonger)) throw error;
      if (length === size) throw broken(path, "its header ends with the file");
      if (2 * length > longestHeader) throw broken(path, `its header is longer than ${sizeText(longestHeader)}`);
    }
  }
}

/** Numbers of tensors as float32, one by one. */
export async function readGgufTensors(
  { path, tensors }: GgufFile,
  wanted: (name: string) => boolean,
  take: (tensor: GgufTensor, values: Float32Array) => void,
): Promise<void> {
  const file = await openFileHandle(path);
  try {
    for (const tensor of tensors.values()) {
      if (!wanted(tensor.name)) continue;
      const bytes = await bytesAt(file, path, tensor.start, tensor.bytes);
      take(tensor, readBlocks(blockTypes[tensor.type]!, bytes));
    }
  } finally {
    await file.close();
  }
}

async function bytesAt(
  file: FileHandle,
  path: string,
  start: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await bytesOf(file, start, length);
  if (bytes === null) throw broken(path, "it became shorter while it was read");
  return bytes;
}
