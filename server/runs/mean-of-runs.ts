/** What some runs have in common: their mean, and a band around it, as far as all of them have come. */
import type { CurveSource } from "../protocol/curves";
import type { CurveRows } from "./curve-source";
import { placeFrom } from "./metric-axis";

type Group = Extract<CurveSource, { readonly of: unknown }>;

/**
 * Rows where the first of the runs has some, from where all have begun to where the first of them ends. Of a run that has none there the number lies on the
 * straight line between those before and after it; where one of them has no number, there is no mean. `deviation`: of the runs as a sample (n − 1); of one run
 * there is no band.
 */
export function meanOfRuns({ of, value, band }: Group, sources: readonly (CurveRows | null)[]): CurveRows | null {
  const runs = of.map((index) => sources[index] ?? null);
  const placed = runs.filter((run): run is CurveRows => run !== null && run.x.length > 0);
  const [first] = placed;
  if (first === undefined || placed.length < runs.length) return null;
  const low = Math.max(...placed.map(({ x }) => x[0]!));
  const high = Math.min(...placed.map(({ x }) => x.at(-1)!));
  const start = placeFrom(first.x, low);
  let end = placeFrom(first.x, high);
  while (end < first.x.length && first.x[end] === high) end++;
  const x = first.x.subarray(start, Math.max(start, end));
  return {
    x,
    name: `${value} ${band}\n${placed.map(({ name }) => name).join("\n\n")}`,
    stages: first.stages,
    starts: first.starts.map((row) => Math.max(0, row - start)),
    has: (key) => placed.every((run) => run.has(key)),
    names: () => first.names().filter((key) => placed.every((run) => run.has(key))),
    read(key, from, to, into, at = 0) {
      const columns = placed.map((run) => onPlaces(run, key, x.subarray(from, to)));
      for (let row = 0; row < to - from; row++) into[at + row] = combined(columns, row, value, band);
    },
  };
}

/** The numbers of a run at some places of the axis. */
function onPlaces(run: CurveRows, key: string, places: Float64Array): Float64Array {
  const result = new Float64Array(places.length).fill(Number.NaN);
  if (places.length === 0) return result;
  // A metric may be rare: the numbers before and after may lie far outside.
  const values = new Float64Array(run.x.length);
  run.read(key, 0, values.length, values);
  let before = -1;
  let after = 0;
  for (const [index, place] of places.entries()) {
    while (after < values.length && (run.x[after]! < place || Number.isNaN(values[after]!))) {
      if (!Number.isNaN(values[after]!)) before = after;
      after++;
    }
    if (after === values.length) break;
    if (run.x[after] === place) result[index] = values[after]!;
    else if (before >= 0) {
      const share = (place - run.x[before]!) / (run.x[after]! - run.x[before]!);
      result[index] = values[before]! + share * (values[after]! - values[before]!);
    }
  }
  return result;
}

function combined(columns: readonly Float64Array[], row: number, value: Group["value"], band: Group["band"]): number {
  let sum = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    const own = column[row]!;
    if (Number.isNaN(own)) return Number.NaN;
    sum += own;
    low = Math.min(low, own);
    high = Math.max(high, own);
  }
  const mean = sum / columns.length;
  if (value === "mean") return mean;
  if (band === "range") return value === "low" ? low : high;
  if (columns.length < 2) return Number.NaN;
  const squares = columns.reduce((total, column) => total + (column[row]! - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (columns.length - 1));
  return value === "low" ? mean - deviation : mean + deviation;
}
