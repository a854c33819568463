/** What the curves page shows and how it gets it: runs and rows pulled from the host, a place that outlives a reload. */
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import { pageStateSchema } from "../../server/protocol/webviews";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { messageOf } from "../shared/pieces";
import { chooseRun } from "../shared/run-labels";
import { chartLookSchema } from "./chart-look";
import { mergeRows, noTables, timeline } from "./metric-table";
import type { MetricTables, Timeline } from "./metric-table";

/** Stage `*` is all stages one after the other; null follows the newest stage. */
export const allStages = "*";

const placeSchema = pageStateSchema.extend({ ...chartLookSchema.shape, more: z.boolean(), scroll: z.number() });
export type CurvesPlace = z.infer<typeof placeSchema>;

const start: CurvesPlace = {
  ...{ run: null, stage: null, step: null, more: false, scroll: 0 },
  ...{ smoothing: 0, hidden: [], zoom: null },
};

export interface CurvesModel {
  readonly place: () => CurvesPlace;
  readonly runs: () => readonly RunEntry[];
  readonly run: () => RunEntry | null;
  /** Null until the first answer is there. */
  readonly timeline: () => Timeline | null;
  /** Stages with rows, in order. */
  readonly stages: () => readonly string[];
  /** Stages that the charts show. */
  readonly shownStages: () => readonly string[];
  readonly problem: () => string | null;
  /** Another run's, stage's … turn; pulls what is missing. */
  readonly go: (change: Partial<CurvesPlace>) => void;
  /** Keeps a part of the place without drawing anew. */
  readonly keep: (change: Partial<CurvesPlace>) => void;
  /** Asks the host for what is new. */
  readonly pull: () => void;
}

export function curvesModel(client: Client, port: HostPort, changed: () => void): CurvesModel {
  const stored = placeSchema.safeParse(port.getState());
  let place: CurvesPlace = stored.success ? stored.data : start;
  let runs: readonly RunEntry[] = [];
  let run: RunEntry | null = null;
  let tables: MetricTables = noTables();
  let shownFolder: string | null = null;
  let cursor = 0;
  let line: Timeline | null = null;
  let trouble: string | null = null;

  const stages = (): string[] => [...tables.stages.keys()];
  const shownStages = (): string[] => {
    const all = stages();
    if (place.stage === allStages) return all;
    const chosen = place.stage !== null && tables.stages.has(place.stage) ? place.stage : all.at(-1);
    return chosen === undefined ? [] : [chosen];
  };
  const keep = (change: Partial<CurvesPlace>): void => {
    place = { ...place, ...change };
    port.setState(place);
  };

  let zoomed: string | null = null;
  const layOut = (): void => {
    // A zoom is of the stages that it was made on; before the first rows come there are none.
    const shown = shownStages().join("\n");
    if (shown !== "" && zoomed !== null && zoomed !== shown) keep({ zoom: null });
    if (shown !== "") zoomed = shown;
    line = timeline(tables, shownStages());
    changed();
  };
  const pull = serially(async () => {
    try {
      runs = await client.ask("runs", {});
      run = chooseRun(runs, place.run);
      if (run === null) {
        tables = noTables();
        shownFolder = null;
      } else {
        if (run.folder !== shownFolder) {
          shownFolder = run.folder;
          tables = noTables();
          cursor = 0;
        }
        await pullRows(run.folder);
      }
      trouble = null;
    } catch (error) {
      trouble = messageOf(error);
    }
    layOut();
  });

  const pullRows = async (folder: string): Promise<void> => {
    const answer = await client.ask("metrics", { run: folder, cursor });
    if (answer.cursor < cursor) {
      // The file is shorter than what was read of it: it has been replaced, so everything is read again.
      tables = noTables();
      cursor = 0;
      await pullRows(folder);
      return;
    }
    cursor = answer.cursor;
    mergeRows(tables, answer.rows);
    if (answer.more) await pullRows(folder);
  };

  return {
    place: () => place,
    runs: () => runs,
    run: () => run,
    timeline: () => line,
    stages,
    shownStages,
    problem: () => trouble,
    keep,
    go: (change) => {
      keep(change.run === undefined || change.run === place.run ? change : { zoom: null, ...change });
      if (change.run !== undefined) void pull();
      else layOut();
    },
    pull: () => void pull(),
  };
}
