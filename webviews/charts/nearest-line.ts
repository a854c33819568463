/** Which of several lines somebody points at. */
import type { Column } from "./metric-table";

/**
 * Index of the line that passes nearest to `top` pixels at a place; null: none does. A line passes between its numbers, and not beyond its ends. `x`: `[places]`;
 * `columns`: of each line, `[places]`, empty where it is not shown; `positionOf`: pixels from the top of a value.
 */
export function nearestLine(
  x: ArrayLike<number>,
  columns: readonly Column[],
  place: number,
  top: number,
  positionOf: (value: number) => number,
): number | null {
  let nearest: { readonly line: number; readonly distance: number } | null = null;
  for (const [line, values] of columns.entries()) {
    const at = positionAt(x, values, place, positionOf);
    if (at === null) continue;
    const distance = Math.abs(at - top);
    if (nearest === null || distance < nearest.distance) nearest = { line, distance };
  }
  return nearest?.line ?? null;
}

function positionAt(
  x: ArrayLike<number>,
  values: Column,
  place: number,
  positionOf: (value: number) => number,
): number | null {
  const there = (at: number): boolean => values[at] !== null && values[at] !== undefined;
  let before = place;
  while (before >= 0 && !there(before)) before--;
  let after = place;
  while (after < values.length && !there(after)) after++;
  if (before < 0 || after >= values.length) return null;
  const [low, high] = [positionOf(values[before]!), positionOf(values[after]!)];
  const span = x[after]! - x[before]!;
  return span === 0 ? low : low + ((high - low) * (x[place]! - x[before]!)) / span;
}
