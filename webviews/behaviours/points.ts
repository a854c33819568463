/** Points of a run as columns for charts, and which charts they get. */
import { plural, t } from "../shared/l10n";
import { measures, measureTexts, type BehaviourPoint, type Measure } from "../../server/protocol/behaviours";
import type { MetricsRow } from "../../server/protocol/metrics";
import { wilsonInterval } from "../../server/statistics/wilson";
import type { ChartSpec } from "../charts/chart-spec";
import { mergeRows, noTables, type MetricTables } from "../charts/metric-table";

import { largestOf, smallestOf } from "../../server/shared/extremes";

export const valueOf = ([sum, of]: readonly [number, number]): number | null => (of === 0 ? null : sum / of);

/** Tables by stage of these points. A share has the ends of its 95 % interval beside it. */
export function tablesOf(points: readonly BehaviourPoint[]): MetricTables {
  const tables = noTables();
  mergeRows(
    tables,
    points.map(({ stage, step, counts }): MetricsRow => {
      const numbers = measures.flatMap((measure): [string, number | null][] => {
        const count = counts[measure];
        const value = valueOf(count);
        const ends = measureTexts[measure].scale === "share" ? wilsonInterval(...count) : null;
        return [
          [measure, value],
          [`${measure}/low`, ends?.low ?? null],
          [`${measure}/high`, ends?.high ?? null],
          [`${measure}/n`, count[1]],
        ];
      });
      return { stage, step, time: 0, ...Object.fromEntries(numbers) };
    }),
  );
  return tables;
}

interface Template {
  readonly id: string;
  readonly title: string;
  readonly series: readonly (readonly [measure: Measure, label: string])[];
}

const alone = (measure: Measure): Template => ({
  id: measure,
  title: t(measureTexts[measure].title),
  series: [[measure, t("share")]],
});

const templates: readonly Template[] = [
  alone("self-correction"),
  {
    id: "flags",
    title: t("Flagged steps"),
    series: [
      ["flags-wrong", t("of wrong steps")],
      ["flags-right", t("of right steps")],
    ],
  },
  {
    id: "length",
    title: t("Thinking length, tokens"),
    series: [
      ["length-right", t("right answers")],
      ["length-wrong", t("wrong answers")],
    ],
  },
  alone("backtracking"),
  alone("answer-change"),
  alone("alternative"),
  alone("reflection"),
  {
    id: "reflection-words",
    title: t(measureTexts["reflection-words"].title),
    series: [["reflection-words", t("words")]],
  },
];

/** The measure whose examples a chart leads to. */
export const measureOfChart = (id: string): Measure | null =>
  templates.find((template) => template.id === id)?.series[0]?.[0] ?? null;

export interface BehaviourCharts {
  readonly specs: readonly ChartSpec[];
  /** Measures that were looked for and never found. */
  readonly never: readonly Measure[];
}

/** Charts of what was found at least once. */
export function chartsOf(points: readonly BehaviourPoint[], sparse: boolean): BehaviourCharts {
  const found = (measure: Measure): boolean => points.some(({ counts }) => counts[measure][0] > 0);
  const looked = (measure: Measure): boolean => points.some(({ counts }) => counts[measure][1] > 0);
  const specs = templates.flatMap(({ id, title, series }): ChartSpec[] => {
    if (!series.some(([measure]) => found(measure))) return [];
    const shown = series.filter(([measure]) => looked(measure));
    const [only] = shown;
    const share = only !== undefined && shown.length === 1 && measureTexts[only[0]].scale === "share";
    return [
      {
        id,
        title,
        sparse,
        limits: null,
        series: shown.map(([key, label]) => ({ key, label })),
        band: share
          ? { kind: "range", low: `${only[0]}/low`, high: `${only[0]}/high`, label: t("95 % interval") }
          : null,
        note: shown.map(([measure, label]) => countNote(points, measure, shown.length > 1 ? label : "")).join("; "),
      },
    ];
  });
  return { specs, never: measures.filter((measure) => looked(measure) && !found(measure)) };
}

/** `n: 128 rollouts a point`, or from the fewest to the most. */
function countNote(points: readonly BehaviourPoint[], measure: Measure, label: string): string {
  const counts = points.map((point) => point.counts[measure][1]);
  const [least, most] = [smallestOf(counts), largestOf(counts)];
  const { of } = measureTexts[measure];
  const number =
    least === most
      ? plural(most, of.replace(/s$/, ""))
      : t("{0} to {1}", least.toLocaleString("en-US"), plural(most, of.replace(/s$/, "")));
  return t("n{0}: {1} a point", label === "" ? "" : ` ${label}`, number);
}
