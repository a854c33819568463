/** What the curves page shows and how it gets it: runs and pictures of their curves pulled from the host, a place that outlives a reload. */
import * as z from "zod";
import { curveAxisSchema, type CurveOverview, type CurveRow } from "../../server/protocol/curves";
import { damagedText } from "../../server/protocol/damaged-lines";
import type { RunEntry } from "../../server/protocol/editor";
import type { HealthNotes } from "../../server/protocol/health";
import { pageStateSchema } from "../../server/protocol/webviews";
import { chartLookSchema, plainLook, type ChartLook } from "../charts/chart-look";
import type { ChartSpec } from "../charts/chart-spec";
import type { Timeline } from "../charts/metric-table";
import { t } from "../shared/l10n";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
import { chooseRun } from "../shared/run-labels";
import { comparedSchema, keyOf, type Compared, type Member } from "./compared-runs";
import { comparisonModel, type Comparison, type ComparisonPlace } from "./comparison";
import { runReader, trackerReader, type CurveReader, type TrackerShown } from "./curve-reader";
import { timelineOf } from "./picture";
import { runPictures, undrawn, type Pictures } from "./run-pictures";
import { noteDraftSchema } from "./step-notes";

const placeSchema = pageStateSchema.extend({
  ...chartLookSchema.shape,
  more: z.boolean(),
  scroll: z.number(),
  /** Metrics of another tool, in place of a run. */
  file: z.string().nullable().default(null),
  /** The page is the editor of that file. */
  editor: z.boolean().default(false),
  /** Runs over each other, in place of one. */
  compare: comparedSchema.nullable().default(null),
  /** What the curves are drawn over. */
  axis: curveAxisSchema.default("step"),
  /** A note that is being written. */
  draft: noteDraftSchema.nullable().default(null),
});
export type CurvesPlace = z.infer<typeof placeSchema>;

const start: CurvesPlace = {
  run: null,
  stage: null,
  step: null,
  more: false,
  scroll: 0,
  file: null,
  editor: false,
  compare: null,
  axis: "step",
  draft: null,
  ...plainLook,
};

interface CurvesState {
  readonly place: CurvesPlace;
  /** Null until the first answer is there. */
  readonly runs: readonly RunEntry[] | null;
  readonly run: RunEntry | null;
  /** Null until the first answer is there. */
  readonly overview: CurveOverview | null;
  readonly line: Timeline | null;
  readonly health: HealthNotes;
  readonly tracker: TrackerShown | null;
  readonly problem: string | null;
}

export interface CurvesModel {
  readonly place: () => CurvesPlace;
  readonly runs: () => readonly RunEntry[];
  /** Whether the runs are known. */
  readonly listed: () => boolean;
  readonly run: () => RunEntry | null;
  /** What is shown in place of a run; null: a run is, or nothing was read yet. */
  readonly tracker: () => TrackerShown | null;
  /** What there is to draw; null until the first answer is there. */
  readonly overview: () => CurveOverview | null;
  /** What is there and not shown, in sentences. */
  readonly limits: () => string[];
  /** Null until the first picture is there. */
  readonly timeline: () => Timeline | null;
  /** Several runs over each other, while the place has some. */
  readonly comparison: () => Comparison;
  /** Stages with rows, in order. */
  readonly stages: () => readonly string[];
  /** Stages that the charts show. */
  readonly shownStages: () => readonly string[];
  /** What its numbers show of the run's health. */
  readonly health: () => HealthNotes;
  readonly problem: () => string | null;
  /** A sentence about rows that cannot be read; null: all can. */
  readonly damaged: () => string | null;
  /** Charts that are to be drawn, over so many pixels: what they need is asked for. `first`: those of them that are in sight, whose numbers come first. */
  readonly want: (specs: readonly ChartSpec[], pixels: number, first: readonly ChartSpec[]) => void;
  /** What the charts show of a place of the timeline, exactly as it was recorded. */
  readonly row: (index: number) => Promise<ReadonlyMap<string, number | null> | null>;
  /** Of several runs: which step of each of these a place of the timeline is of; null: none. */
  readonly stepsAt: (index: number, members: readonly Member[]) => Promise<readonly (CurveRow | null)[]>;
  /** Another run's, stage's … turn; pulls what is missing. */
  readonly go: (change: Partial<CurvesPlace>) => void;
  /** The reader smooths, zooms, or switches lines off: the same numbers are drawn in another way. */
  readonly look: (change: Partial<ChartLook>) => void;
  /** Keeps a part of the place without drawing anew. */
  readonly keep: (change: Partial<CurvesPlace>) => void;
  /** Asks the host for what is new; ends when it is there. */
  readonly pull: () => Promise<void>;
}

/** Milliseconds between two looks at the health of a run. */
const healthInterval = 2000;

export function curvesModel(client: Client, port: HostPort, changed: () => void): CurvesModel {
  const { state, set, keep, move, guard } = pageModel<CurvesState>(port, changed, placeSchema, {
    place: start,
    runs: null,
    run: null,
    overview: null,
    line: null,
    health: [],
    tracker: null,
    problem: null,
  });
  let reader: CurveReader | null = null;
  let pictures: Pictures | null = null;
  let wanted: readonly ChartSpec[] = [];
  let wantedFirst: readonly ChartSpec[] = [];
  /** Edits of the rewards without a mark. */
  let edits = 0;
  let pixels = 600;

  const stages = (): readonly string[] => state().overview?.stages ?? [];
  const shownStages = (): readonly string[] => state().overview?.shown ?? [];

  /** Another run or file is read. */
  const turnTo = (next: CurveReader | null): void => {
    reader = next;
    pictures = next === null ? null : runPictures(next);
    set({ overview: null, line: null, health: [], tracker: null });
  };

  const comparison = comparisonModel(client, changed);
  const comparisonPlace = (): ComparisonPlace | null => {
    const { compare, ...place } = state().place;
    return compare === null ? null : { ...place, compare };
  };

  let zoomed: string | null = null;
  const draw = serially(async () => {
    const { overview, place, line } = state();
    const compared = comparisonPlace();
    if (compared !== null) {
      await comparison.redraw(compared);
      return;
    }
    const own = pictures;
    if (own === null || overview === null || wanted.length === 0) return;
    // What is out of sight is asked for by the first drawing of what is in sight.
    const specs = line === null && wantedFirst.length > 0 ? wantedFirst : wanted;
    const picture = await own.draw({ overview, specs, pixels, look: place, axis: place.axis });
    if (own !== pictures) return;
    edits = picture.moreEdits;
    set({ line: timelineOf(picture, overview, place.axis) });
  });
  /** What there is at once; then what is finer or newer. */
  const redraw = (): void => {
    void guard(draw);
  };

  const readAll = async (own: CurveReader): Promise<void> => {
    for (let more = true; more;) {
      const { overview, tracker } = await own.overview(state().place.stage);
      if (own !== reader) return;
      more = overview.read < overview.of;
      // A zoom is of the stages that it was made on; before the first rows come there are none.
      const shown = overview.shown.join("\n");
      if (shown !== "" && zoomed !== null && zoomed !== shown) keep({ zoom: null });
      if (shown !== "") zoomed = shown;
      set({ overview, problem: null, ...(tracker === null ? {} : { tracker: tracker.shown, health: tracker.health }) });
      await draw();
    }
  };

  /** Runs are being listed: whose turn it is then is looked up when they are. */
  let listing = false;
  const listed = async (): Promise<readonly RunEntry[]> => {
    listing = true;
    try {
      return await client.ask("listRuns", {});
    } finally {
      listing = false;
    }
  };

  const pull = serially(async () => {
    const { file } = state().place;
    if (state().place.compare !== null) {
      await guard(async () => {
        const runs = await client.ask("listRuns", {});
        set({ runs, problem: null });
        const compared = comparisonPlace();
        if (compared !== null) await comparison.pull(runs, compared);
      });
      return;
    }
    if (file !== null) {
      if (reader?.path !== file || state().run !== null) {
        turnTo(trackerReader(client, file));
        set({ run: null });
      }
      await guard(() => readAll(reader!));
      return;
    }
    await guard(async () => {
      const runs = await listed();
      const run = chooseRun(runs, state().place.run);
      if (run === null || reader?.path !== run.folder || state().tracker !== null)
        turnTo(run === null ? null : runReader(client, run.folder));
      set({ runs, run, problem: null });
      if (reader !== null) await readAll(reader);
    });
    lookAtHealth();
  });

  /** Behind the curves, and now and then: of a long run it takes a moment. */
  let looked: { readonly folder: string; readonly at: number } | null = null;
  let later: ReturnType<typeof setTimeout> | null = null;
  const lookAtHealth = (): void => {
    const { run, problem } = state();
    if (run === null || problem !== null || later !== null) return;
    const { folder } = run;
    const wait = looked?.folder === folder ? looked.at + healthInterval - performance.now() : 0;
    if (wait > 0) {
      later = setTimeout(() => {
        later = null;
        lookAtHealth();
      }, wait);
      return;
    }
    looked = { folder, at: performance.now() };
    void guard(async () => {
      const health = await client.ask("readHealth", { folder });
      if (state().run?.folder === folder) set({ health });
    });
  };

  return {
    place: () => state().place,
    runs: () => state().runs ?? [],
    listed: () => state().runs !== null,
    run: () => state().run,
    tracker: () => state().tracker,
    overview: () => state().overview,
    timeline: () => (state().place.compare === null ? state().line : comparison.state().line),
    comparison: comparison.state,
    stages,
    shownStages,
    health: () => state().health,
    problem: () => state().problem,
    damaged() {
      const { overview } = state();
      return overview === null ? null : damagedText("metrics.jsonl", overview.damaged);
    },
    limits() {
      const { overview } = state();
      if (overview === null) return [];
      const lines = undrawn(wanted, overview);
      return [
        ...(overview.leftOut > 0
          ? [
              t(
                "{0} metrics more were written than a run has room for here. They are in metrics.jsonl.",
                overview.leftOut,
              ),
            ]
          : []),
        ...(lines > 0 ? [t("{0} lines more are not drawn: hide panels to see those of the last ones.", lines)] : []),
        ...(edits > 0 ? [t("{0} edits of the rewards before these are not marked.", edits)] : []),
      ];
    },
    want(specs, wide, first) {
      wanted = specs;
      wantedFirst = first;
      pixels = wide;
      if (state().place.compare !== null) {
        if (comparison.want(specs, wide)) redraw();
        return;
      }
      if (pictures?.lacks(specs, wide) === true) redraw();
    },
    async row(index) {
      const compared = comparisonPlace();
      if (compared !== null) return comparison.row(index, compared);
      const { line, place } = state();
      const [stage, step] = [line?.stages[index], line?.steps[index]];
      if (reader === null || stage === undefined || step === undefined) return null;
      const keys = [...new Set(wanted.flatMap(({ series }) => series.map(({ key }) => key)))].slice(0, 400);
      const row = await reader.row(shownStages(), place.axis, { stage, step }, keys);
      return row === null ? null : new Map(keys.map((key, at) => [key, row.values[at] ?? null]));
    },
    stepsAt: async (index, members) => {
      const compared = comparisonPlace();
      return compared === null ? members.map(() => null) : comparison.stepsAt(index, members, compared);
    },
    keep,
    look(change) {
      move(change);
      redraw();
    },
    go(change) {
      const { place } = state();
      const folders = (compare: Compared | null | undefined): string => JSON.stringify(compare?.runs.map(keyOf));
      const others = change.compare !== undefined && folders(change.compare) !== folders(place.compare);
      const other = change.run !== undefined || change.file !== undefined || others;
      const same = !others && change.run === place.run && (change.file ?? null) === place.file;
      const axis = change.axis !== undefined && change.axis !== place.axis;
      keep((!other || same) && !axis ? change : { zoom: null, ...change });
      const plain = state().place.file === null && state().place.compare === null;
      if (other || change.stage !== undefined) {
        if (!listing || !plain) void pull();
      } else if (axis || change.compare !== undefined) redraw();
      else changed();
    },
    pull,
  };
}
