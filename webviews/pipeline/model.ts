/** What the pipeline page shows and how it gets it: a whole view at a time, and the report of the stage that is open. */
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import type { Pipeline, PipelineStage } from "../../server/protocol/pipeline";
import type { StageReport } from "../../server/protocol/reports";
import { isLive } from "../../server/protocol/run";
import type { Show } from "../../server/protocol/rollout-filter/saved";
import { pageStateSchema, type StageResult } from "../../server/protocol/webviews";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
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
  readonly openTraces: (stage: string, show?: Show) => void;
  readonly pull: () => void;
}

export function pipelineModel(client: Client, port: HostPort, changed: () => void): PipelineModel {
  const { state, set, move, guard } = pageModel<PipelineState>(port, changed, placeSchema, {
    place: { run: null, stage: null, step: null, recipe: null },
    runs: null,
    pipeline: null,
    report: null,
    problem: null,
  });
  /** Runs that were there when a recipe was chosen: a newer one of it is what the reader waits for. */
  let before: ReadonlySet<string> | null = null;
  /** Which report is shown, and as of when. */
  let reported = "";

  const shownRun = (runs: readonly RunEntry[]): RunEntry | null => {
    const { run, recipe } = state().place;
    return run === null && recipe !== null ? null : chooseRun(runs, run);
  };
  const stage = (): PipelineStage | null => {
    const { stages = [] } = state().pipeline ?? {};
    return stages.find(({ name }) => name === state().place.stage) ?? null;
  };

  /** A run of the shown recipe that has begun since. */
  const followed = (runs: readonly RunEntry[], { workspaceFolder, recipeFile }: Pipeline): RunEntry | undefined =>
    runs.find(
      ({ folder, workspaceFolder: own, record }) =>
        isLive(record) && before?.has(folder) === false && own === workspaceFolder && record?.recipeFile === recipeFile,
    );

  const pull = serially(() =>
    guard(async () => {
      const runs = await client.ask("listRuns", {});
      const { recipe } = state().place;
      const run = shownRun(runs);
      set({ runs });
      if (run === null && recipe === null) {
        set({ pipeline: null, report: null, problem: null });
        return;
      }
      let pipeline = await client.ask("readPipeline", { folder: run?.folder ?? null, recipeUri: run ? null : recipe });
      if (run === null) {
        before ??= new Set(runs.map(({ folder }) => folder));
        const begun = followed(runs, pipeline);
        if (begun) {
          move({ run: begun.folder });
          pipeline = await client.ask("readPipeline", { folder: begun.folder, recipeUri: null });
        }
      }
      set({ pipeline, problem: null });
      await pullReport();
    }),
  );

  const pullReport = async (): Promise<void> => {
    const open = stage();
    const folder = state().pipeline?.run?.folder;
    const wanted = JSON.stringify([folder, open?.name, open?.finding, open?.record?.status]);
    if (wanted === reported) return;
    const report =
      open === null || folder === undefined || open.finding === null
        ? null
        : await client.ask("readStageReport", { folder, stage: open.name });
    reported = wanted;
    set({ report });
  };

  const withRun = (work: (folder: string) => Promise<unknown>): void => {
    const folder = state().pipeline?.run?.folder;
    if (folder !== undefined)
      void guard(async () => {
        await work(folder);
      });
  };

  return {
    state,
    run: () => shownRun(state().runs ?? []),
    stage,
    go: (change) => {
      const other = change.run !== undefined || change.recipe !== undefined;
      if (change.stage !== undefined && change.stage !== state().place.stage) {
        reported = "";
        set({ report: null });
      }
      move(change);
      if (other) {
        before = null;
        set({ pipeline: null, report: null });
        reported = "";
      }
      void (other ? pull() : guard(pullReport));
    },
    open: (result) => withRun((folder) => client.ask("openResult", { folder, result })),
    openTraces: (name, show) =>
      withRun((folder) => client.ask("openTraces", { folder, stage: name, step: null, ...(show ? { show } : {}) })),
    pull: () => void pull(),
  };
}
