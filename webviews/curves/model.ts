/** What the curves page shows and how it gets it: runs and rows pulled from the host, a place that outlives a reload. */
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import type { HealthNotes } from "../../server/protocol/health";
import { pageStateSchema } from "../../server/protocol/webviews";
import { addDamaged, damagedText, noneDamaged } from "../../server/protocol/damaged-lines";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
import { chooseRun } from "../shared/run-labels";
import { chartLookSchema, plainLook, type ChartLook } from "../charts/chart-look";
import { mergeRows, noTables, setRescored, timeline } from "../charts/metric-table";
import type { MetricTables, RescoredMeans, Timeline } from "../charts/metric-table";

/** Stage `*` is all stages one after the other; null follows the newest stage. */
export const allStages = "*";

const placeSchema = pageStateSchema.extend({
  ...chartLookSchema.shape,
  more: z.boolean(),
  scroll: z.number(),
  /** Metrics of another tool, in place of a run. */
  file: z.string().nullable().default(null),
});
export type CurvesPlace = z.infer<typeof placeSchema>;

const start: CurvesPlace = {
  run: null,
  stage: null,
  step: null,
  more: false,
  scroll: 0,
  file: null,
  ...plainLook,
};

/** A file of another tool, as it is shown. */
export interface TrackerShown {
  readonly file: string;
  readonly tool: string;
  readonly notes: readonly string[];
}

interface CurvesState {
  readonly place: CurvesPlace;
  readonly runs: readonly RunEntry[];
  readonly run: RunEntry | null;
  readonly line: Timeline | null;
  readonly health: HealthNotes;
  readonly tracker: TrackerShown | null;
  readonly problem: string | null;
}

export interface CurvesModel {
  readonly place: () => CurvesPlace;
  readonly runs: () => readonly RunEntry[];
  readonly run: () => RunEntry | null;
  /** What is shown in place of a run; null: a run is, or nothing was read yet. */
  readonly tracker: () => TrackerShown | null;
  /** Null until the first answer is there. */
  readonly timeline: () => Timeline | null;
  /** Stages with rows, in order. */
  readonly stages: () => readonly string[];
  /** Stages that the charts show. */
  readonly shownStages: () => readonly string[];
  /** What its numbers show of the run's health. */
  readonly health: () => HealthNotes;
  readonly problem: () => string | null;
  /** A sentence about rows that cannot be read; null: all can. */
  readonly damaged: () => string | null;
  /** Another run's, stage's … turn; pulls what is missing. */
  readonly go: (change: Partial<CurvesPlace>) => void;
  /** The reader smooths, zooms, or switches lines off: the same numbers are drawn in another way. */
  readonly look: (change: Partial<ChartLook>) => void;
  /** Keeps a part of the place without drawing anew. */
  readonly keep: (change: Partial<CurvesPlace>) => void;
  /** Asks the host for what is new. */
  readonly pull: () => void;
}

export function curvesModel(client: Client, port: HostPort, changed: () => void): CurvesModel {
  const { state, set, keep, move, guard } = pageModel<CurvesState>(port, changed, placeSchema, {
    place: start,
    runs: [],
    run: null,
    line: null,
    health: [],
    tracker: null,
    problem: null,
  });
  let tables: MetricTables = noTables();
  let shownFolder: string | null = null;
  let cursor = 0;
  /** Of the lines that were read so far. */
  let lines = 0;
  let damaged = noneDamaged;
  let rescored: { readonly time: number; readonly steps: readonly RescoredMeans[] } = { time: 0, steps: [] };
  const startOver = (): void => {
    tables = noTables();
    cursor = 0;
    lines = 0;
    damaged = noneDamaged;
  };

  const stages = (): string[] => [...tables.stages.keys()];
  const shownStages = (): string[] => {
    const all = stages();
    const { place } = state();
    if (place.stage === allStages) return all;
    const chosen = place.stage !== null && tables.stages.has(place.stage) ? place.stage : all.at(-1);
    return chosen === undefined ? [] : [chosen];
  };
  let zoomed: string | null = null;
  const layOut = (): void => {
    // A zoom is of the stages that it was made on; before the first rows come there are none.
    const shown = shownStages().join("\n");
    if (shown !== "" && zoomed !== null && zoomed !== shown) keep({ zoom: null });
    if (shown !== "") zoomed = shown;
    set({ line: timeline(tables, shownStages()) });
  };
  let version: string | null = null;
  let rows = 0;
  /** What is new in the file of another tool. */
  const pullTracker = async (file: string): Promise<void> => {
    if (shownFolder !== file) {
      startOver();
      shownFolder = file;
      version = null;
      set({ run: null, health: [], tracker: null, line: null });
    }
    for (let more = true; more;) {
      const part = await client.ask("readTracker", { file, version, from: version === null ? 0 : rows });
      if (part === null) break;
      if (part.version !== version) {
        startOver();
        rows = 0;
      }
      version = part.version;
      rows += part.rows.length;
      mergeRows(tables, part.rows);
      ({ more } = part);
      set({ health: part.health, tracker: { file, tool: part.tool, notes: part.notes } });
    }
    set({ problem: null });
  };
  const pull = serially(async () => {
    const { file } = state().place;
    if (file !== null) {
      await guard(() => pullTracker(file));
      layOut();
      return;
    }
    await guard(async () => {
      const runs = await client.ask("listRuns", {});
      const run = chooseRun(runs, state().place.run);
      if (run === null || run.folder !== shownFolder) {
        startOver();
        set({ health: [], tracker: null });
      }
      if (run?.folder !== shownFolder) rescored = { time: 0, steps: [] };
      shownFolder = run?.folder ?? null;
      if (run !== null) {
        await pullRows(run.folder);
        await pullRescored(run.folder);
      }
      set({ runs, run, problem: null });
    });
    layOut();
    const { run, problem } = state();
    if (run === null || problem !== null) return;
    // Behind the curves: of a long run it takes a moment.
    await guard(async () => set({ health: await client.ask("readHealth", { folder: run.folder }) }));
  });

  const pullRescored = async (folder: string): Promise<void> => {
    const { time, steps } = await client.ask("readRescoredCurves", { folder, since: rescored.time });
    if (steps !== null) rescored = { time, steps };
    setRescored(tables, rescored.steps);
  };

  const pullRows = async (folder: string): Promise<void> => {
    const answer = await client.ask("readMetrics", { folder, cursor });
    if (answer.cursor < cursor) {
      // The file is shorter than what was read of it: it has been replaced, so everything is read again.
      startOver();
      await pullRows(folder);
      return;
    }
    cursor = answer.cursor;
    damaged = addDamaged(damaged, answer.damaged, lines);
    lines += answer.lines;
    mergeRows(tables, answer.rows);
    if (answer.more) await pullRows(folder);
  };

  return {
    place: () => state().place,
    runs: () => state().runs,
    run: () => state().run,
    tracker: () => state().tracker,
    timeline: () => state().line,
    stages,
    shownStages,
    health: () => state().health,
    problem: () => state().problem,
    damaged: () => damagedText("metrics.jsonl", damaged),
    keep,
    look: move,
    go: (change) => {
      const other = change.run !== undefined || change.file !== undefined;
      const same = change.run === state().place.run && (change.file ?? null) === state().place.file;
      keep(!other || same ? change : { zoom: null, ...change });
      if (other) void pull();
      else layOut();
    },
    pull: () => void pull(),
  };
}
