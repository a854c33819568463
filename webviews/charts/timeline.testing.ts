/** Timelines for tests. */
import { ofRows, type Timeline } from "./metric-table";

/** A run of one stage, a row a step. */
export function lineOf(columns: Record<string, (number | null)[]>, rows: number): Timeline {
  const x = Array.from({ length: rows }, (_value, index) => index);
  const byKey = new Map(Object.entries(columns));
  return {
    x,
    steps: x,
    stages: x.map(() => "rl"),
    times: x,
    columns: byKey,
    marks: [],
    stepOf: (at) => at,
    ...ofRows(byKey, x),
  };
}
