/** Where the rows of some stages stand on an axis. */
import type { CurveAxis } from "../protocol/curves";
import type { StageRows } from "./metric-store";

/** Tokens that were learned from or sampled, as the stage counts them. */
export const tokensMetric = "num_tokens";

/**
 * `[rows]`, not falling, of the stages one after the other. `step`: the step; of several stages the row, so that a stage of few steps has room beside one of
 * many. `tokens`: counted over all stages; null where none counts them. `hours`: since the first row with a time, on the clock of the wall; null where none has one, as in tables
 * of other tools. A row that is before the one
 * above it on this axis (a clock that was set back) stands at its place.
 */
export function axisOf(stages: readonly StageRows[], axis: CurveAxis): Float64Array | null {
  const [only] = stages;
  if (axis === "step" && stages.length === 1) return only!.steps();
  const rows = stages.reduce((sum, stage) => sum + stage.length(), 0);
  const places = new Float64Array(rows);
  if (axis === "step") {
    for (let row = 0; row < rows; row++) places[row] = row;
    return places;
  }
  if (axis === "tokens" && !stages.some((stage) => [...stage.names()].includes(tokensMetric))) return null;
  let at = 0;
  let highest = 0;
  const start = axis === "hours" ? firstTime(stages) : 0;
  if (start === null) return null;
  for (const stage of stages) {
    const length = stage.length();
    const base = highest;
    if (axis === "tokens") stage.read(tokensMetric, 0, length, places, at);
    else {
      const times = stage.times();
      for (let row = 0; row < length; row++) places[at + row] = (times[row]! - start) / 3_600_000;
    }
    for (let row = at; row < at + length; row++) {
      const place = axis === "tokens" ? base + places[row]! : places[row]!;
      // A row without a count is where the one before it is.
      if (place > highest) highest = place;
      places[row] = highest;
    }
    at += length;
  }
  return places;
}

/** Milliseconds since the epoch, of the first row whose time somebody says (another tool's may be 0); null: of none. */
function firstTime(stages: readonly StageRows[]): number | null {
  let rows = 0;
  for (const stage of stages) {
    rows += stage.length();
    const time = stage.times().find((one) => one > 0);
    if (time !== undefined) return time;
  }
  return rows === 0 ? 0 : null;
}

/** Index of the first place at or beyond `x`. */
export function placeFrom(places: Float64Array, x: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
