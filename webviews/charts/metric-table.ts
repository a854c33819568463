/** The rows of a run as columns by stage, which is what charts draw; grown row by row as the run writes them. */
import { t } from "../shared/l10n";
import type { CurveAxis } from "../../server/protocol/curves";
import type { MetricsRow } from "../../server/protocol/metrics";
import { smooth } from "../../server/statistics/smoothing";
import type { BandSpec } from "./chart-spec";

/** Columns of one stage, all as long as `steps`, ordered by step; null where a step has no such number. */
export interface MetricTable {
  readonly steps: number[];
  readonly times: number[];
  readonly rewardHashes: (string | null)[];
  readonly columns: Map<string, (number | null)[]>;
}

export interface MetricTables {
  /** By stage, in the order in which stages first wrote. */
  readonly stages: Map<string, MetricTable>;
  /** Hashes of the rewards that scored, in their order, each once: by them versions are numbered. */
  readonly rewardVersions: string[];
}

export const noTables = (): MetricTables => ({ stages: new Map(), rewardVersions: [] });

/**
 * Merges rows of the same stage and step: the later key wins, keys that only the earlier row has stay. A step that a resumed run makes again
 * therefore replaces itself. Appending at the end costs the columns of the row, not the length of the run.
 */
export function mergeRows(tables: MetricTables, rows: readonly MetricsRow[]): void {
  for (const row of rows) {
    let table = tables.stages.get(row.stage);
    if (table === undefined) {
      table = { steps: [], times: [], rewardHashes: [], columns: new Map() };
      tables.stages.set(row.stage, table);
    }
    mergeRow(table, row);
    const { reward_hash: hash } = row;
    // A step that a resumed run makes again leaves the numbers of what scored it before.
    if (hash !== undefined && !tables.rewardVersions.includes(hash)) tables.rewardVersions.push(hash);
  }
}

function mergeRow(table: MetricTable, row: MetricsRow): void {
  const { step, time, reward_hash: rewardHash } = row;
  const at = place(table.steps, step);
  if (table.steps[at] !== step) insertStep(table, at, step);
  table.times[at] = time;
  if (rewardHash !== undefined) table.rewardHashes[at] = rewardHash;
  for (const [key, value] of Object.entries(row)) {
    if (key === "step" || key === "time" || (typeof value !== "number" && value !== null)) continue;
    let column = table.columns.get(key);
    if (column === undefined) {
      column = new Array<number | null>(table.steps.length).fill(null);
      table.columns.set(key, column);
    }
    column[at] = value;
  }
}

function insertStep(table: MetricTable, at: number, step: number): void {
  table.steps.splice(at, 0, step);
  table.times.splice(at, 0, 0);
  table.rewardHashes.splice(at, 0, null);
  for (const column of table.columns.values()) column.splice(at, 0, null);
}

/** Index of `step`, or of the first larger one; looks at the end first, where a running stage appends. */
function place(steps: readonly number[], step: number): number {
  const last = steps.at(-1);
  if (last === undefined || step > last) return steps.length;
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Null where a place has no such number. */
export type Column = readonly (number | null)[];

/** Numbers of one or several stages on a shared axis, at places of it; place `i` of every column is that of `steps[i]` of `stages[i]`. */
export interface Timeline {
  /** `[places]`, rising: the step; with several stages the row, so that a stage of few steps has room beside one of many; or what else the axis is of. */
  readonly x: readonly number[];
  readonly stages: readonly string[];
  readonly steps: readonly number[];
  readonly times: readonly number[];
  /** By metric. Where a place is of more rows than one (`width` > 0) it has the lowest or the highest number there. */
  readonly columns: ReadonlyMap<string, Column>;
  /** A column smoothed over all rows. */
  readonly smoothed: (key: string, weight: number) => Column;
  /** Edges of a band, low and high; smoothed, too. */
  readonly band: (band: BandSpec, weight: number) => readonly [Column, Column];
  readonly marks: readonly Mark[];
  /** The step at a place of the axis, null where there is none. */
  readonly stepOf: (x: number) => number | null;
  readonly axis: CurveAxis;
  /** Whether a place has rollouts that can be opened. */
  readonly opens: boolean;
  /** Whether it is of several runs: a line ends where its run does. */
  readonly several: boolean;
  /** How much of the axis a place is; 0: each row has its own. */
  readonly width: number;
  /** Metrics with numbers that a logarithmic scale cannot show, where one is asked for: those are not among the columns. */
  readonly left: ReadonlySet<string>;
  /** The first and the newest number of a metric, and the step of that; null: it has none. */
  readonly ends: (key: string) => Ends | null;
}

export interface Ends {
  readonly first: number;
  readonly newest: number;
  readonly step: number;
}

/** Place of a step of a stage, or the nearest one; −1: there is none of the stage. */
export function placeOfStep({ stages, steps }: Timeline, stage: string, step: number): number {
  let nearest = -1;
  for (const [index, at] of steps.entries())
    if (stages[index] === stage && (nearest < 0 || Math.abs(at - step) < Math.abs(steps[nearest]! - step)))
      nearest = index;
  return nearest;
}

/** What happened at a place: another stage begins, another source of the rewards scores from here on, or an event of the run (`run-events.ts`). */
export interface Mark {
  readonly x: number;
  readonly kind: "stage" | "reward" | "checkpoint" | "resume" | "note";
  readonly label: string;
  /** Stands at the line in the chart; empty: nothing does. */
  readonly short: string;
  /** Where that is no place of its own on the axis. */
  readonly step?: number;
  /** Of an edit of the rewards: hashes of the version that scored before it and of the one after. */
  readonly edit: { readonly before: string; readonly after: string } | null;
  /** Of a note that a person wrote: its id. */
  readonly note?: string;
  /** Of several runs that are drawn: the one that it is of. */
  readonly of?: { readonly folder: string; readonly style: number; readonly baseline: boolean };
}

/** Lays stages one after the other. */
export function timeline(tables: MetricTables, stages: readonly string[]): Timeline {
  const shown = stages.flatMap((stage) => {
    const table = tables.stages.get(stage);
    return table === undefined || table.steps.length === 0 ? [] : [{ stage, table }];
  });
  const only = shown[0];
  if (only !== undefined && shown.length === 1) {
    // Most of the time, and while a long run is live: the columns as they are, without a copy.
    const { stage, table } = only;
    const { steps, times, columns } = table;
    const marks = rewardMarks(table, tables.rewardVersions).map((mark) => ({ ...mark, x: steps[mark.x]! }));
    const named = steps.map(() => stage);
    return { x: steps, stages: named, steps, times, columns, marks, stepOf: (x) => x, ...ofRows(columns, steps) };
  }
  const names = new Set(shown.flatMap(({ table }) => [...table.columns.keys()]));
  const columns = new Map<string, (number | null)[]>([...names].map((name) => [name, []]));
  const result = { x: [] as number[], stages: [] as string[], steps: [] as number[], times: [] as number[] };
  const marks: Mark[] = [];
  for (const { stage, table } of shown) {
    const start = result.x.length;
    if (start > 0) marks.push({ x: start, kind: "stage", label: stage, short: "", edit: null });
    for (const mark of rewardMarks(table, tables.rewardVersions)) marks.push({ ...mark, x: start + mark.x });
    for (const [index, step] of table.steps.entries()) {
      result.x.push(start + index);
      result.stages.push(stage);
      result.steps.push(step);
      result.times.push(table.times[index]!);
    }
    for (const [name, column] of columns) {
      const values = table.columns.get(name);
      for (let index = 0; index < table.steps.length; index++) column.push(values?.[index] ?? null);
    }
  }
  const stepOf = (x: number): number | null => result.steps[x] ?? null;
  return { ...result, columns, marks, stepOf, ...ofRows(columns, result.steps) };
}

/** What is drawn of columns that are there row by row. */
export function ofRows(
  columns: ReadonlyMap<string, Column>,
  steps: readonly number[],
): Pick<Timeline, "smoothed" | "band" | "axis" | "opens" | "several" | "width" | "left" | "ends"> {
  const none = new Array<number | null>(steps.length).fill(null);
  const smoothed = (key: string, weight: number): Column => {
    const values = columns.get(key) ?? none;
    return weight === 0 ? values : smooth(values, weight);
  };
  return {
    smoothed,
    band(band, weight) {
      if (band.kind === "range") return [smoothed(band.low, weight), smoothed(band.high, weight)];
      const [center, spread] = [smoothed(band.center, weight), smoothed(band.spread, weight)];
      return [
        combine(center, spread, (mean, deviation) => mean - deviation),
        combine(center, spread, (mean, deviation) => mean + deviation),
      ];
    },
    axis: "step",
    opens: true,
    several: false,
    width: 0,
    left: new Set(),
    ends(key) {
      const values = columns.get(key) ?? none;
      const first = values.find((value) => value !== null);
      const last = values.findLastIndex((value) => value !== null);
      return first === undefined ? null : { first, newest: values[last]!, step: steps[last]! };
    },
  };
}

function combine(left: Column, right: Column, of: (left: number, right: number) => number): Column {
  return left.map((value, index) => {
    const other = right[index];
    return value === null || other === null || other === undefined ? null : of(value, other);
  });
}

/** Marks by row of the table. */
function rewardMarks(table: MetricTable, versions: readonly string[]): Mark[] {
  const marks: Mark[] = [];
  let current: string | null = null;
  for (const [index, hash] of table.rewardHashes.entries()) {
    if (hash === null) continue;
    if (current !== null && hash !== current) {
      const short = `v${versions.indexOf(hash) + 1}`;
      const label = t("reward {0} ({1})", short, hash.slice(0, 8));
      marks.push({ x: index, kind: "reward", label, short, edit: { before: current, after: hash } });
    }
    current = hash;
  }
  return marks;
}
