/** Several runs over each other: which there are, what they have to draw, and its picture. */
import { t } from "../shared/l10n";
import type { StepNote } from "../../server/protocol/annotations";
import type { CurveAxis, CurveOverview, CurveRow } from "../../server/protocol/curves";
import { allStages } from "../../server/protocol/curves";
import type { RunEntry } from "../../server/protocol/editor";
import { runFolderName, runTitles } from "../../server/protocol/run-title";
import { messageOf } from "../../server/shared/user-error";
import type { ChartLook } from "../charts/chart-look";
import type { ChartSpec } from "../charts/chart-spec";
import type { Column, Ends, Mark, Timeline } from "../charts/metric-table";
import type { Client } from "../shared/client";
import { keyOf, linesOf, trackerName, type Compared, type Line, type Member } from "./compared-runs";
import { marksOfMember } from "./compared-marks";
import { runReader, trackerReader } from "./curve-reader";
import { joinedPictures } from "./joined-pictures";
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
  /** Which step of each run a place is of; null: it has none there. */
  stepsAt(index: number, members: readonly Member[], place: ComparisonPlace): Promise<readonly (CurveRow | null)[]>;
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
  /** Of files of other tools, by their runs. */
  const ofFiles = new Map<string, Pictures>();
  /** Of each run without its lines: where its steps are, for its marks. */
  const ofMarks = new Map<string, Pictures>();
  const notesOfRuns = new Map<string, readonly StepNote[]>();
  let turn = 0;
  const set = (change: Partial<Comparison>): void => {
    state = { ...state, ...change };
    changed();
  };

  const memberOf = async (
    { folder, tracker, style, shown }: Compared["runs"][number],
    runs: readonly RunEntry[],
    titles: ReadonlyMap<string, string>,
    stage: string | null,
  ): Promise<Member> => {
    const run = tracker === null ? (runs.find((one) => one.folder === folder) ?? null) : null;
    const settings = run === null ? new Map<string, string>() : settingsOfRun(run);
    const title = titles.get(folder) ?? runFolderName({ folder });
    const member = {
      folder,
      tracker,
      style,
      shown,
      title: tracker === null ? title : trackerName({ folder, tracker }),
      run,
      settings,
      leftOut: [],
    };
    if (tracker !== null)
      try {
        const { overview, notes } = await client.ask("readTracker", { file: folder, stage: tracker });
        if (!overview.stages.includes(tracker))
          return { ...member, overview: null, problem: t("The file has no run {0} any more.", tracker) };
        return { ...member, overview, problem: null, leftOut: notes };
      } catch (error) {
        return { ...member, overview: null, problem: messageOf(error) };
      }
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

  const picturesOf = (kept: Map<string, Pictures>, member: Member): Pictures => {
    const key = keyOf(member);
    const read = member.tracker === null ? runReader : trackerReader;
    const found = kept.get(key) ?? runPictures(read(client, member.folder));
    kept.set(key, found);
    return found;
  };

  /** Of the runs whose marks are wanted, from left to right. */
  const marksOf = async (members: readonly Member[], place: ComparisonPlace): Promise<Mark[]> => {
    const { marks: whose, baseline } = place.compare;
    const marked = members.filter(
      (member) =>
        member.shown &&
        member.run !== null &&
        (whose === "each" || (whose === "baseline" && keyOf(member) === baseline)),
    );
    const marks = await Promise.all(
      marked.map(async (member) => {
        const picture = await picturesOf(ofMarks, member).draw({
          overview: { shown: member.overview?.shown ?? [], metrics: [] },
          specs: [],
          pixels,
          look: { smoothing: 0, zoom: place.zoom, log: false },
          axis: place.axis,
        });
        const notes = notesOfRuns.get(member.folder) ?? [];
        return marksOfMember(member, picture, notes, place.axis, place.zoom !== null, keyOf(member) === baseline);
      }),
    );
    return marks.flat().sort((a, b) => a.x - b.x);
  };

  const readNotes = async (members: readonly Member[]): Promise<void> => {
    const runs = members.filter(({ run }) => run !== null);
    const notes = await Promise.all(
      runs.map(async ({ folder }) => ({
        folder,
        found: await client.ask("readStepNotes", { folder }).catch(() => []),
      })),
    );
    notesOfRuns.clear();
    for (const { folder, found } of notes) notesOfRuns.set(folder, found);
  };

  const rowsAt = async (
    x: number,
    members: readonly Member[],
    axis: CurveAxis,
    keys: readonly string[],
  ): Promise<(CurveRow | null)[]> => {
    const own = members.filter(({ tracker }) => tracker === null);
    const runs = own.map(({ folder, overview }) => ({ folder, stages: [...(overview?.shown ?? [])] }));
    const at = { x };
    const rows = runs.length === 0 ? [] : await client.ask("readCurveRows", { runs, axis, at, keys: [...keys] });
    return Promise.all(
      members.map(async (member) => {
        const { tracker, folder: file, overview } = member;
        if (tracker === null) return rows[own.indexOf(member)] ?? null;
        return client.ask("readTrackerRow", { file, stages: [...(overview?.shown ?? [])], axis, at, keys: [...keys] });
      }),
    );
  };

  const redraw = async (place: ComparisonPlace): Promise<void> => {
    const own = ++turn;
    const members = state.members.map((member) => {
      const key = keyOf(member);
      const { shown = true, style = member.style } = place.compare.runs.find((one) => keyOf(one) === key) ?? {};
      return { ...member, shown, style };
    });
    const { lines, sources, files } = linesOf(members, place.compare);
    const metrics = metricsOf(lines);
    set({ members, lines, metrics, notes: notesOf(members, place) });
    if (wanted.length === 0 || lines.length === 0) {
      if (lines.length === 0) set({ line: null });
      return;
    }
    const of = JSON.stringify(sources);
    if (pictures?.of !== of)
      pictures = {
        of,
        pictures: runPictures({ picture: (_stages, request) => client.ask("drawCurves", { sources, ...request }) }),
      };
    const overview = { shown: [], metrics: metrics.map((key) => ({ key, first: null, newest: null, step: 0 })) };
    const how = { specs: wanted, pixels, look: place, axis: place.axis };
    const workspace = pictures.pictures;
    const [drawn, marks] = await Promise.all([
      Promise.all([
        ...(sources.length === 0 ? [] : [workspace.draw({ overview, ...how })]),
        ...files.map(async (member) =>
          picturesOf(ofFiles, member).draw({
            overview: { shown: member.overview?.shown ?? [], metrics: member.overview?.metrics ?? [] },
            ...how,
          }),
        ),
      ]),
      marksOf(members, place),
    ]);
    if (own !== turn) return;
    const picture = joinedPictures(drawn);
    const unplaced = new Set(picture.unplaced);
    const away = lines.filter(({ source }) => unplaced.has(source)).map(({ label }) => label);
    set({
      line: { ...timelineOf(picture, lines, metrics, place.axis), marks },
      notes: [
        ...notesOf(members, place),
        ...(away.length > 0 && place.axis === "tokens"
          ? [t("Not drawn over tokens, which they do not count: {0}.", away.join(", "))]
          : []),
        ...(away.length > 0 && place.axis === "hours"
          ? [t("Not drawn over hours, for they do not say when their steps were: {0}.", away.join(", "))]
          : []),
      ],
    });
  };

  return {
    state: () => state,
    redraw,
    async pull(runs, place) {
      const titles = runTitles(runs);
      const members = await Promise.all(place.compare.runs.map((one) => memberOf(one, runs, titles, place.stage)));
      const own = members.filter(({ tracker }) => tracker === null);
      const stages = [...new Set(own.flatMap(({ overview }) => overview?.stages ?? []))];
      state = { ...state, members, stages };
      if (place.compare.marks !== "none") await readNotes(members);
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
      const rows = await rowsAt(x, members, axis, keys);
      return new Map(
        state.lines.flatMap((line) =>
          keys.map((key, at): [string, number | null] => {
            const values = line.members.map((member) => rows[members.indexOf(member)]?.values[at] ?? null);
            return [lineKey(key, line), meanOf(values)];
          }),
        ),
      );
    },
    async stepsAt(index, members, { axis }) {
      const x = state.line?.x[index];
      return x === undefined ? members.map(() => null) : rowsAt(x, members, axis, []);
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
    .flatMap((member) => {
      const { title: name, overview, problem, leftOut } = member;
      if (leftOut.length > 0) return leftOut.map((note) => `${name}: ${note}`);
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
    opens: lines.some(({ members }) => members.some(({ run }) => run !== null)),
    several: true,
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
