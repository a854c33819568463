/** The rows of a run as columns by stage, which is what charts draw; grown row by row as the run writes them. */
import type { MetricsRow } from "../../server/protocol/metrics";

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

/** What a step would have got, as a re-scoring says. */
export interface RescoredMeans {
  readonly stage: string;
  readonly step: number;
  readonly total: number | null;
  readonly rewards: Readonly<Record<string, number | null>>;
}

const rescored = "rescored/";
/** Metric of what a re-scoring says in place of another. */
export const rescoredKey = (key: string): string => `${rescored}${key}`;
export const isRescored = (key: string): boolean => key.startsWith(rescored);

/** Puts a re-scoring beside what was recorded, in place of the one before; steps without a row have no place on the curves. */
export function setRescored(tables: MetricTables, steps: readonly RescoredMeans[]): void {
  for (const { columns } of tables.stages.values())
    for (const key of columns.keys()) if (isRescored(key)) columns.delete(key);
  for (const { stage, step, total, rewards } of steps) {
    const table = tables.stages.get(stage);
    const at = table ? place(table.steps, step) : -1;
    if (!table || table.steps[at] !== step) continue;
    const means = {
      reward: total,
      ...Object.fromEntries(Object.entries(rewards).map(([name, mean]) => [`rewards/${name}/mean`, mean])),
    };
    for (const [key, value] of Object.entries(means)) {
      const column = table.columns.get(rescoredKey(key)) ?? new Array<number | null>(table.steps.length).fill(null);
      column[at] = value;
      table.columns.set(rescoredKey(key), column);
    }
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

/** Numbers of one or several stages on a shared axis; row `i` of every column belongs to `steps[i]` of `stages[i]`. */
export interface Timeline {
  /** `[rows]`, rising: the step; with several stages the row, so that a stage of few steps has room beside one of many. */
  readonly x: readonly number[];
  readonly stages: readonly string[];
  readonly steps: readonly number[];
  readonly times: readonly number[];
  readonly columns: ReadonlyMap<string, readonly (number | null)[]>;
  readonly marks: readonly Mark[];
  /** The step at a place of the axis, null where there is none. */
  readonly stepOf: (x: number) => number | null;
}

/** A vertical line: another stage begins, or another source of the rewards scores from here on. */
export interface Mark {
  readonly x: number;
  readonly kind: "stage" | "reward";
  readonly label: string;
  /** Stands at the line in the chart; empty: nothing does. */
  readonly short: string;
  /** Of an edit of the rewards: hashes of the version that scored before it and of the one after. */
  readonly edit: { readonly before: string; readonly after: string } | null;
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
    return { x: steps, stages: steps.map(() => stage), steps, times, columns, marks, stepOf: (x) => x };
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
  return { ...result, columns, marks, stepOf: (x) => result.steps[x] ?? null };
}

/** Marks by row of the table. */
function rewardMarks(table: MetricTable, versions: readonly string[]): Mark[] {
  const marks: Mark[] = [];
  let current: string | null = null;
  for (const [index, hash] of table.rewardHashes.entries()) {
    if (hash === null) continue;
    if (current !== null && hash !== current) {
      const short = `v${versions.indexOf(hash) + 1}`;
      const label = `reward ${short} (${hash.slice(0, 8)})`;
      marks.push({ x: index, kind: "reward", label, short, edit: { before: current, after: hash } });
    }
    current = hash;
  }
  return marks;
}
