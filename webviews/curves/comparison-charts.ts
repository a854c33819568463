/** Charts of several runs: one for each metric, with a line for each run. */
import type { ChartSpec } from "../charts/chart-spec";
import type { Charts } from "./chart-specs";
import { edgeKey, lineKey } from "./comparison";
import type { Line } from "./compared-runs";

/** Ids of these charts begin with it; the metric follows. */
export const comparedPanel = "compare:";

/** The charts of one run taken apart: of each metric one, under the title that it has there. */
export function metricCharts({ main, more }: Charts): Charts {
  const apart = (specs: readonly ChartSpec[]): ChartSpec[] =>
    specs.flatMap(({ series, title, ...spec }) =>
      series
        .filter(({ beside }) => beside === undefined)
        .map((one) => ({
          ...spec,
          id: `${comparedPanel}${one.key}`,
          title: series.length > 1 ? `${title}: ${one.label}` : title,
          series: [one],
          band: null,
          note: null,
        })),
    );
  return { main: apart(main), more: apart(more) };
}

/** The chart of a metric with a line for each of these. */
export const withLines = (spec: ChartSpec, lines: readonly Line[]): ChartSpec => ({
  ...spec,
  series: spec.series.flatMap(({ key }) =>
    lines.map((line) => ({
      key: lineKey(key, line),
      label: line.label,
      style: line.style,
      ...(line.baseline ? { baseline: true } : {}),
      ...(line.banded ? { edges: { low: edgeKey(key, line, "low"), high: edgeKey(key, line, "high") } } : {}),
    })),
  ),
});
