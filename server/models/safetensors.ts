/** The safetensors format: 8 bytes header length (little endian), a JSON header, the tensors' bytes. */
import type { FileHandle } from "node:fs/promises";
import * as z from "zod";
import { bytesOf, openFileHandle } from "../files/workspace-file";
import { parseBoundedJson } from "../shared/bounded-json";
import { sizeText } from "../shared/size-text";
import { float16Numbers } from "./float16";
import { memoryLimits } from "./model-size";
import { UserError } from "../shared/user-error";

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
/** The header: tensors by name, and texts by name under `__metadata__`. */
const entriesSchema = z
  .looseObject({ __metadata__: z.record(z.string(), z.string()).nullish() })
  .transform((header) => Object.entries(header).filter(([name]) => name !== "__metadata__"))
  .pipe(z.array(z.tuple([z.string(), entrySchema])));

/** A tensor whose numbers are read when they are written, into an array that is nobody else's. */
export interface WrittenTensor {
  readonly shape: readonly number[];
  readonly read: () => Float32Array;
}

const bytesOfNumber = 4;

/** A file in parts: its header, then the numbers of each tensor, copied anew each time: the parts are the caller's. Float32, little endian, in the order of the map. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor | WrittenTensor>,
  metadata: Record<string, string> = {},
): Iterable<Uint8Array> {
  let offset = 0;
  const entries = [...tensors].map(([name, { shape }]) => {
    const start = offset;
    offset += bytesOfNumber * shape.reduce((product, length) => product * length, 1);
    return [name, { dtype: "F32", shape, data_offsets: [start, offset] }] as const;
  });
  const json = JSON.stringify({ __metadata__: { format: "pt", ...metadata }, ...Object.fromEntries(entries) });
  const unpadded = new TextEncoder().encode(json);
  // Padded with spaces, so that the numbers begin at a multiple of 8.
  const header = new Uint8Array(8 + Math.ceil(unpadded.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(unpadded, 8);
  return {
    *[Symbol.iterator]() {
      yield header;
      for (const tensor of tensors.values()) {
        const { buffer, byteOffset, byteLength } = "read" in tensor ? tensor.read() : tensor.values.slice();
        yield new Uint8Array(buffer, byteOffset, byteLength);
      }
    },
  };
}

/**
 * The tensors of a file as float32, read one by one: the file may be larger than one buffer can be. Throws, naming the file, when it cannot be
 * read or is not a whole safetensors file of float32, float16 or bfloat16.
 */
export async function readSafetensors(
  path: string,
  wanted: (name: string) => boolean = () => true,
): Promise<Map<string, NamedTensor>> {
  const file = await openFileHandle(path);
  try {
    const tensors = new Map<string, NamedTensor>();
    const entries = (await readEntries(file, path)).filter(({ name }) => wanted(name));
    // A file that a file system has with holes may be as long as it likes.
    const floats = 4 * entries.reduce((sum, { numbers }) => sum + numbers, 0);
    const { machine } = memoryLimits();
    if (floats > machine)
      throw new UserError(
        `${path} holds ${sizeText(floats)} of numbers in float32; this machine has ${sizeText(machine)}.`,
      );
    for (const { name, dtype, shape, start, bytes } of entries)
      tensors.set(name, { shape, values: toFloat32(await readBytes(file, path, start, bytes), dtype) });
    return tensors;
  } finally {
    await file.close();
  }
}

/** Shapes of a file's tensors by name, without reading their numbers. Throws as {@link readSafetensors}. */
export async function readShapes(path: string): Promise<Map<string, readonly number[]>> {
  const file = await openFileHandle(path);
  try {
    return new Map((await readEntries(file, path)).map(({ name, shape }) => [name, shape]));
  } finally {
    await file.close();
  }
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly numbers: number;
  /** Bytes from the beginning of the file, and how many they are. */
  readonly start: number;
  readonly bytes: number;
}

/** What the header says, once it fits the file: tensors lie behind each other without overlaps or gaps, to the file's end. */
async function readEntries(file: FileHandle, path: string): Promise<Entry[]> {
  const { size } = await file.stat();
  const { entries, start } = await readHeader(file, size, path);
  const read = entries.map(([name, { dtype, shape, data_offsets }]): Entry => {
    const [from, to] = data_offsets;
    if (from > to || start + to > size) throw broken(path, `the tensor ${name} reaches beyond its end`);
    const bytesPerNumber = { F32: 4, F16: 2, BF16: 2 }[dtype];
    if (bytesPerNumber === undefined) {
      throw new UserError(`${path}: ${name} has the number type ${dtype}; F32, F16 and BF16 can be read.`);
    }
    const needed = shape.reduce((product, length) => product * length, bytesPerNumber);
    if (to - from !== needed) {
      throw broken(path, `the tensor ${name} has ${to - from} bytes, its shape [${shape.join(", ")}] needs ${needed}`);
    }
    return { name, dtype, shape, numbers: needed / bytesPerNumber, start: start + from, bytes: needed };
  });
  let end = start;
  for (const entry of [...read].sort((a, b) => a.start - b.start || a.bytes - b.bytes)) {
    if (entry.start < end) throw broken(path, `the tensor ${entry.name} overlaps another`);
    if (entry.start > end) throw broken(path, `bytes before the tensor ${entry.name} belong to none`);
    end += entry.bytes;
  }
  if (end !== size) throw broken(path, "bytes behind its last tensor belong to none");
  return read;
}

const broken = (path: string, what: string): Error =>
  new UserError(`${path} is not a whole safetensors file: ${what}.`);

const longestHeader = 100_000_000;

async function readHeader(
  file: FileHandle,
  size: number,
  path: string,
): Promise<{ readonly entries: z.infer<typeof entriesSchema>; readonly start: number }> {
  if (size < 8) throw broken(path, "it is shorter than its header");
  const length = Number(new DataView((await readBytes(file, path, 0, 8)).buffer).getBigUint64(0, true));
  if (length > size - 8) throw broken(path, "its header is longer than the file");
  if (length > longestHeader) throw broken(path, "its header is longer than 100 MB, the most that the format allows");
  let header: unknown;
  let repeated: string | null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      await readBytes(file, path, 8, length),
    );
    header = parseBoundedJson(text);
    repeated = text.startsWith("{") ? repeatedKey(text) : null;
  } catch {
    throw broken(path, "its header is not JSON");
  }
  if (repeated !== null) throw broken(path, `its header says ${JSON.stringify(repeated.slice(0, 80))} twice`);
  const parsed = entriesSchema.safeParse(header);
  if (!parsed.success) throw broken(path, "its header does not describe tensors");
  return { entries: parsed.data, start: 8 + length };
}

/** A key that stands twice in one object of valid JSON, which readers take differently; null: there is none. */
function repeatedKey(json: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const start = at;
      for (at++; json[at] !== '"'; at++) if (json[at] === "\\") at++;
      const keys = open.at(-1);
      let next = at + 1;
      while (" \t\r\n".includes(json[next] ?? "x")) next++;
      if (!keys || json[next] !== ":") continue;
      const key = String(JSON.parse(json.slice(start, at + 1)));
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}

async function readBytes(
  file: FileHandle,
  path: string,
  start: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await bytesOf(file, start, length);
  if (bytes === null) throw broken(path, "it became shorter while it was read");
  return bytes;
}

function toFloat32({ buffer, length }: Uint8Array<ArrayBuffer>, dtype: string): Float32Array {
  if (dtype === "F32") return new Float32Array(buffer, 0, length / 4);
  const halves = new Uint16Array(buffer, 0, length / 2);
  const numbers = new Float32Array(halves.length);
  if (dtype === "BF16") {
    const bits = new Uint32Array(numbers.buffer);
    for (let index = 0; index < halves.length; index++) bits[index] = halves[index]! << 16;
  } else {
    const known = float16Numbers();
    for (let index = 0; index < halves.length; index++) numbers[index] = known[halves[index]!]!;
  }
  return numbers;
}
