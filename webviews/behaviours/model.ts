/** What the behaviours page shows and how it gets it: points pulled from the host, a place that outlives a reload. */
import * as z from "zod";
import {
  exampleKinds,
  type BehaviourExample,
  type BehaviourPoint,
  type Comparison,
} from "../../server/protocol/behaviours";
import type { RunEntry } from "../../server/protocol/editor";
import { rolloutPurposeSchema, type RolloutPurpose } from "../../server/protocol/traces";
import { pageStateSchema } from "../../server/protocol/webviews";
import { chartLookSchema, plainLook, type ChartLook } from "../charts/chart-look";
import { timeline, type Timeline } from "../charts/metric-table";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
import { chooseRun, recordsRollouts } from "../shared/run-labels";
import { tablesOf } from "./points";

/** `stage` null: all stages. `step`: whose examples are shown; null: of all steps. */
const placeSchema = pageStateSchema.extend({
  purpose: rolloutPurposeSchema.nullable(),
  kind: z.enum(exampleKinds),
  exampleStage: z.string().nullable(),
  ...chartLookSchema.shape,
  scroll: z.number(),
});
export type BehavioursPlace = z.infer<typeof placeSchema>;

const start: BehavioursPlace = {
  run: null,
  stage: null,
  step: null,
  exampleStage: null,
  purpose: null,
  kind: "self-correction",
  scroll: 0,
  ...plainLook,
};

export interface BehavioursState {
  readonly place: BehavioursPlace;
  readonly runs: readonly RunEntry[];
  readonly run: RunEntry | null;
  /** Null until the first answer is there. */
  readonly points: readonly BehaviourPoint[] | null;
  /** Of the chosen purpose and stage. */
  readonly shown: readonly BehaviourPoint[];
  readonly line: Timeline | null;
  readonly purpose: RolloutPurpose | null;
  readonly purposes: readonly RolloutPurpose[];
  readonly stages: readonly string[];
  readonly comparison: Comparison | null;
  readonly pending: number;
  readonly reflectionWords: readonly string[];
  /** Null while they are under way. */
  readonly examples: readonly BehaviourExample[] | null;
  readonly problem: string | null;
}

export interface BehavioursModel {
  readonly state: () => BehavioursState;
  readonly go: (change: Partial<BehavioursPlace>) => void;
  /** The reader smooths, zooms, or switches lines off: the same numbers are drawn in another way. */
  readonly look: (change: Partial<ChartLook>) => void;
  /** Keeps a part of the place without drawing anew. */
  readonly keep: (change: Partial<BehavioursPlace>) => void;
  readonly openExample: (example: BehaviourExample) => void;
  /** Opens the glossary at a term. */
  readonly explain: (term: string) => void;
  readonly pull: () => void;
}

export function behavioursModel(client: Client, port: HostPort, changed: () => void): BehavioursModel {
  const { state, set, keep, move, guard } = pageModel<BehavioursState>(port, changed, placeSchema, {
    place: start,
    runs: [],
    run: null,
    points: null,
    shown: [],
    line: null,
    purpose: null,
    purposes: [],
    stages: [],
    comparison: null,
    pending: 0,
    reflectionWords: [],
    examples: null,
    problem: null,
  });
  let points: Map<string, BehaviourPoint> | null = null;
  let comparisons: readonly Comparison[] = [];
  let version = 0;
  let shownFolder: string | null = null;
  let shownExamples = "";
  let asked = 0;

  /** Brings what is shown in line with the points and the place. */
  const layOut = (): void => {
    const { place, run } = state();
    const all = [...(points?.values() ?? [])];
    const purposes = rolloutPurposeSchema.options.filter((purpose) => all.some((point) => point.purpose === purpose));
    const purpose = purposes.find((one) => one === place.purpose) ?? purposes[0] ?? null;
    const own = all.filter((point) => point.purpose === purpose);
    const order = run?.record?.stages.map(({ name }) => name) ?? [];
    const stages = [...new Set(own.map(({ stage }) => stage))].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const stage = stages.find((name) => name === place.stage) ?? null;
    const shown = own.filter((point) => stage === null || point.stage === stage);
    set({
      points: points && all,
      shown,
      purpose,
      purposes,
      stages,
      line: points && timeline(tablesOf(shown), stage === null ? stages : [stage]),
      comparison: comparisons.find((one) => one.purpose === purpose && one.stage === stage) ?? null,
    });
  };

  const pull = serially(async () => {
    await guard(async () => {
      const runs = await client.ask("listRuns", {});
      const run = chooseRun(runs, state().place.run, recordsRollouts);
      if (run?.folder !== shownFolder) {
        shownFolder = run?.folder ?? null;
        [points, comparisons, version, shownExamples] = [null, [], 0, ""];
        set({ examples: null });
      }
      set({ runs, run });
      if (run === null) points = new Map();
      else await pullPoints(run.folder);
      set({ problem: null });
      layOut();
      await pullExamples();
    });
    layOut();
  });

  const pullPoints = async (folder: string): Promise<void> => {
    for (;;) {
      const answer = await client.ask("readBehaviours", { folder, since: version });
      // Another list of words counts anew.
      const other = state().reflectionWords.join("\n") !== answer.reflectionWords.join("\n");
      set({ reflectionWords: answer.reflectionWords });
      if (other && !answer.whole) {
        [points, version] = [null, 0];
        continue;
      }
      points = answer.whole || points === null ? new Map() : new Map(points);
      for (const point of answer.points) points.set(`${point.purpose} ${point.stage} ${point.step}`, point);
      version = answer.version;
      set({ pending: answer.pending });
      if (answer.pending === 0) {
        comparisons = answer.comparisons;
        return;
      }
      layOut();
    }
  };

  const pullExamples = async (): Promise<void> => {
    const { purpose, run, place, examples } = state();
    const { kind, exampleStage, step } = place;
    if (run === null || purpose === null) return;
    const filter = { kind, purpose, stage: exampleStage ?? place.stage, step };
    const wanted = JSON.stringify([run.folder, filter]);
    // A list that is being read stays as it is, until something else is asked for.
    if (wanted === shownExamples && examples !== null && examples.length > 0) return;
    if (wanted !== shownExamples) set({ examples: null });
    const ticket = ++asked;
    const answer = await client.ask("behaviourExamples", { folder: run.folder, ...filter });
    if (ticket !== asked) return;
    set({ examples: answer });
    shownExamples = wanted;
  };

  return {
    state,
    keep,
    look: move,
    go: (change) => {
      // A zoom is of the points that it was made on.
      const other = [change.run, change.stage, change.purpose].some((part) => part !== undefined);
      keep(other ? { zoom: null, ...change } : change);
      if (change.run !== undefined) void pull();
      else {
        layOut();
        void guard(pullExamples);
      }
    },
    openExample: ({ stage, step, purpose, group, sample }) => {
      const folder = state().run?.folder;
      if (folder === undefined) return;
      void guard(async () => {
        await client.ask("openTraces", { folder, stage, step, rollout: { purpose, group, sample } });
      });
    },
    explain: (term) =>
      void guard(async () => {
        await client.ask("openGlossary", { term });
      }),
    pull: () => void pull(),
  };
}
