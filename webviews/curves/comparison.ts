/** Several runs over each other: which there are, what they have to draw, and its picture. */
import { t } from "../shared/l10n";
import type { CurveAxis, CurveOverview } from "../../server/protocol/curves";
import { allStages } from "../../server/protocol/curves";
import type { RunEntry } from "../../server/protocol/editor";
import { messageOf } from "../../server/shared/user-error";
import type { ChartLook } from "../charts/chart-look";
import type { ChartSpec } from "../charts/chart-spec";
import type { Column, Ends, Timeline } from "../charts/metric-table";
import type { Client } from "../shared/client";
import { linesOf, type Compared, type Line, type Member } from "./compared-runs";
import { seriesName, type Picture } from "./picture";
import { settingsOfRun } from "./recipe-differences";
import { runPictures, type Pictures } from "./run-pictures";

/** What is compared, and how it is looked at. */
export interface ComparisonPlace extends Pick<ChartLook, "smoothing" | "zoom" | "log"> {
  readonly compare: Compared;
  readonly stage: string | null;
  readonly axis: CurveAxis;
}

export interface Comparison {
  readonly members: readonly Member[];
  readonly lines: readonly Line[];
  /** Metrics that any of the shown runs has, as names to make charts of. */
  readonly metrics: readonly string[];
  /** Null until the first picture is there. */
  readonly line: Timeline | null;
  /** Sentences on runs that have nothing to draw here. */
  readonly notes: readonly string[];
  /** Stages of any of the runs. */
  readonly stages: readonly string[];
}

export interface ComparisonModel {
  /** What there is now. */
  readonly state: () => Comparison;
  /** Reads what is new of the compared runs. */
  pull(runs: readonly RunEntry[], place: ComparisonPlace): Promise<void>;
  /** Draws it in another way. */
  redraw(place: ComparisonPlace): Promise<void>;
  /** Charts that are to be drawn: one metric each. Whether they need what was not asked for yet. */
  want(specs: readonly ChartSpec[], pixels: number): boolean;
  /** The numbers of a place, as they were recorded, by key of the charts' lines. */
  row(index: number, place: ComparisonPlace): Promise<ReadonlyMap<string, number | null>>;
}

const none: Comparison = { members: [], lines: [], metrics: [], line: null, notes: [], stages: [] };

/** Key of a line in the chart of a metric. */
export const lineKey = (metric: string, { label }: Pick<Line, "label">): string => `${metric} · ${label}`;
export const edgeKey = (metric: string, line: Pick<Line, "label">, side: "low" | "high"): string =>
  `${lineKey(metric, line)} · ${side}`;

export function comparisonModel(client: Client, changed: () => void): ComparisonModel {
  let state = none;
  let wanted: readonly ChartSpec[] = [];
  let pixels = 600;
  let pictures: { readonly of: string; readonly pictures: Pictures } | null = null;
  let turn = 0;
  const set = (change: Partial<Comparison>): void => {
    state = { ...state, ...change };
    changed();
  };

  const memberOf = async (
    { folder, style, shown }: Compared["runs"][number],
    runs: readonly RunEntry[],
    stage: string | null,
  ): Promise<Member> => {
    const run = runs.find((one) => one.folder === folder) ?? null;
    const member = { folder, style, shown, run, settings: run === null ? new Map() : settingsOfRun(run) };
    if (run === null) return { ...member, overview: null, problem: t("It is not in the workspace any more.") };
    try {
      let overview = await client.ask("readCurves", { folder, stage });
      while (overview.read < overview.of) overview = await client.ask("readCurves", { folder, stage });
      const lacks = stage !== null && stage !== allStages && !overview.stages.includes(stage);
      return { ...member, overview: lacks ? { ...overview, shown: [], metrics: [] } : overview, problem: null };
    } catch (error) {
      return { ...member, overview: null, problem: messageOf(error) };
    }
  };

  const redraw = async (place: ComparisonPlace): Promise<void> => {
    const own = ++turn;
    const members = state.members.map((member) => {
      const { shown = true, style = member.style } =
        place.compare.runs.find(({ folder }) => folder === member.folder) ?? {};
      return { ...member, shown, style };
    });
    const { lines, sources } = linesOf(members, place.compare);
    const metrics = metricsOf(lines);
    set({ members, lines, metrics, notes: notesOf(members, place) });
    if (wanted.length === 0 || sources.length === 0) {
      if (sources.length === 0) set({ line: null });
      return;
    }
    const of = JSON.stringify(sources);
    if (pictures?.of !== of)
      pictures = {
        of,
        pictures: runPictures({ picture: (_stages, request) => client.ask("drawCurves", { sources, ...request }) }),
      };
    const overview = { shown: [], metrics: metrics.map((key) => ({ key, first: null, newest: null, step: 0 })) };
    const picture = await pictures.pictures.draw({ overview, specs: wanted, pixels, look: place, axis: place.axis });
    if (own !== turn) return;
    const unplaced = new Set(picture.unplaced);
    const away = lines.filter(({ source }) => unplaced.has(source)).map(({ label }) => label);
    set({
      line: timelineOf(picture, lines, metrics, place.axis),
      notes: [
        ...notesOf(members, place),
        ...(away.length > 0 && place.axis === "tokens"
          ? [t("Not drawn over tokens, which they do not count: {0}.", away.join(", "))]
          : []),
      ],
    });
  };

  return {
    state: () => state,
    redraw,
    async pull(runs, place) {
      const members = await Promise.all(place.compare.runs.map((one) => memberOf(one, runs, place.stage)));
      const stages = [...new Set(members.flatMap(({ overview }) => overview?.stages ?? []))];
      state = { ...state, members, stages };
      await redraw(place);
    },
    want(specs, wide) {
      wanted = specs;
      pixels = wide;
      return state.lines.length > 0 && (pictures?.pictures.lacks(specs, wide) ?? true);
    },
    async row(index, { axis }) {
      const x = state.line?.x[index];
      if (x === undefined) return new Map();
      const keys = [...new Set(wanted.flatMap(({ series }) => series.map(({ key }) => key)))].slice(0, 400);
      const members = [...new Set(state.lines.flatMap((line) => line.members))];
      const runs = members.map(({ folder, overview }) => ({ folder, stages: [...(overview?.shown ?? [])] }));
      const rows = await client.ask("readCurveRows", { runs, axis, at: { x }, keys });
      return new Map(
        state.lines.flatMap((line) =>
          keys.map((key, at): [string, number | null] => {
            const values = line.members.map((member) => rows[members.indexOf(member)]?.values[at] ?? null);
            return [lineKey(key, line), meanOf(values)];
          }),
        ),
      );
    },
  };
}

/** Null where one of them is missing. */
function meanOf(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum / values.length;
}

/** In the order in which the first run has them. */
const metricsOf = (lines: readonly Line[]): string[] => [
  ...new Set(
    lines.flatMap(({ members }) => members.flatMap(({ overview }) => (overview?.metrics ?? []).map(({ key }) => key))),
  ),
];

function notesOf(members: readonly Member[], { stage }: ComparisonPlace): string[] {
  return members
    .filter((member) => member.shown)
    .flatMap(({ run, folder, overview, problem }) => {
      const name = run?.record?.id ?? folder;
      if (problem !== null) return [`${name}: ${problem}`];
      if (overview !== null && overview.shown.length === 0)
        return [
          stage === null ? t("{0} has no numbers yet.", name) : t("{0} has no numbers of the stage {1}.", name, stage),
        ];
      return [];
    });
}

/** The picture as charts draw it: a column for each line of each metric. */
function timelineOf(picture: Picture, lines: readonly Line[], metrics: readonly string[], axis: CurveAxis): Timeline {
  const { x } = picture;
  const nothing = new Array<number | null>(x.length).fill(null);
  type Drawn = NonNullable<ReturnType<Picture["columns"][number]["get"]>>;
  const drawn = new Map<string, Drawn>();
  const ends = new Map<string, Ends>();
  for (const line of lines)
    for (const key of metrics) {
      const of = (source: number): Drawn | undefined => picture.columns[source]?.get(seriesName({ key, edge: null }));
      const own = of(line.source);
      if (own !== undefined) drawn.set(lineKey(key, line), own);
      if (line.banded)
        for (const [side, offset] of [["low", 1] as const, ["high", 2] as const]) {
          const edge = of(line.source + offset);
          if (edge !== undefined) drawn.set(edgeKey(key, line, side), edge);
        }
      const found = endsOf(line, key);
      if (found !== null) ends.set(lineKey(key, line), found);
    }
  const smoothed = (key: string, weight: number): Column => {
    const column = drawn.get(key);
    return (weight === 0 ? column?.values : (column?.line ?? column?.values)) ?? nothing;
  };
  return {
    x,
    stages: [],
    steps: picture.steps,
    times: picture.times,
    columns: new Map([...drawn].map(([key, { values }]) => [key, values])),
    smoothed,
    band: () => [nothing, nothing],
    marks: [],
    stepOf: (place) => place,
    axis,
    opens: false,
    width: picture.width,
    left: new Set([...drawn].flatMap(([key, { left }]) => (left ? [key] : []))),
    ends: (key) => ends.get(key) ?? null,
  };
}

/** Of runs that are one line their mean, where they have come as far as each other. */
function endsOf({ members }: Line, key: string): Ends | null {
  const found = members.map(({ overview }) => overview?.metrics.find((metric) => metric.key === key));
  const first = meanOf(found.map((metric) => metric?.first ?? null));
  const newest = meanOf(found.map((metric) => metric?.newest ?? null));
  const steps = new Set(found.map((metric) => metric?.step));
  const [step] = steps;
  return first === null || newest === null || step === undefined || steps.size > 1 ? null : { first, newest, step };
}

/** The newest number of a metric of a run. */
export const newestOf = (
  overview: CurveOverview | null,
  key: string,
): { readonly value: number; readonly step: number } | null => {
  const { newest = null, step = 0 } = overview?.metrics.find((metric) => metric.key === key) ?? {};
  return newest === null ? null : { value: newest, step };
};
