/** What the traces page shows and how it gets it, a page of groups at a time; the place outlives a reload. */
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import type { ColumnMapping, RolloutFile } from "../../server/protocol/rollout-files";
import type { KeptVersion } from "../../server/protocol/reward-versions";
import { rolloutPurposeSchema, traceFilterSchema } from "../../server/protocol/traces";
import type { GroupSummary, RolloutSummary, StepIndexEntry, TraceFilter } from "../../server/protocol/traces";
import { pageStateSchema } from "../../server/protocol/webviews";
import { whatIfChangeSchema, type WhatIfChange } from "../../server/protocol/what-if";
import type { Client, HostPort } from "../shared/client";
import { messageOf } from "../../server/shared/user-error";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
import { chooseRun, recordsRollouts } from "../shared/run-labels";
import { measureNames } from "./sample/measures";
import {
  noSamples,
  sampleActions,
  samplesPlaceFields,
  type SampleActions,
  type SamplesState,
} from "./sample/sample-actions";
import { unpackTokens, type Tokens } from "./sample/tokens";
import { isChanged, unchanged, unpackWhatIf, type WhatIfState } from "./sample/what-if-state";
import { resolvePosition } from "./step-index";
import type { Position } from "./step-index";

const groupPlaceSchema = z.object({ stage: z.string(), step: z.int(), purpose: rolloutPurposeSchema, group: z.int() });
export type GroupPlace = z.infer<typeof groupPlaceSchema>;

export type RolloutOfGroup = GroupPlace & { readonly sample: number };

const withinSchema = z.enum(["step", "stage", "run"]);
export type Within = z.infer<typeof withinSchema>;

const placeSchema = pageStateSchema.extend({
  purpose: rolloutPurposeSchema.nullable(),
  group: groupPlaceSchema.nullable(),
  /** The file that the page is the editor of; null: it shows runs. */
  file: z.string().nullable().default(null),
  /** Whether the other files of its series are read, too. */
  whole: z.boolean().default(false),
  /** The sample whose tokens are open. */
  sample: z.int().nullable(),
  show: traceFilterSchema.shape.show,
  text: z.string(),
  /** What is filtered and searched: the rollouts of this purpose at a step, in all of a stage, or whatever the run recorded. */
  within: withinSchema,
  /** What the tokens of the open sample are tinted by. */
  measure: z.enum(measureNames).default("surprise"),
  /** The token that is chosen in the open sample. */
  token: z.int().nullable().default(null),
  /** What is changed of the open group in *What if*; null: that is closed. */
  whatIf: whatIfChangeSchema.nullable().default(null),
  ...samplesPlaceFields,
  /** How far the list of groups and the open group are scrolled. */
  scroll: z.object({ list: z.number(), detail: z.number() }).default({ list: 0, detail: 0 }),
});
export type TracesPlace = z.infer<typeof placeSchema>;

const start: TracesPlace = {
  run: null,
  file: null,
  whole: false,
  stage: null,
  step: null,
  purpose: null,
  group: null,
  sample: null,
  show: "all",
  text: "",
  within: "step",
  measure: "surprise",
  token: null,
  whatIf: null,
  compare: null,
  history: false,
  scroll: { list: 0, detail: 0 },
};

/** Groups asked for at once. */
const pageSize = 50;

export interface TracesState extends SamplesState {
  readonly place: TracesPlace;
  readonly runs: readonly RunEntry[];
  readonly run: RunEntry | null;
  /** What the file is that the page is the editor of, and how far it is read; null: not known yet, or the page shows runs. */
  readonly file: RolloutFile | null;
  /** Null until the first answer is there. */
  readonly index: readonly StepIndexEntry[] | null;
  readonly position: Position | null;
  readonly groups: readonly GroupSummary[];
  /** Counts the lists: a new one begins at its top. */
  readonly list: number;
  /** Groups that match; null while the first page is under way. */
  readonly total: number | null;
  /** Samples of the open group; null while there are none. */
  readonly samples: readonly RolloutSummary[] | null;
  /** Tokens of the open sample. */
  readonly tokens: Tokens | null;
  /** The step of the open group, learned again; null: nobody has asked. */
  readonly whatIf: WhatIfState | null;
  /** Versions of the rewards that the run keeps, by their hashes. */
  readonly versions: ReadonlyMap<string, KeptVersion>;
  readonly problem: string | null;
}

export interface TracesModel {
  /** What can be done with samples. */
  readonly samples: SampleActions;
  readonly state: () => TracesState;
  /** Keeps a part of the place without drawing anew. */
  readonly keep: (change: Partial<TracesPlace>) => void;
  /** Goes to another run, stage, step, filter …; what hangs on it is asked for anew. */
  readonly go: (change: Partial<TracesPlace>) => void;
  readonly openGroup: (group: GroupPlace) => void;
  /** Goes to one rollout, past any filter. */
  readonly openRollout: (run: string | null, rollout: RolloutOfGroup) => void;
  /** Opens the tokens of a sample of the open group; null goes back to the samples. */
  readonly openSample: (sample: number | null) => void;
  /** Runs a reward on a rollout under a debugger. */
  readonly debugRollout: (rollout: RolloutOfGroup) => void;
  /** Makes a reward case of a rollout. */
  readonly saveCase: (rollout: RolloutOfGroup) => void;
  /** Opens the line of a reward that threw. */
  readonly openSource: (file: string, line: number | null, column: number | null) => void;
  /** Opens the source of the version of a reward that gave a score. */
  readonly openVersion: (hash: string, reward: string) => void;
  /** Changes rewards or settings of the open group's step; null closes *What if*. */
  readonly changeWhatIf: (change: WhatIfChange | null) => void;
  /** Writes what is changed into the recipe, but for scores, which are no setting. */
  readonly applyWhatIf: () => void;
  /** The next page of groups. */
  readonly loadMore: () => void;
  readonly pull: () => void;
  /** Shows a file in place of runs. */
  readonly openFile: (file: string) => void;
  /** Reads the file by these columns. */
  readonly mapColumns: (mapping: ColumnMapping) => void;
}

export function tracesModel(client: Client, port: HostPort, changed: () => void): TracesModel {
  const { state, set, move, keep, guard } = pageModel<TracesState>(port, changed, placeSchema, {
    place: start,
    runs: [],
    run: null,
    file: null,
    index: null,
    position: null,
    groups: [],
    list: 0,
    total: null,
    samples: null,
    tokens: null,
    whatIf: null,
    ...noSamples,
    versions: new Map(),
    problem: null,
  });

  // Answers to a question that has been overtaken are dropped: each kind of question counts its askings.
  const asked = { groups: 0, samples: 0, tokens: 0, file: 0, whatIf: 0 };
  let shownGroups = "";
  let loadingMore = false;

  const filter = (): TraceFilter => {
    const { show, text, within } = state().place;
    const { stage, step, purpose } = state().position ?? { stage: null, step: null, purpose: null };
    if (within === "run") return { stage: null, step: null, purpose: null, group: null, show, text };
    return { stage, step: within === "step" ? step : null, purpose, group: null, show, text };
  };

  const pull = serially(() =>
    guard(async () => {
      if (state().place.file !== null) {
        // What is waiting for the page comes with the answer.
        await client.ask("listRuns", {});
        await pullFile(null);
        return;
      }
      const runs = await client.ask("listRuns", {});
      // The host has said meanwhile that the page is the editor of a file.
      if (state().place.file !== null) return;
      const run = chooseRun(runs, state().place.run, recordsRollouts);
      const index = run === null ? [] : await client.ask("traceSteps", { folder: run.folder });
      const other = run?.folder !== state().run?.folder;
      set({ runs, run, index, problem: null, ...(other ? { samples: null, tokens: null, notes: [] } : {}) });
      await settle();
      if (run !== null) await onSamples.readNotes(run.folder);
    }),
  );

  /** Reads on until the file is whole. */
  const pullFile = async (mapping: ColumnMapping | null): Promise<void> => {
    const ticket = ++asked.file;
    for (;;) {
      const { file: folder, whole } = state().place;
      if (folder === null) return;
      const file = await client.ask("rolloutFile", { folder, mapping, whole });
      if (ticket !== asked.file) return;
      set({ file, problem: null });
      if (file.state === "reading") continue;
      if (file.state === "unmapped") return;
      set({ index: await client.ask("traceSteps", { folder }) });
      await settle();
      return;
    }
  };

  /** Folder of the run, or the file, that questions are about. */
  const source = (): string | null => state().place.file ?? state().run?.folder ?? null;

  /** Brings position, groups, samples and tokens in line with the place. */
  const settle = async (): Promise<void> => {
    const { run, index, place } = state();
    const folder = source();
    if (folder === null || index === null) return;
    const order = run?.record?.stages.map((stage) => stage.name) ?? [];
    const position = resolvePosition(index, order, place);
    set({ position });
    if (position === null) {
      set({ groups: [], total: 0, samples: null, tokens: null });
      return;
    }
    if (place.step === null) move({ stage: position.stage, step: position.step, purpose: position.purpose });

    const entry = index.find(
      (one) => one.stage === position.stage && one.step === position.step && one.purpose === position.purpose,
    );
    const wanted = JSON.stringify([folder, filter(), entry?.rollouts]);
    if (wanted !== shownGroups) {
      await loadGroups(folder);
      shownGroups = wanted;
    }
  };

  const loadGroups = async (folder: string): Promise<void> => {
    const ticket = ++asked.groups;
    set({ total: null });
    const answer = await client.ask("traceGroups", { folder, filter: filter(), offset: 0, limit: pageSize });
    if (ticket !== asked.groups) return;
    set({ groups: answer.groups, total: answer.total, list: state().list + 1 });
    const open =
      answer.groups.find((group) => sameGroup(group, state().place.group)) ?? wantedGroup() ?? answer.groups[0];
    if (open === undefined) {
      asked.samples++;
      set({ samples: null, tokens: null, place: { ...state().place, group: null, sample: null } });
      return;
    }
    const same = sameGroup(open, state().place.group);
    await loadSamples(folder, groupPlace(open), same ? state().place.sample : null);
  };

  /** A group that was asked for may stand on a later page of the list. */
  const wantedGroup = (): GroupPlace | null => {
    const { group, show, text } = state().place;
    const { stage, step, purpose } = filter();
    const here = group !== null && group.stage === stage && group.step === step && group.purpose === purpose;
    return here && show === "all" && text === "" ? group : null;
  };

  const loadSamples = async (folder: string, group: GroupPlace, sample: number | null): Promise<void> => {
    const ticket = ++asked.samples;
    set({ place: { ...state().place, group, sample, ...(sample === null ? { token: null } : {}) }, tokens: null });
    const samples = await client.ask("traceGroup", { folder, ...group });
    if (ticket !== asked.samples) return;
    set({ samples });
    if (sample !== null) await loadTokens(folder, group, sample);
    await Promise.all([learnAgain(folder), onSamples.refresh(folder), loadVersions(folder, samples)]);
  };

  /** What could not be numbered is not asked for again. */
  const unknown = new Set<string>();
  const loadVersions = async (folder: string, samples: readonly RolloutSummary[]): Promise<void> => {
    const missing = samples.flatMap(({ rewardHash }) => {
      const key = `${folder} ${rewardHash}`;
      return rewardHash === null || state().versions.has(rewardHash) || unknown.has(key) ? [] : [key];
    });
    if (missing.length === 0) return;
    for (const key of missing) unknown.add(key);
    const { versions } = await client.ask("readRewardVersions", { folder });
    set({ versions: new Map(versions.map((version) => [version.hash, version])) });
  };

  const loadTokens = async (folder: string, group: GroupPlace, sample: number): Promise<void> => {
    const ticket = ++asked.tokens;
    const packed = await client.ask("traceTokens", { folder, ...group, sample });
    if (ticket === asked.tokens) set({ tokens: unpackTokens(packed) });
  };

  const needsGradients = (): boolean => {
    const { measure, sample, whatIf } = state().place;
    return whatIf !== null || (sample !== null && (measure === "advantage" || measure === "contribution"));
  };

  /** Learns the open group's step again where *What if* or the token strip asks for it. What it fails with stands in its place. */
  const learnAgain = async (folder: string): Promise<void> => {
    const ticket = ++asked.whatIf;
    const { group, sample, whatIf } = state().place;
    if (group === null || !needsGradients()) {
      if (state().whatIf !== null) set({ whatIf: null });
      return;
    }
    if (group.purpose !== "train") {
      set({ whatIf: { kind: "none", problem: "Only rollouts of training have a loss." } });
      return;
    }
    // What is shown stays until its successor is there.
    if (state().whatIf?.kind !== "there") set({ whatIf: { kind: "asked" } });
    let next: WhatIfState;
    try {
      // A group without an open sample asks for no tokens: there is no sample below 0.
      const asking = { folder, ...group, sample: sample ?? -1, change: whatIf ?? unchanged };
      next = unpackWhatIf(await client.ask("whatIf", asking));
    } catch (error) {
      next = { kind: "none", problem: messageOf(error) };
    }
    if (ticket === asked.whatIf) set({ whatIf: next });
  };

  const withRun = (work: (folder: string) => Promise<void>): void => {
    const folder = source();
    if (folder !== null) void guard(() => work(folder));
  };

  const onSamples = sampleActions(client, { state, set, move, withRun });

  return {
    state,
    samples: onSamples.actions,
    pull: () => void pull(),
    openFile: (file) => {
      if (state().place.file === file) return;
      move({ ...start, file });
      void pull();
    },
    mapColumns: (mapping) => {
      set({ index: null, samples: null, tokens: null });
      shownGroups = "";
      void guard(() => pullFile(mapping));
    },
    keep,
    go: (change) => {
      move(change);
      if (change.run !== undefined || change.whole !== undefined) void pull();
      else void guard(settle);
      if (change.measure !== undefined) withRun(learnAgain);
    },
    openRollout: (run, rollout) => {
      const { stage, step, purpose, sample } = rollout;
      const place = { stage, step, purpose, group: groupPlace(rollout), sample, token: null, compare: null };
      move({ run, ...place, show: "all", text: "", within: "step" });
      shownGroups = "";
      void pull();
    },
    openGroup: (group) => {
      // Scores that were changed are those of another group's samples.
      const { whatIf } = state().place;
      if (whatIf !== null && !sameGroup(group, state().place.group)) keep({ whatIf: { ...whatIf, scores: [] } });
      keep({ compare: null });
      withRun((folder) => loadSamples(folder, group, null));
    },
    openSample: (sample) => {
      const { group } = state().place;
      asked.tokens++;
      set({ tokens: null, place: { ...state().place, sample, token: null } });
      if (sample === null || group === null) return;
      if (state().whatIf?.kind === "there") set({ whatIf: { kind: "asked" } });
      withRun(async (folder) => {
        await loadTokens(folder, group, sample);
        await learnAgain(folder);
      });
    },
    changeWhatIf: (change) => {
      move({ whatIf: change });
      withRun(learnAgain);
    },
    applyWhatIf: () =>
      withRun(async (folder) => {
        const { whatIf, group } = state().place;
        if (whatIf === null || group === null || !isChanged({ ...whatIf, scores: [] })) return;
        const { scores: _, weights, ...settings } = whatIf;
        await client.ask("applySettings", { folder, stage: group.stage, settings, weights: { ...weights } });
      }),
    openSource: (file, line, column) =>
      withRun(async (folder) => {
        await client.ask("openSource", { folder, file, line, column });
      }),
    openVersion: (hash, reward) =>
      withRun(async (folder) => {
        await client.ask("openRewardSource", { folder, hash, reward });
      }),
    debugRollout: ({ stage, step, purpose, group, sample }) =>
      withRun(async (folder) => {
        await client.ask("debugRollout", { folder, stage, step, purpose, group, sample });
      }),
    saveCase: ({ stage, step, purpose, group, sample }) =>
      withRun(async (folder) => {
        await client.ask("saveCase", { folder, stage, step, purpose, group, sample });
      }),
    loadMore: () => {
      const { groups, total } = state();
      if (loadingMore || total === null || groups.length >= total) return;
      loadingMore = true;
      const ticket = asked.groups;
      withRun(async (folder) => {
        try {
          const offset = state().groups.length;
          const answer = await client.ask("traceGroups", { folder, filter: filter(), offset, limit: pageSize });
          if (ticket === asked.groups) set({ groups: [...state().groups, ...answer.groups], total: answer.total });
        } finally {
          loadingMore = false;
        }
      });
    },
  };
}

export function groupPlace({ stage, step, purpose, group }: GroupPlace): GroupPlace {
  return { stage, step, purpose, group };
}

export function sameGroup(left: GroupPlace, right: GroupPlace | null): boolean {
  return (
    right !== null &&
    left.stage === right.stage &&
    left.step === right.step &&
    left.purpose === right.purpose &&
    left.group === right.group
  );
}
