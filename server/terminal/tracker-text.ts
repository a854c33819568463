/** Metrics of another tool in a terminal: the newest number of each, what was not read, and what they show of the run's health. */
import type { Thresholds } from "../health/thresholds";
import { healthNotes } from "../health/rules";
import { healthNumbers } from "../health/stage-numbers";
import type { HealthNotes } from "../protocol/health";
import { amount } from "../shared/amount";
import type { TrackerMetrics } from "../trackers/gather";
import { healthText } from "./health-text";
import { tableText } from "./report";

export function trackerHealth({ rows }: TrackerMetrics, thresholds: Thresholds): HealthNotes {
  const numbers = healthNumbers();
  numbers.add(rows);
  return healthNotes(numbers.stages(), thresholds);
}

export function trackerText(metrics: TrackerMetrics, thresholds: Thresholds): string {
  const { tool, rows, notes } = metrics;
  const newest = new Map<
    string,
    { readonly run: string; readonly name: string; readonly step: number; readonly value: number }
  >();
  for (const { stage: run, step, time: _time, ...row } of rows)
    for (const [name, value] of Object.entries(row))
      if (typeof value === "number") newest.set(JSON.stringify([run, name]), { run, name, step, value });
  const health = healthText(trackerHealth(metrics, thresholds));
  return [
    `${tool}: ${amount(rows.length)} rows`,
    tableText([
      ["run", "metric", "step", "newest"],
      ...[...newest.values()].map(({ run, name, step, value }) => [
        run,
        name,
        String(step),
        String(Number(value.toPrecision(6))),
      ]),
    ]),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
    ...(health === null ? [] : [health]),
  ].join("\n\n");
}
