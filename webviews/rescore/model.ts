/** What the page of re-scorings shows and how it gets it. */
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import type { RescoredSample, Rescoring } from "../../server/protocol/rescore";
import { pageStateSchema } from "../../server/protocol/webviews";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
import { chooseRun, recordsRollouts } from "../shared/run-labels";

const placeSchema = pageStateSchema.extend({
  /** Time of the re-scoring that is shown; null: the newest. */
  time: z.number().nullable(),
  /** Key of the sample that is open. */
  sample: z.string().nullable(),
  scroll: z.number(),
});
export type RescorePlace = z.infer<typeof placeSchema>;

const start: RescorePlace = { run: null, stage: null, step: null, time: null, sample: null, scroll: 0 };

export interface RescoreState {
  readonly place: RescorePlace;
  readonly runs: readonly RunEntry[];
  readonly run: RunEntry | null;
  /** The newest first; null until the first answer is there. */
  readonly rescorings: readonly Rescoring[] | null;
  readonly problem: string | null;
}

export interface RescoreModel {
  readonly state: () => RescoreState;
  /** The one that is shown. */
  readonly shown: () => Rescoring | null;
  readonly go: (change: Partial<RescorePlace>) => void;
  readonly keep: (change: Partial<RescorePlace>) => void;
  readonly openTraces: (sample: RescoredSample) => void;
  readonly pull: () => void;
}

export const keyOf = ({ stage, step, group, sample }: RescoredSample): string => `${stage} ${step} ${group} ${sample}`;

export function rescoreModel(client: Client, port: HostPort, changed: () => void): RescoreModel {
  const { state, set, move, keep, guard } = pageModel<RescoreState>(port, changed, placeSchema, {
    place: start,
    runs: [],
    run: null,
    rescorings: null,
    problem: null,
  });
  const pull = serially(() =>
    guard(async () => {
      const runs = await client.ask("listRuns", {});
      const run = chooseRun(runs, state().place.run, recordsRollouts);
      const rescorings = run === null ? [] : await client.ask("readRescorings", { folder: run.folder });
      set({ runs, run, rescorings, problem: null });
    }),
  );
  return {
    state,
    shown: () => {
      const { rescorings, place } = state();
      return rescorings?.find(({ time }) => time === place.time) ?? rescorings?.[0] ?? null;
    },
    go: (change) => {
      move(change);
      if (change.run !== undefined) void pull();
    },
    keep,
    openTraces: ({ stage, step, group, sample }) =>
      void guard(async () => {
        const folder = state().run?.folder;
        const rollout = { purpose: "train" as const, group, sample };
        if (folder !== undefined) await client.ask("openTraces", { folder, stage, step, rollout });
      }),
    pull: () => void pull(),
  };
}
