/**
 * Pictures of curves: the rows of each place of the axis, about one a pixel, as the lowest and the highest number there, in the order in which they came. So no
 * extreme is lost, and a picture is as large as the page is wide, however long the run is. A row that has a place of its own is drawn as it is.
 */
import type { CurvePicture, CurvePictureRequest, CurveSeries } from "../protocol/curves";
import { smoothing, smoothRows, type Smoothing } from "../statistics/smoothing";
import { placeFrom } from "./metric-axis";
import { placeOf, type CurveRows } from "./curve-source";

/** Columns of numbers as they are sent. */
export const packNumbers = (values: Float64Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

/** Rows that have places of their own, as a multiple of the pixels. */
const ownPlaces = 2;

/** Pixels that a picture's places may be too many for before it is made anew, as a factor. */
const slack = 2.5;

/** Where averages stood, so that the next picture goes on from there. */
interface Kept {
  readonly row: number;
  readonly sum: number;
  readonly correction: number;
}
export type KeptAverages = Map<string, Kept>;

const mostKept = 4000;

/** Edits of the rewards that a picture has. */
const mostEdits = 500;

interface Bucket {
  /** First slot; the second one, where there are two, follows it. */
  readonly slot: number;
  readonly slots: 1 | 2;
}

/** Rows `[start, end)` of a source, and in which bucket each of them lies. */
interface Cut {
  readonly start: number;
  readonly end: number;
  /** First row of each bucket of this source, and `end` behind the last one. */
  readonly bounds: number[];
  /** Place of each of its buckets among all. */
  readonly buckets: number[];
}

export interface PictureInput {
  /** Null: it has no place on the axis. */
  readonly sources: readonly (CurveRows | null)[];
  /** Of all that the sources are made of. */
  readonly version: string;
  readonly versions: readonly string[];
  readonly kept: KeptAverages;
}

export function curvePicture(request: CurvePictureRequest, input: PictureInput): CurvePicture {
  const { series, window, pixels } = request;
  const sources = input.sources.map((source) => (source === null || source.x.length === 0 ? null : source));
  const range = rangeOf(sources);
  const shown = range === null ? null : windowOf(window, range);
  const rows = sources.reduce((sum, source) => sum + (shown === null ? 0 : rowsWithin(source, shown)), 0);
  const known = request.known?.version === input.version ? request.known : null;
  const width = shown === null ? 0 : widthOf(shown, rows, pixels, known?.width ?? null);
  const from = known !== null && known.width === width ? known.from : null;
  const start = from ?? shown?.[0] ?? 0;
  const alone = sources.filter((source) => source !== null).length === 1;
  const cuts = sources.map((source) => (source === null ? null : cutOf(source, start, shown!, width, alone)));
  const { buckets, x, first } = placesOf(sources, cuts, width);
  const main = sources[0] ?? null;
  const steps = new Float64Array(x.length);
  const times = new Float64Array(x.length);
  const stages: [string, number][] = [];
  if (main !== null)
    for (const [slot, row] of first.entries()) {
      const { stage, at } = placeOf(main, row);
      steps[slot] = stage.steps()[at]!;
      times[slot] = stage.times()[at]!;
      if (stages.at(-1)?.[0] !== stage.name) stages.push([stage.name, slot]);
    }
  const edits = main === null ? [] : editsOf(main, input.versions);
  const scratch = columnMemory();
  return {
    version: input.version,
    width,
    from,
    range,
    places: x.length,
    x: packNumbers(x),
    steps: packNumbers(steps),
    times: packNumbers(times),
    stages,
    borders: main === null ? [] : main.stages.slice(1).map(({ name }, at) => [name, main.x[main.starts[at + 1]!]!]),
    edits: edits.slice(-mostEdits),
    moreEdits: Math.max(0, edits.length - mostEdits),
    columns: sources.map((source, index) =>
      series.map((one) =>
        source === null ? null : column(source, cuts[index]!, buckets, x, one, request, input, scratch),
      ),
    ),
    unplaced: input.sources.flatMap((source, index) => (source === null ? [index] : [])),
  };
}

function rangeOf(sources: readonly (CurveRows | null)[]): [number, number] | null {
  let range: [number, number] | null = null;
  for (const source of sources) {
    if (source === null) continue;
    const [low, high] = [source.x[0]!, source.x.at(-1)!];
    range = range === null ? [low, high] : [Math.min(range[0], low), Math.max(range[1], high)];
  }
  return range;
}

const windowOf = (window: readonly [number, number] | null, range: [number, number]): [number, number] =>
  window === null ? range : [Math.max(window[0], range[0]), Math.min(window[1], range[1])];

const rowsWithin = (source: CurveRows | null, [low, high]: readonly [number, number]): number =>
  source === null ? 0 : Math.max(0, placeFrom(source.x, nextAfter(high)) - placeFrom(source.x, low));

/** The next larger number, as far as a search cares. */
const nextAfter = (x: number): number => x + Math.max(Number.MIN_VALUE, Math.abs(x) * Number.EPSILON);

/**
 * Width of a place, 0 where each row has its own: a power of two, so that places stay where they are while a run grows. `known`: as the asker has it, which
 * stays as long as it will do.
 */
function widthOf([low, high]: readonly [number, number], rows: number, pixels: number, known: number | null): number {
  const span = high - low;
  if (known !== null && known > 0 && span / known <= slack * pixels && rows > ownPlaces * pixels) return known;
  if (known === 0 && rows <= slack * ownPlaces * pixels) return 0;
  if (rows <= ownPlaces * pixels || span <= 0) return 0;
  return 2 ** Math.floor(Math.log2(span / pixels));
}

/** Which rows of a source lie in which place, from `start` to the end of the window. `alone`: no other source has to find its rows there. */
function cutOf(
  source: CurveRows,
  start: number,
  [, high]: readonly [number, number],
  width: number,
  alone: boolean,
): Cut {
  const { x } = source;
  const first = placeFrom(x, start);
  // A window beyond the numbers, or one that ends before it begins, has none.
  const end = Math.max(first, placeFrom(x, nextAfter(high)));
  const bounds: number[] = [];
  for (let row = first, last = Number.NaN; row < end; row++) {
    const bucket = width > 0 ? Math.floor(x[row]! / width) : x[row]!;
    if (bucket !== last || (alone && width === 0)) bounds.push(row);
    last = bucket;
  }
  bounds.push(end);
  return { start: first, end, bounds, buckets: [] };
}

interface Places {
  readonly buckets: readonly Bucket[];
  readonly x: Float64Array;
  /** Row of the first source at each place, the one before it where it has none there. */
  readonly first: number[];
}

/** Places of all sources: of each bucket where its first and its last row stand, or one where that is the same. */
function placesOf(sources: readonly (CurveRows | null)[], cuts: readonly (Cut | null)[], width: number): Places {
  const buckets: Bucket[] = [];
  const x: number[] = [];
  const first: number[] = [];
  const next = cuts.map(() => 0);
  for (;;) {
    let id = Number.POSITIVE_INFINITY;
    for (const [index, cut] of cuts.entries()) {
      if (cut === null || next[index]! >= cut.bounds.length - 1) continue;
      const at = sources[index]!.x[cut.bounds[next[index]!]!]!;
      id = Math.min(id, width > 0 ? Math.floor(at / width) : at);
    }
    if (id === Number.POSITIVE_INFINITY) break;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let most = 0;
    for (const [index, cut] of cuts.entries()) {
      if (cut === null || next[index]! >= cut.bounds.length - 1) continue;
      const from = cut.bounds[next[index]!]!;
      const at = sources[index]!.x[from]!;
      if ((width > 0 ? Math.floor(at / width) : at) !== id) continue;
      const to = cut.bounds[next[index]! + 1]!;
      low = Math.min(low, at);
      high = Math.max(high, sources[index]!.x[to - 1]!);
      most = Math.max(most, to - from);
      cut.buckets.push(buckets.length);
      next[index]!++;
    }
    const slots = most > 1 || high > low ? 2 : 1;
    buckets.push({ slot: x.length, slots });
    x.push(low);
    if (slots === 2) x.push(high);
    const cut = cuts[0] ?? null;
    if (cut !== null) {
      const own = next[0]! - 1;
      const here = own >= 0 && cut.buckets[own] === buckets.length - 1;
      const from = here ? cut.bounds[own]! : Math.max(0, cut.bounds[Math.max(0, own + 1)]! - 1);
      first.push(from);
      if (slots === 2) first.push(here ? cut.bounds[own + 1]! - 1 : from);
    }
  }
  return { buckets, x: Float64Array.from(x), first };
}

type Column = CurvePicture["columns"][number][number];

/** Memory for whole columns, the same for each: a picture of many would else leave many times its size behind. */
type ColumnMemory = (use: "values" | "spread" | "line" | "spreadLine", length: number) => Float64Array;

function columnMemory(): ColumnMemory {
  const kept = new Map<string, Float64Array>();
  return (use, length) => {
    let memory = kept.get(use);
    if (memory === undefined || memory.length < length) kept.set(use, (memory = new Float64Array(length)));
    return memory.subarray(0, length);
  };
}

function column(
  source: CurveRows,
  cut: Cut,
  buckets: readonly Bucket[],
  x: Float64Array,
  series: CurveSeries,
  request: CurvePictureRequest,
  { version, kept }: Pick<PictureInput, "version" | "kept">,
  memory: ColumnMemory,
): Column {
  const { key, edge, smooth } = series;
  if (!source.has(key) || (edge !== null && !source.has(edge.spread))) return null;
  const weight = smooth ? request.smoothing : 0;
  const count = cut.end - cut.start;
  const values = memory("values", count);
  source.read(key, cut.start, cut.end, values);
  let line: Float64Array | null = null;
  if (weight > 0) {
    const last = cut.bounds.at(-2) ?? cut.start;
    const average = (name: string, use: "line" | "spreadLine"): Float64Array =>
      averages(source, name, cut, last, weight, `${version}\n${source.name}\n${weight}\n${name}`, kept, (length) =>
        memory(use, length),
      );
    line = average(key, "line");
    if (edge !== null) combine(line, average(edge.spread, "spreadLine"), edge.side);
  }
  if (edge !== null) {
    const spread = memory("spread", count);
    source.read(edge.spread, cut.start, cut.end, spread);
    combine(values, spread, edge.side);
  }
  let left = false;
  if (request.positive)
    for (let row = 0; row < count; row++) {
      if (values[row]! <= 0) {
        left = true;
        values[row] = Number.NaN;
      }
      if (line !== null && line[row]! <= 0) line[row] = Number.NaN;
    }
  return {
    values: packNumbers(extremes(values, source, cut, buckets, x)),
    line: line === null ? null : packNumbers(extremes(line, source, cut, buckets, x)),
    left,
  };
}

function combine(center: Float64Array, spread: Float64Array, side: "low" | "high"): void {
  const sign = side === "low" ? -1 : 1;
  for (let row = 0; row < center.length; row++) center[row]! += sign * spread[row]!;
}

/** The smoothed rows of a cut: of the whole column, from where an earlier picture left off if that is before it. `last`: where the next one may begin. */
function averages(
  source: CurveRows,
  key: string,
  { start, end }: Cut,
  last: number,
  weight: number,
  name: string,
  kept: KeptAverages,
  memory: (length: number) => Float64Array,
): Float64Array {
  const before = kept.get(name);
  const from = before !== undefined && before.row <= start ? before.row : 0;
  const state: Smoothing = smoothing(weight);
  if (from > 0 && before !== undefined) Object.assign(state, { sum: before.sum, correction: before.correction });
  const all = memory(end - from);
  source.read(key, from, end, all);
  const until = Math.min(Math.max(last, from), end);
  smoothRows(state, all.subarray(0, until - from));
  if (last >= from && last < end) keep(kept, name, { row: last, sum: state.sum, correction: state.correction });
  smoothRows(state, all.subarray(until - from));
  return all.subarray(start - from);
}

function keep(kept: KeptAverages, name: string, value: Kept): void {
  kept.delete(name);
  kept.set(name, value);
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
}

/** `[places]`: the lowest and the highest number of each bucket, in their order. */
function extremes(
  values: Float64Array,
  { x: rows }: CurveRows,
  { start, bounds, buckets: own }: Cut,
  buckets: readonly Bucket[],
  x: Float64Array,
): Float64Array {
  const drawn = new Float64Array(x.length).fill(Number.NaN);
  for (let bucket = 0; bucket + 1 < bounds.length; bucket++) {
    const { slot, slots } = buckets[own[bucket]!]!;
    let lowest = -1;
    let highest = -1;
    for (let row = bounds[bucket]! - start; row < bounds[bucket + 1]! - start; row++) {
      const value = values[row]!;
      if (Number.isNaN(value)) continue;
      if (lowest < 0 || value < values[lowest]!) lowest = row;
      if (highest < 0 || value >= values[highest]!) highest = row;
    }
    if (lowest < 0) continue;
    if (slots === 1) drawn[slot] = values[highest]!;
    else if (lowest === highest) {
      // Where it stands, as near as there is a place.
      const [before, after] = [rows[start + lowest]! - x[slot]!, x[slot + 1]! - rows[start + lowest]!];
      const earlier = before === after ? lowest + start === bounds[bucket] : before < after;
      drawn[earlier ? slot : slot + 1] = values[lowest]!;
    } else {
      drawn[slot] = values[Math.min(lowest, highest)]!;
      drawn[slot + 1] = values[Math.max(lowest, highest)]!;
    }
  }
  return drawn;
}

/** Where other sources of the rewards score than in the row before. */
function editsOf(source: CurveRows, versions: readonly string[]): CurvePicture["edits"] {
  return source.stages.flatMap((stage, index) =>
    stage.edits().map(({ row, before, after }) => ({
      x: source.x[source.starts[index]! + row]!,
      stage: stage.name,
      step: stage.steps()[row]!,
      version: versions.indexOf(after) + 1,
      before,
      after,
    })),
  );
}
