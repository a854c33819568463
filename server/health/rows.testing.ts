/** Rows of metrics for tests. */
import type { MetricsRow } from "../protocol/metrics";
import { healthNotes } from "./rules";
import type { StageSetting } from "./rule";
import { healthNumbers } from "./stage-numbers";
import { usualThresholds, type Thresholds } from "./thresholds";

type Numbers = Readonly<Record<string, number | null>>;

/** A stage of so many steps, the first of which is `start`. */
export const rowsOf = (steps: number, of: (index: number) => Numbers, start = 1): MetricsRow[] =>
  Array.from({ length: steps }, (_, index) => ({ stage: "rl", step: start + index, time: 0, ...of(index) }));

/** Notes on a stage, by the ids of their rules. */
export function notesOf(
  rows: readonly MetricsRow[],
  thresholds: Partial<Thresholds> = {},
  setting?: StageSetting,
): ReturnType<typeof healthNotes> {
  const numbers = healthNumbers();
  numbers.add(rows);
  return healthNotes(numbers.stages(), { ...usualThresholds, ...thresholds }, setting);
}

export const idsOf = (...given: Parameters<typeof notesOf>): string[] => notesOf(...given).map(({ id }) => id);
