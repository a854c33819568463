/** What a picture of curves is made of: rows on an axis, whose columns are read as far as they are needed. */
import type { CurveAxis } from "../protocol/curves";
import { axisOf } from "./metric-axis";
import type { StageRows } from "./metric-store";

export interface CurveRows {
  /** `[rows]`, not falling. */
  readonly x: Float64Array;
  /** Values of rows `[start, end)`; NaN where there is none. */
  read(key: string, start: number, end: number, into: Float64Array, at?: number): void;
  readonly has: (key: string) => boolean;
  /** Of the metrics that some row has. */
  readonly names: () => readonly string[];
  /** Names it for what is kept of it from one picture to the next. */
  readonly name: string;
  readonly stages: readonly StageRows[];
  /** Row at which each of the stages begins. */
  readonly starts: readonly number[];
}

/** Numbers beside those that a stage recorded, by metric and step. */
export type Overlay = (stage: string) => ReadonlyMap<string, ReadonlyMap<number, number>> | undefined;

/** Rows of stages one after the other; null where they have no place on the axis. */
export function curveRows(
  name: string,
  stages: readonly StageRows[],
  axis: CurveAxis,
  overlay: Overlay = () => undefined,
): CurveRows | null {
  const shown = stages.filter((stage) => stage.length() > 0);
  const x = shown.length === 0 ? new Float64Array(0) : axisOf(shown, axis);
  if (x === null) return null;
  const starts: number[] = [];
  let rows = 0;
  for (const stage of shown) {
    starts.push(rows);
    rows += stage.length();
  }
  const names = new Set(shown.flatMap((stage) => [...stage.names(), ...(overlay(stage.name)?.keys() ?? [])]));
  return {
    x,
    name: `${name}\n${shown.map((stage) => stage.name).join("\n")}`,
    stages: shown,
    starts,
    has: (key) => names.has(key),
    names: () => [...names],
    read(key, start, end, into, at = 0) {
      for (const [index, stage] of shown.entries()) {
        const first = starts[index]!;
        const from = Math.max(start, first);
        const to = Math.min(end, first + stage.length());
        if (from >= to) continue;
        const beside = overlay(stage.name)?.get(key);
        if (beside === undefined) {
          stage.read(key, from - first, to - first, into, at + from - start);
          continue;
        }
        const steps = stage.steps();
        for (let row = from; row < to; row++) into[at + row - start] = beside.get(steps[row - first]!) ?? Number.NaN;
      }
    },
  };
}

/** The stage of a row, and the row in it. */
export function placeOf(
  { stages, starts }: CurveRows,
  row: number,
): { readonly stage: StageRows; readonly at: number } {
  let index = starts.length - 1;
  while (index > 0 && starts[index]! > row) index--;
  return { stage: stages[index]!, at: row - starts[index]! };
}
