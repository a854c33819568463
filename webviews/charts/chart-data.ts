/** What one chart draws, as columns for uPlot. */
import type { AlignedData } from "uplot";
import type { ChartSpec } from "./chart-spec";
import type { Timeline } from "./metric-table";
import { smooth } from "./smoothing";

type Column = readonly (number | null)[];

/**
 * Columns of a chart: x; then low and high of the band where there is one; then for each series its values as recorded and the line that is
 * drawn. Without smoothing the line is the values, and the recorded column is empty so that nothing is drawn twice.
 */
export function chartData(spec: ChartSpec, { x, columns }: Timeline, smoothing: number): AlignedData {
  const none = new Array<number | null>(x.length).fill(null);
  const column = (key: string): Column => columns.get(key) ?? none;
  // Evaluations are few and exact: smoothing them would only hide them.
  const weight = spec.sparse ? 0 : smoothing;
  const drawn = (values: Column): Column => (weight === 0 ? values : smooth(values, weight));

  const result: (readonly number[] | Column)[] = [x];
  if (spec.band?.kind === "spread") {
    const center = drawn(column(spec.band.center));
    const spread = drawn(column(spec.band.spread));
    result.push(
      combine(center, spread, (mean, std) => mean - std),
      combine(center, spread, (mean, std) => mean + std),
    );
  } else if (spec.band?.kind === "range") {
    result.push(drawn(column(spec.band.low)), drawn(column(spec.band.high)));
  }
  for (const { key } of spec.series) {
    const values = column(key);
    result.push(weight === 0 ? none : values, drawn(values));
  }
  return result as AlignedData;
}

/** Position of a series' drawn line among the columns. */
export function lineIndex(spec: ChartSpec, series: number): number {
  return (spec.band === null ? 1 : 3) + 2 * series + 1;
}

function combine(left: Column, right: Column, of: (left: number, right: number) => number): Column {
  return left.map((value, index) => {
    const other = right[index];
    return value === null || other === null || other === undefined ? null : of(value, other);
  });
}

/** Index of the newest row at or before `from` that has the number; -1 where none has. */
export function newestIndex(values: Column | undefined, from: number): number {
  for (let index = Math.min(from, (values?.length ?? 0) - 1); index >= 0; index--) {
    if (values?.[index] !== null && values?.[index] !== undefined) return index;
  }
  return -1;
}
