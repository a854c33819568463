/** Some rows of a metric in a row, as rules compare them. */
import type { Series } from "./stage-numbers";

export interface Window {
  readonly mean: number;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly sum: number;
  /** Standard error of the mean, as if rows were independent. */
  readonly error: number;
  readonly values: readonly number[];
  readonly firstStep: number;
  readonly lastStep: number;
}

function windowOf({ steps, values }: Series, from: number, to: number): Window | null {
  if (from < 0 || to > values.length || from >= to) return null;
  const part = values.slice(from, to);
  const count = part.length;
  const sum = part.reduce((all, value) => all + value, 0);
  const mean = sum / count;
  const variance = count < 2 ? 0 : part.reduce((all, value) => all + (value - mean) ** 2, 0) / (count - 1);
  const sorted = part.toSorted((a, b) => a - b);
  const half = count >> 1;
  return {
    mean,
    median: count % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2,
    least: sorted[0]!,
    most: sorted[count - 1]!,
    sum,
    error: Math.sqrt(variance / count),
    values: part,
    firstStep: steps[from]!,
    lastStep: steps[to - 1]!,
  };
}

/** The newest `count` rows; null where there are fewer. `back`: windows before them. */
export const newestRows = (series: Series, count: number, back = 0): Window | null =>
  windowOf(series, series.values.length - count * (back + 1), series.values.length - count * back);

/** The first `count` rows; null where there are not as many again behind them: what is compared shares no row. */
export const firstRows = (series: Series, count: number): Window | null =>
  series.values.length < 2 * count ? null : windowOf(series, 0, count);

/** The rows from a step on. */
export function since(series: Series, step: number | null): Series {
  if (step === null) return series;
  const from = series.steps.findIndex((at) => at >= step);
  return from < 0 ? { steps: [], values: [] } : { steps: series.steps.slice(from), values: series.values.slice(from) };
}

/** Whether the second mean is above the first by more than two standard errors of their difference. */
export const rose = (first: Window, second: Window): boolean =>
  second.mean - first.mean > 2 * Math.hypot(first.error, second.error);
