/** What one chart draws, as columns for uPlot. */
import type { AlignedData } from "uplot";
import type { ChartSpec } from "./chart-spec";
import type { Column, Timeline } from "./metric-table";

/**
 * Columns of a chart: x; then low and high of the band where there is one; then for each series its values as recorded and the line that is
 * drawn; then the edges of the bands around series. Without smoothing the line is the values, and the recorded column is empty so that nothing is drawn twice.
 */
export function chartData(spec: ChartSpec, line: Timeline, smoothing: number): AlignedData {
  const none = new Array<number | null>(line.x.length).fill(null);
  // Evaluations are few and exact: smoothing them would only hide them.
  const weight = spec.sparse ? 0 : smoothing;
  const result: (readonly number[] | Column)[] = [line.x];
  if (spec.band !== null) result.push(...line.band(spec.band, weight));
  for (const { key } of spec.series) {
    const values = line.columns.get(key) ?? none;
    result.push(weight === 0 ? none : values, weight === 0 ? values : line.smoothed(key, weight));
  }
  for (const { edges } of spec.series)
    if (edges !== undefined) result.push(line.smoothed(edges.low, weight), line.smoothed(edges.high, weight));
  return result as AlignedData;
}

/** Position of a series' drawn line among the columns. */
export function lineIndex(spec: ChartSpec, series: number): number {
  return (spec.band === null ? 1 : 3) + 2 * series + 1;
}

/** Index of the newest row at or before `from` that has the number; -1 where none has. */
export function newestIndex(values: Column | undefined, from: number): number {
  for (let index = Math.min(from, (values?.length ?? 0) - 1); index >= 0; index--) {
    if (values?.[index] !== null && values?.[index] !== undefined) return index;
  }
  return -1;
}
