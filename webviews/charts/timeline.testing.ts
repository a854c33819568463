/** Timelines for tests. */
import type { Timeline } from "./metric-table";

/** A run of one stage, a row a step. */
export function lineOf(columns: Record<string, (number | null)[]>, rows: number): Timeline {
  const x = Array.from({ length: rows }, (_value, index) => index);
  return {
    x,
    steps: x,
    stages: x.map(() => "rl"),
    times: x,
    columns: new Map(Object.entries(columns)),
    marks: [],
    stepOf: (at) => at,
  };
}
