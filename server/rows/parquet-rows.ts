/**
 * Rows of Parquet, one row group in memory at a time. `hyparquet` decodes; its parts are called one by one, because whoever lists a task's rows does
 * not wait, and because it would make doubles of decimals and replace what is not UTF-8.
 */
import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync } from "node:fs";
import { parquetMetadata, parquetSchema } from "hyparquet";
import type { FileMetaData, ParquetParsers, SchemaTree } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { assembleNested } from "hyparquet/src/assemble.js";
import { readColumn } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { parquetPlan } from "hyparquet/src/plan.js";
import { getTreePath } from "hyparquet/src/schema.js";
import { openFile, readRange } from "../files/workspace-file";
import { numberIn, parseExactJson } from "./exact-json";
import type { Row } from "./row";
import { RowError } from "./row-error";
import { messageOf, UserError } from "../shared/user-error";

/** A value of the library that is no JSON yet. */
class Decimal {
  constructor(readonly text: string) {}
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");

function stringFromBytes(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new UserError("a text is not in UTF-8");
  return textOf(bytes);
}

/** ISO 8601 in UTC, with `digits` digits after the point of the seconds where any is not 0. */
function timestamp(value: bigint, digits: 3 | 6 | 9): string {
  const perSecond = 10n ** BigInt(digits);
  const part = ((value % perSecond) + perSecond) % perSecond;
  const seconds = new Date(Number((value - part) / perSecond) * 1000).toISOString().slice(0, -5);
  return `${seconds}${part === 0n ? "" : `.${part.toString().padStart(digits, "0")}`}Z`;
}

/** `undefined` comes in for a null of the file, whatever the types of the library say. */
const unlessNull =
  <T, R>(convert: (value: T) => R) =>
  (value: T | undefined): R | null =>
    value === undefined ? null : convert(value);

const parsers = {
  ...DEFAULT_PARSERS,
  timestampFromMilliseconds: unlessNull((value: bigint | number) => timestamp(BigInt(value), 3)),
  timestampFromMicroseconds: unlessNull((value: bigint) => timestamp(value, 6)),
  timestampFromNanoseconds: unlessNull((value: bigint) => timestamp(value, 9)),
  dateFromDays: unlessNull((days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10)),
  stringFromBytes: unlessNull(stringFromBytes),
  jsonFromBytes: unlessNull((bytes: Uint8Array) => parseExactJson(stringFromBytes(bytes))),
  geometryFromBytes: (bytes: Uint8Array) => bytes,
  geographyFromBytes: (bytes: Uint8Array) => bytes,
} as unknown as ParquetParsers;

function unscaled(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return BigInt(value);
  if (!(value instanceof Uint8Array)) throw new UserError("a decimal number is damaged");
  return value.length === 0 ? 0n : BigInt.asIntN(8 * value.length, BigInt(`0x${Buffer.from(value).toString("hex")}`));
}

function decimal(value: unknown, scale: number): Decimal {
  const whole = unscaled(value);
  const digits = (whole < 0n ? -whole : whole).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  return new Decimal(`${whole < 0n ? "-" : ""}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ""}`);
}

/** Values of a column, in lists where it is nested. */
const decimals = (values: Iterable<unknown>, scale: number): unknown[] =>
  Array.from(values, (value) =>
    Array.isArray(value)
      ? decimals(value, scale)
      : value === null || value === undefined
        ? null
        : decimal(value, scale),
  );

/** What JSON has, of what the library makes. A number that JSON cannot carry becomes its text. */
function plain(holder: object, key: string, value: unknown): unknown {
  if (typeof value === "bigint") return numberIn(holder, key, String(value));
  if (value instanceof Decimal) return numberIn(holder, key, value.text);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value === undefined) return null;
  if (value instanceof Uint8Array) return isUtf8(value) ? textOf(value) : Buffer.from(value).toString("base64");
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const list: unknown[] = [];
    for (const [index, item] of Array.from(value as unknown as ArrayLike<unknown>).entries())
      list.push(plain(list, String(index), item));
    return list;
  }
  if (typeof value !== "object" || value === null) return value;
  return plainObject(Object.entries(value));
}

function plainObject(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, value] of entries)
    Object.defineProperty(object, name, {
      value: plain(object, name, value),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  return object;
}

/** The library cannot unpack what is nothing, which a page of nulls alone is. */
const unpackers = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, length: number) => (length === 0 ? new Uint8Array(0) : unpack(input, length)),
  ]),
);

const magic = "PAR1";
/** Bytes at the end: how long the metadata is, and `PAR1`. */
const tail = 8;
/** Metadata of real files has a few MB at most. */
const mostMetadata = 1 << 28;

function readMetadata(descriptor: number): FileMetaData {
  const { size } = fstatSync(descriptor);
  const end = readRange(descriptor, Math.max(0, size - tail), size);
  if (size < tail + magic.length || end.toString("latin1", tail - magic.length) !== magic)
    throw new UserError("it is no whole Parquet file. Was it downloaded, or written, to its end?");
  const length = end.readUInt32LE(0);
  if (length > Math.min(size - tail, mostMetadata))
    throw new UserError("its metadata is longer than the file, or than 256 MB");
  return parquetMetadata(new Uint8Array(readRange(descriptor, size - tail - length, size)), { geoparquet: false });
}

type Values = ArrayLike<unknown> & Iterable<unknown>;

const joined = (chunks: readonly Values[]): Values => {
  if (chunks.length === 1) return chunks[0]!;
  const all: unknown[] = [];
  for (const chunk of chunks) for (const value of chunk) all.push(value);
  return all;
};

interface RowGroup {
  /** Number of the first row, from 0. */
  readonly first: number;
  readonly rows: number;
  /** By name, each with a value for every row. */
  readonly columns: ReadonlyMap<string, Values>;
}

type Group = ReturnType<typeof parquetPlan>["groups"][number];

/** The numbers, texts, … of one column without parts. */
function readLeaf(
  descriptor: number,
  schema: SchemaTree,
  group: Group,
  { columnMetadata, range }: Group["chunks"][number],
): Values {
  const path = getTreePath(schema, columnMetadata.path_in_schema);
  const { element } = path.at(-1)!;
  const { converted_type, logical_type, ...bare } = element;
  const ofDecimals = converted_type === "DECIMAL" || logical_type?.type === "DECIMAL";
  const bytes = readRange(descriptor, range.startByte, range.endByte);
  const { data } = readColumn(
    { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 },
    group,
    {
      ...columnMetadata,
      pathInSchema: columnMetadata.path_in_schema,
      element: ofDecimals ? bare : element,
      schemaPath: path,
      parsers,
      compressors: unpackers,
      utf8: false,
    },
  );
  const values = joined(data as readonly Values[]);
  return ofDecimals ? decimals(values, element.scale ?? 0) : values;
}

/** Throws with the column and the rows where something is wrong. */
function* rowGroups(descriptor: number, metadata: FileMetaData): Generator<RowGroup> {
  const schema = parquetSchema(metadata);
  // The plan needs a file for its type alone.
  const file = { byteLength: 0, slice: () => new ArrayBuffer(0) };
  for (const group of parquetPlan({ metadata, file }).groups) {
    const { groupStart: first, groupRows: rows } = group;
    const leaves = new Map<string, Values>();
    for (const chunk of group.chunks) {
      const name = chunk.columnMetadata.path_in_schema.join(".");
      try {
        leaves.set(name, readLeaf(descriptor, schema, group, chunk));
      } catch (error) {
        throw new UserError(`column ${name}, rows ${first + 1} to ${first + rows}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
    yield { first, rows, columns: assembled(schema, leaves) };
  }
}

function assembled(schema: SchemaTree, leaves: ReadonlyMap<string, Values>): Map<string, Values> {
  return new Map(
    schema.children.map((child): [string, Values] => {
      const { name } = child.element;
      if (child.children.length === 0) return [name, leaves.get(name) ?? []];
      const own = new Map([...leaves].filter(([path]) => path.startsWith(`${name}.`)));
      assembleNested(own as Parameters<typeof assembleNested>[0], child, parsers);
      return [name, own.get(name) ?? []];
    }),
  );
}

/** Throws a RowError with the file and what is wrong in it. */
export function* parquetRows(path: string): Generator<Row> {
  const descriptor = openFile(path);
  try {
    for (const { first, rows, columns } of rowGroups(descriptor, readMetadata(descriptor)))
      for (let row = 0; row < rows; row++) {
        const entries = [...columns].map(([name, values]): [string, unknown] => [name, values[row]]);
        yield { line: first + row + 1, columns: plainObject(entries) };
      }
  } catch (error) {
    const reason = messageOf(error);
    throw new RowError(`${path}: ${reason}${/[.!?]$/.test(reason) ? "" : "."}`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}
