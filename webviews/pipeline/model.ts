/** What the pipeline page shows and how it gets it: a whole view at a time, and the report of the stage that is open. */
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import type { Pipeline, PipelineStage } from "../../server/protocol/pipeline";
import type { StageReport } from "../../server/protocol/reports";
import { isLive } from "../../server/protocol/run";
import type { TraceFilter } from "../../server/protocol/traces";
import { pageStateSchema, type StageResult } from "../../server/protocol/webviews";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { messageOf } from "../shared/pieces";
import { chooseRun } from "../shared/run-labels";

/** `stage`: the one that is open. `recipe`: a recipe as it stands, by its URI, in place of a run. */
const placeSchema = pageStateSchema.extend({ recipe: z.string().nullable() });
export type PipelinePlace = z.infer<typeof placeSchema>;

export interface PipelineState {
  readonly place: PipelinePlace;
  /** Null until the first answer is there. */
  readonly runs: readonly RunEntry[] | null;
  readonly pipeline: Pipeline | null;
  /** Of the open stage; null while there is none. */
  readonly report: StageReport | null;
  readonly problem: string | null;
}

export interface PipelineModel {
  readonly state: () => PipelineState;
  /** The run that is shown. */
  readonly run: () => RunEntry | null;
  readonly stage: () => PipelineStage | null;
  readonly go: (change: Partial<PipelinePlace>) => void;
  /** Opens what the run's stage gave. */
  readonly open: (result: StageResult) => void;
  readonly openTraces: (stage: string, show?: TraceFilter["show"]) => void;
  readonly pull: () => void;
}

export function pipelineModel(client: Client, port: HostPort, changed: () => void): PipelineModel {
  const stored = placeSchema.safeParse(port.getState());
  let state: PipelineState = {
    place: stored.success ? stored.data : { run: null, stage: null, step: null, recipe: null },
    ...{ runs: null, pipeline: null, report: null, problem: null },
  };
  /** Runs that were there when a recipe was chosen: a newer one of it is what the reader waits for. */
  let before: ReadonlySet<string> | null = null;
  /** Which report is shown, and as of when. */
  let reported = "";

  const set = (change: Partial<PipelineState>): void => {
    state = { ...state, ...change };
    if (change.place !== undefined) port.setState(state.place);
    changed();
  };
  const shownRun = (runs: readonly RunEntry[]): RunEntry | null => {
    const { run, recipe } = state.place;
    return run === null && recipe !== null ? null : chooseRun(runs, run);
  };
  const stage = (): PipelineStage | null => {
    const { stages = [] } = state.pipeline ?? {};
    return stages.find(({ name }) => name === state.place.stage) ?? null;
  };

  /** A run of the shown recipe that has begun since. */
  const followed = (runs: readonly RunEntry[], { workspaceFolder, recipeFile }: Pipeline): RunEntry | undefined =>
    runs.find(
      ({ folder, workspaceFolder: own, record }) =>
        isLive(record) && before?.has(folder) === false && own === workspaceFolder && record?.recipeFile === recipeFile,
    );

  const pull = serially(async () => {
    try {
      const runs = await client.ask("runs", {});
      const { recipe } = state.place;
      const run = shownRun(runs);
      set({ runs });
      if (run === null && recipe === null) {
        set({ pipeline: null, report: null, problem: null });
        return;
      }
      let pipeline = await client.ask("pipeline", { run: run?.folder ?? null, recipe: run ? null : recipe });
      if (run === null) {
        before ??= new Set(runs.map(({ folder }) => folder));
        const begun = followed(runs, pipeline);
        if (begun) {
          set({ place: { ...state.place, run: begun.folder } });
          pipeline = await client.ask("pipeline", { run: begun.folder, recipe: null });
        }
      }
      set({ pipeline, problem: null });
      await pullReport();
    } catch (error) {
      set({ problem: messageOf(error) });
    }
  });

  const pullReport = async (): Promise<void> => {
    const open = stage();
    const folder = state.pipeline?.run?.folder;
    const wanted = JSON.stringify([folder, open?.name, open?.finding, open?.record?.status]);
    if (wanted === reported) return;
    const report =
      open === null || folder === undefined || open.finding === null
        ? null
        : await client.ask("stage-report", { run: folder, stage: open.name });
    reported = wanted;
    set({ report });
  };

  const said = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => set({ problem: messageOf(error) }));
  };

  return {
    state: () => state,
    run: () => shownRun(state.runs ?? []),
    stage,
    go: (change) => {
      const other = change.run !== undefined || change.recipe !== undefined;
      if (change.stage !== undefined && change.stage !== state.place.stage) {
        reported = "";
        set({ report: null });
      }
      set({ place: { ...state.place, ...change } });
      if (other) {
        before = null;
        set({ pipeline: null, report: null });
        reported = "";
      }
      said(other ? pull() : pullReport());
    },
    open: (result) => {
      const folder = state.pipeline?.run?.folder;
      if (folder !== undefined) said(client.ask("open-result", { run: folder, result }));
    },
    openTraces: (name, show) => {
      const folder = state.pipeline?.run?.folder;
      if (folder !== undefined)
        said(client.ask("open-traces", { run: folder, stage: name, step: null, ...(show ? { show } : {}) }));
    },
    pull: () => said(pull()),
  };
}
