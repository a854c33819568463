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
import { chartLookSchema } from "../curves/chart-look";
import { timeline, type Timeline } from "../curves/metric-table";
import type { Client, HostPort } from "../shared/client";
import { serially } from "../shared/page";
import { messageOf } from "../shared/pieces";
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
  ...{ run: null, stage: null, step: null, exampleStage: null },
  ...{ purpose: null, kind: "self-correction", scroll: 0 },
  ...{ smoothing: 0, hidden: [], zoom: null },
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
  /** Keeps a part of the place without drawing anew. */
  readonly keep: (change: Partial<BehavioursPlace>) => void;
  readonly openExample: (example: BehaviourExample) => void;
  readonly pull: () => void;
}

export function behavioursModel(client: Client, port: HostPort, changed: () => void): BehavioursModel {
  const stored = placeSchema.safeParse(port.getState());
  let place: BehavioursPlace = stored.success ? stored.data : start;
  let runs: readonly RunEntry[] = [];
  let run: RunEntry | null = null;
  let points: Map<string, BehaviourPoint> | null = null;
  let comparisons: readonly Comparison[] = [];
  let version = 0;
  let shownFolder: string | null = null;
  let pending = 0;
  let words: readonly string[] = [];
  let examples: readonly BehaviourExample[] | null = null;
  let shownExamples = "";
  let asked = 0;
  let trouble: string | null = null;
  let state: BehavioursState;

  /** Brings what is shown in line with the points and the place. */
  const layOut = (): void => {
    const all = [...(points?.values() ?? [])];
    const purposes = rolloutPurposeSchema.options.filter((purpose) => all.some((point) => point.purpose === purpose));
    const purpose = purposes.find((one) => one === place.purpose) ?? purposes[0] ?? null;
    const own = all.filter((point) => point.purpose === purpose);
    const order = run?.record?.stages.map(({ name }) => name) ?? [];
    const stages = [...new Set(own.map(({ stage }) => stage))].sort((a, b) => order.indexOf(a) - order.indexOf(b));
    const stage = stages.find((name) => name === place.stage) ?? null;
    const shown = own.filter((point) => stage === null || point.stage === stage);
    state = {
      ...{ place, runs, run, points: points && all, shown, purpose, purposes, stages, pending, examples },
      line: points && timeline(tablesOf(shown), stage === null ? stages : [stage]),
      comparison: comparisons.find((one) => one.purpose === purpose && one.stage === stage) ?? null,
      reflectionWords: words,
      problem: trouble,
    };
    changed();
  };
  const keep = (change: Partial<BehavioursPlace>): void => {
    place = { ...place, ...change };
    port.setState(place);
  };
  const guard = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      trouble = messageOf(error);
    }
    layOut();
  };

  const pull = serially(() =>
    guard(async () => {
      runs = await client.ask("runs", {});
      run = chooseRun(runs, place.run, recordsRollouts);
      if (run?.folder !== shownFolder) {
        shownFolder = run?.folder ?? null;
        [points, comparisons, version, examples, shownExamples] = [null, [], 0, null, ""];
      }
      if (run === null) points = new Map();
      else await pullPoints(run.folder);
      trouble = null;
      layOut();
      await pullExamples();
    }),
  );

  const pullPoints = async (folder: string): Promise<void> => {
    for (;;) {
      const answer = await client.ask("behaviours", { run: folder, since: version });
      // Another list of words counts anew.
      const other = words.join("\n") !== answer.reflectionWords.join("\n");
      words = answer.reflectionWords;
      if (other && !answer.whole) {
        [points, version] = [null, 0];
        continue;
      }
      points = answer.whole || points === null ? new Map() : new Map(points);
      for (const point of answer.points) points.set(`${point.purpose} ${point.stage} ${point.step}`, point);
      ({ version, pending } = answer);
      if (pending === 0) {
        comparisons = answer.comparisons;
        return;
      }
      layOut();
    }
  };

  const pullExamples = async (): Promise<void> => {
    const { kind, exampleStage, step } = place;
    const { purpose } = state;
    if (run === null || purpose === null) return;
    const filter = { kind, purpose, stage: exampleStage ?? place.stage, step };
    const wanted = JSON.stringify([run.folder, filter]);
    // A list that is being read stays as it is, until something else is asked for.
    if (wanted === shownExamples && examples !== null && examples.length > 0) return;
    if (wanted !== shownExamples) examples = null;
    const ticket = ++asked;
    const answer = await client.ask("behaviour-examples", { run: run.folder, filter });
    if (ticket !== asked) return;
    examples = answer;
    shownExamples = wanted;
  };

  layOut();
  return {
    state: () => state,
    keep,
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
      const folder = run?.folder;
      if (folder === undefined) return;
      void guard(async () => {
        await client.ask("open-traces", { run: folder, stage, step, rollout: { purpose, group, sample } });
      });
    },
    pull: () => void pull(),
  };
}
