/**
 * Rows of metrics as columns: a block of some thousand rows, in the order in which they were written. Derived from `metrics.jsonl` and always made again
 * from it: no other file depends on what a block looks like.
 *
 * A block is a header (JSON) and a payload: steps, times (`float64[rows]`), stages (`uint32[rows]`, places in the header's list), then the metrics one after
 * the other: `float64[rows]`, or, where fewer than two thirds of the rows have the number, `uint32[count]` rows and `float64[count]` values. Each part
 * begins at a multiple of 8 bytes.
 */
import { endianness } from "node:os";
import { crc32 } from "node:zlib";
import * as z from "zod";
import { damagedLinesSchema, noneDamaged, type DamagedLines } from "../protocol/damaged-lines";
import type { MetricsRow } from "../protocol/metrics";

/** Rows of a full block. */
export const blockRows = 2048;

/** Metrics of a run that have columns; of further ones nothing is kept. */
export const mostMetrics = 2000;

/** What a row has where it says `null`; NaN is what a row has that says nothing. Numbers of JSON are finite. */
export const recordedNull = Number.POSITIVE_INFINITY;

export const blockHeaderSchema = z.object({
  order: z.enum(["LE", "BE"]),
  /** Bytes of `metrics.jsonl` that these rows stand in, and their checksums: of all, and of the last of them. */
  from: z.int().nonnegative(),
  to: z.int().positive(),
  crc: z.int().nonnegative(),
  tailCrc: z.int().nonnegative(),
  lines: z.int().nonnegative(),
  damaged: damagedLinesSchema,
  rows: z.int().nonnegative().max(blockRows),
  stages: z.array(z.string()),
  /** Hashes of the rewards by row, where a row has one. */
  hashes: z.array(z.string()),
  /** `[row, place in hashes]`, where it is another than in the row before; −1: the rows from here on have none. */
  hashRuns: z.array(z.tuple([z.int().nonnegative(), z.int().min(-1)])),
  columns: z.array(z.object({ name: z.string(), count: z.int().positive() })),
});
export type BlockHeader = z.infer<typeof blockHeaderSchema>;

/** Bytes at the end of a block's lines that are looked at again before the block is believed. */
export const tailBytes = 4096;

const aligned = (bytes: number): number => (bytes + 7) & ~7;
const isDense = (count: number, rows: number): boolean => 3 * count >= 2 * rows;
const columnBytes = (count: number, rows: number): number =>
  isDense(count, rows) ? 8 * rows : aligned(4 * count) + 8 * count;

/** Where the columns of a block lie in its payload, and how long it is. */
export function blockLayout({ rows, columns }: Pick<BlockHeader, "rows" | "columns">): {
  readonly places: ReadonlyMap<string, { readonly at: number; readonly count: number }>;
  readonly bytes: number;
} {
  let at = 16 * rows + aligned(4 * rows);
  const places = new Map<string, { readonly at: number; readonly count: number }>();
  for (const { name, count } of columns) {
    places.set(name, { at, count });
    at += columnBytes(count, rows);
  }
  return { places, bytes: at };
}

/** Rows that are being gathered. */
export interface OpenBlock {
  readonly rows: () => number;
  readonly from: number;
  readonly to: () => number;
  /** A line, without its newline; null: it is no row. */
  add(line: Uint8Array, row: MetricsRow | null): void;
  readonly isFull: () => boolean;
  /** Copies rows `[start, end)` of a metric; NaN where there is none. */
  read(name: string, start: number, end: number, into: Float64Array, at: number): void;
  readonly names: () => Iterable<string>;
  /** Lines of it, and those that are no rows. */
  readonly counts: () => { readonly lines: number; readonly damaged: DamagedLines };
  /** As it is written to a file. */
  encode(): { readonly header: BlockHeader; readonly payload: Buffer };
}

/** Lines that are taken into one block, however few of them are rows. */
const blockLines = 4 * blockRows;

const newline = Uint8Array.of(0x0a);

/** The names of a run's metrics: those that have columns, at most {@link mostMetrics}, and those that had no more room. */
export interface MetricNames {
  readonly known: Set<string>;
  readonly leftOut: Set<string>;
}

/** `from`: where the lines begin in the file. */
export function openBlock(from: number, { known, leftOut }: MetricNames): OpenBlock {
  const steps = new Float64Array(blockRows);
  const times = new Float64Array(blockRows);
  const stageOf = new Uint32Array(blockRows);
  const stages: string[] = [];
  const hashes: string[] = [];
  const hashRuns: [number, number][] = [];
  const columns = new Map<string, { readonly values: Float64Array; count: number }>();
  let rows = 0;
  let to = from;
  let crc = 0;
  let tail = Buffer.alloc(0);
  let lines = 0;
  let damaged = noneDamaged;

  const put = (name: string, value: number): void => {
    let column = columns.get(name);
    if (column === undefined) {
      if (!known.has(name) && known.size >= mostMetrics) {
        if (leftOut.size < mostMetrics) leftOut.add(name);
        return;
      }
      known.add(name);
      column = { values: new Float64Array(blockRows).fill(Number.NaN), count: 0 };
      columns.set(name, column);
    }
    column.values[rows] = value;
    column.count++;
  };

  const placeIn = (list: string[], text: string): number => {
    const at = list.lastIndexOf(text);
    return at >= 0 ? at : list.push(text) - 1;
  };

  return {
    rows: () => rows,
    from,
    to: () => to,
    isFull: () => rows >= blockRows || lines >= blockLines,
    names: () => columns.keys(),
    counts: () => ({ lines, damaged }),
    add(line, row) {
      to += line.length + 1;
      crc = crc32(newline, crc32(line, crc));
      tail = Buffer.concat([tail, line, newline]).subarray(-tailBytes);
      lines++;
      if (row === null) {
        if (line.length > 0) damaged = { count: damaged.count + 1, first: damaged.first === 0 ? lines : damaged.first };
        return;
      }
      steps[rows] = row.step;
      times[rows] = row.time;
      stageOf[rows] = placeIn(stages, row.stage);
      const hash = row.reward_hash === undefined ? -1 : placeIn(hashes, row.reward_hash);
      if (hash !== (hashRuns.at(-1)?.[1] ?? -1)) hashRuns.push([rows, hash]);
      for (const [name, value] of Object.entries(row)) {
        if (name === "step" || name === "time" || (typeof value !== "number" && value !== null)) continue;
        put(name, value ?? recordedNull);
      }
      rows++;
    },
    read(name, start, end, into, at) {
      const column = columns.get(name);
      if (column === undefined) into.fill(Number.NaN, at, at + end - start);
      else into.set(column.values.subarray(start, end), at);
    },
    encode() {
      const header: BlockHeader = {
        order: endianness(),
        from,
        to,
        crc,
        tailCrc: crc32(tail),
        lines,
        damaged,
        rows,
        stages,
        hashes,
        hashRuns,
        columns: [...columns].map(([name, { count }]) => ({ name, count })),
      };
      const { places, bytes } = blockLayout(header);
      const payload = Buffer.alloc(bytes);
      const { buffer, byteOffset } = payload;
      new Float64Array(buffer, byteOffset, rows).set(steps.subarray(0, rows));
      new Float64Array(buffer, byteOffset + 8 * rows, rows).set(times.subarray(0, rows));
      new Uint32Array(buffer, byteOffset + 16 * rows, rows).set(stageOf.subarray(0, rows));
      for (const [name, { at, count }] of places) {
        const { values } = columns.get(name)!;
        if (isDense(count, rows)) {
          new Float64Array(buffer, byteOffset + at, rows).set(values.subarray(0, rows));
          continue;
        }
        const where = new Uint32Array(buffer, byteOffset + at, count);
        const numbers = new Float64Array(buffer, byteOffset + at + aligned(4 * count), count);
        for (let row = 0, next = 0; row < rows; row++) {
          if (Number.isNaN(values[row]!)) continue;
          where[next] = row;
          numbers[next++] = values[row]!;
        }
      }
      return { header, payload };
    },
  };
}

/** A block that was written: its payload is read a part at a time. */
export interface WrittenBlock {
  readonly header: BlockHeader;
  readonly rows: number;
  /** All of it. */
  payload(): Uint8Array;
  read(name: string, start: number, end: number, into: Float64Array, at: number): void;
  /** Steps, times and stages of all rows. */
  places(): { readonly steps: Float64Array; readonly times: Float64Array; readonly stages: Uint32Array };
}

/** `read`: fills memory from a byte of the payload on. */
export function writtenBlock(header: BlockHeader, read: (start: number, into: Uint8Array) => void): WrittenBlock {
  const { rows } = header;
  const { places, bytes: all } = blockLayout(header);
  const filled = <T extends Float64Array | Uint32Array | Uint8Array>(start: number, into: T): T => {
    read(start, new Uint8Array(into.buffer, into.byteOffset, into.byteLength));
    return into;
  };
  return {
    header,
    rows,
    payload: () => filled(0, new Uint8Array(all)),
    places: () => ({
      steps: filled(0, new Float64Array(rows)),
      times: filled(8 * rows, new Float64Array(rows)),
      stages: filled(16 * rows, new Uint32Array(rows)),
    }),
    read(name, start, end, into, at) {
      const place = places.get(name);
      if (place !== undefined && isDense(place.count, rows)) {
        filled(place.at + 8 * start, into.subarray(at, at + end - start));
        return;
      }
      into.fill(Number.NaN, at, at + end - start);
      if (place === undefined) return;
      const where = filled(place.at, new Uint32Array(place.count));
      const numbers = filled(place.at + aligned(4 * place.count), new Float64Array(place.count));
      for (let next = 0; next < place.count; next++) {
        const row = where[next]!;
        if (row >= start && row < end) into[at + row - start] = numbers[next]!;
      }
    },
  };
}
