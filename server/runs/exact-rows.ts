/** Numbers of a run exactly as they were recorded, row by row: for tables and for CSV, where a picture has the lowest and the highest of many. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ExactRow } from "../protocol/curves";
import { readMetrics } from "./metrics";

export interface RowsWanted {
  /** In this order. */
  readonly stages: readonly string[];
  /** Metrics. */
  readonly keys: readonly string[];
  /** Steps from and to which; null: all. */
  readonly steps: readonly [number, number] | null;
}

/** Bytes of metrics between two turns of others. */
const part = 1 << 19;

/**
 * Rows that have one of the numbers, by stage and step. Of a step that was made again after a resume the later numbers count. Reads the whole file, with
 * turns for others in between.
 */
export async function exactRows(runFolder: string, { stages, keys, steps }: RowsWanted): Promise<ExactRow[]> {
  const byStage = new Map(
    stages.map((stage) => [stage, new Map<number, { time: number; values: (number | null)[] }>()]),
  );
  for (let cursor = 0, more = true; more;) {
    const found = readMetrics(runFolder, cursor, part);
    for (const row of found.rows) {
      const rows = byStage.get(row.stage);
      if (!rows || (steps !== null && (row.step < steps[0] || row.step > steps[1]))) continue;
      const known = rows.get(row.step) ?? { time: row.time, values: keys.map(() => null) };
      known.time = row.time;
      for (const [at, key] of keys.entries()) {
        const value = row[key];
        if (Object.hasOwn(row, key) && (typeof value === "number" || value === null)) known.values[at] = value;
      }
      rows.set(row.step, known);
    }
    ({ cursor, more } = found);
    await nextTurn();
  }
  return [...byStage].flatMap(([stage, rows]) =>
    [...rows]
      .filter(([, { values }]) => values.some((value) => value !== null))
      .sort(([a], [b]) => a - b)
      .map(([step, row]) => ({ stage, step, ...row })),
  );
}

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** As RFC 4180 has it: a line of names, then a line a row. Numbers have all of their digits; a missing one is empty. */
export function csvOf(
  keys: readonly string[],
  runs: readonly { readonly name: string; readonly rows: readonly ExactRow[] }[],
): string {
  const several = runs.length > 1;
  const lines = [[...(several ? ["run"] : []), "stage", "step", "time", ...keys].map(field).join(",")];
  for (const { name, rows } of runs)
    for (const { stage, step, time, values } of rows) {
      const at = time === 0 ? "" : new Date(time).toISOString();
      const numbers = values.map((value) => (value === null ? "" : String(value)));
      lines.push([...(several ? [field(name)] : []), field(stage), String(step), at, ...numbers].join(","));
    }
  return `${lines.join("\r\n")}\r\n`;
}
