/** What the traces page shows and how it gets it, a page of groups at a time; the place outlives a reload. */
import { t } from "../shared/l10n";
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import type { DrawingView } from "../../server/protocol/drawing";
import type { ColumnMapping, RolloutFile } from "../../server/protocol/rollout-files";
import type { KeptVersion } from "../../server/protocol/reward-versions";
import { groupSortSchema, rolloutPurposeSchema, traceFilterSchema } from "../../server/protocol/traces";
import type {
  GroupSummary,
  RolloutSummary,
  StepIndexEntry,
  TimelineBin,
  TraceFilter,
} from "../../server/protocol/traces";
import { titleAmong } from "../../server/protocol/run-title";
import type { SavedFilter } from "../../server/protocol/rollout-filter/saved";
import { pageStateSchema } from "../../server/protocol/webviews";
import { whatIfChangeSchema, type WhatIfChange } from "../../server/protocol/what-if";
import type { Client, HostPort } from "../shared/client";
import { messageOf } from "../../server/shared/user-error";
import { serially } from "../shared/page";
import { pageModel } from "../shared/page-model";
import { isLive } from "../../server/protocol/run";
import { chooseRun, recordsRollouts } from "../shared/run-labels";
import { isOfFirst, measureNames } from "./sample/measures";
import type { SampleMarks } from "./highlight";
import { noScales, widened, type Scales } from "./scales";
import {
  noSamples,
  sampleActions,
  samplesPlaceFields,
  type SampleActions,
  type SamplesState,
} from "./sample/sample-actions";
import { unpackTokens, type Tokens } from "./sample/tokens";
import { isChanged, unchanged, unpackWhatIf, type WhatIfState } from "./sample/what-if-state";
import { rowsInView } from "../shared/rows-in-view";
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
  /** The filter line as it is used. */
  where: traceFilterSchema.shape.where.default(""),
  sort: groupSortSchema.default({ by: "newest", descending: true }),
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
  where: "",
  sort: { by: "newest", descending: true },
  text: "",
  within: "step",
  measure: "surprise",
  token: null,
  whatIf: null,
  compare: null,
  held: null,
  history: false,
  scroll: { list: 0, detail: 0 },
};

/** Groups asked for at once. */
const pageSize = 100;
/** Milliseconds that the first page is looked for before what is there is shown, and that a count goes on at a time: between them others are answered. */
const firstLook = 100;
const nextLook = 120;
/** Parts of the timeline, about as many as there are pixels for. */
const timelineParts = 240;

export interface TracesState extends SamplesState {
  readonly place: TracesPlace;
  readonly runs: readonly RunEntry[];
  readonly run: RunEntry | null;
  /** What the file is that the page is the editor of, and how far it is read; null: not known yet, or the page shows runs. */
  readonly file: RolloutFile | null;
  /** What the run's completions say while they are drawn; null: nothing is drawn that takes its time. */
  readonly drawing: DrawingView | null;
  /** Null until the first answer is there. */
  readonly index: readonly StepIndexEntry[] | null;
  readonly position: Position | null;
  /** Those that are known, by their place in the list. */
  readonly groups: ReadonlyMap<number, GroupSummary>;
  /** Of all groups that were loaded for the question. */
  readonly scales: Scales;
  /** Counts the lists: a new one begins at its top. */
  readonly list: number;
  /** Groups that match, so far; null while the first page is under way. */
  readonly total: number | null;
  /** Rollouts that match, so far, and how many of 1 of the steps were looked at. */
  readonly counted: { readonly rollouts: number; readonly share: number; readonly done: boolean };
  /** Pixels of the list that are in view. */
  readonly listHeight: number;
  /** What the filter leaves of each step of the stage; null: not known yet. */
  readonly timeline: { readonly bins: readonly TimelineBin[]; readonly done: boolean } | null;
  /** Rewards that a filter can name; null: not known yet. */
  readonly rewards: readonly string[] | null;
  /** The person's own filters. */
  readonly filters: readonly SavedFilter[];
  /** Samples of the open group that the filter asks for; null: there is no filter. */
  readonly matching: ReadonlySet<number> | null;
  /** What the filter's searches hit in the samples of the open group, by sample. */
  readonly marks: ReadonlyMap<number, SampleMarks>;
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
  /** Asks a checkpoint what the rollout answers. */
  readonly tryRollout: (rollout: RolloutOfGroup) => void;
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
  /** Place of the open group in the list; −1: it is not there, or not known yet. */
  readonly openRow: () => number;
  /** Opens the group at a place of the list. */
  readonly openAt: (row: number) => void;
  /** The list shows so many pixels: what is in view is asked for. */
  readonly viewList: (height: number) => void;
  /** Asks for the name that a filter is kept by. */
  readonly nameFilter: (filter: SavedFilter) => void;
  /** Keeps filters as the person's own. */
  readonly keepFilters: (filters: readonly SavedFilter[]) => void;
  readonly pull: () => Promise<void>;
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
    drawing: null,
    index: null,
    position: null,
    groups: new Map(),
    scales: noScales,
    list: 0,
    total: null,
    counted: { rollouts: 0, share: 0, done: false },
    listHeight: 800,
    timeline: null,
    rewards: null,
    filters: [],
    matching: null,
    marks: new Map(),
    samples: null,
    tokens: null,
    whatIf: null,
    ...noSamples,
    versions: new Map(),
    problem: null,
  });

  // Answers to a question that has been overtaken are dropped: each kind of question counts its askings.
  const asked = { groups: 0, samples: 0, tokens: 0, file: 0, whatIf: 0, timeline: 0 };
  let shownGroups = "";
  let shownTimeline = "";
  let namedSource = "";
  let filtersRead = false;
  /** Pages of the list that are on their way. */
  const loading = new Set<number>();

  const filter = (): TraceFilter => {
    const { where, text, within } = state().place;
    const { stage, step, purpose } = state().position ?? { stage: null, step: null, purpose: null };
    if (within === "run") return { stage: null, step: null, purpose: null, group: null, where, text };
    return { stage, step: within === "step" ? step : null, purpose, group: null, where, text };
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
      const lives = run !== null && isLive(run.record);
      // Ahead of the steps: what is recorded meanwhile is shown among them, and not as being drawn.
      const drawn = lives ? await client.ask("readDrawing", { folder: run.folder }) : null;
      const index = run === null ? [] : await client.ask("traceSteps", { folder: run.folder });
      const drawing = drawn !== null && index.some((one) => isSameStep(one, drawn)) ? null : drawn;
      const other = run?.folder !== state().run?.folder;
      // Also of a page that was hidden meanwhile.
      const wanted = state().run?.folder ?? state().place.run;
      if (run !== null && wanted !== null && !runs.some(({ folder }) => folder === wanted)) {
        const names = [titleAmong(state().runs, wanted), titleAmong(runs, run.folder)] as const;
        set({ told: { text: t("{0} is gone. {1} is shown.", ...names), undo: null } });
        keep({ run: run.folder, group: null, sample: null, compare: null });
      }
      set({ runs, run, drawing, index, problem: null, ...(other ? { samples: null, tokens: null, notes: [] } : {}) });
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
      set({ groups: new Map(), total: 0, samples: null, tokens: null, timeline: null });
      return;
    }
    if (place.step === null) move({ stage: position.stage, step: position.step, purpose: position.purpose });

    const entry = index.find(
      (one) => one.stage === position.stage && one.step === position.step && one.purpose === position.purpose,
    );
    const wanted = JSON.stringify([folder, filter(), place.sort, entry?.rollouts]);
    if (wanted !== shownGroups) {
      shownGroups = wanted;
      await loadGroups(folder);
    }
    await loadNames(folder);
    await loadTimeline(folder);
  };

  /** Whatever a filter can name, once for each run or file. */
  const loadNames = async (folder: string): Promise<void> => {
    if (!filtersRead) {
      filtersRead = true;
      set({ filters: await client.ask("readFilters", {}) });
    }
    if (namedSource === folder) return;
    namedSource = folder;
    set({ rewards: await client.ask("traceRewards", { folder }) });
  };

  /** Goes on until all steps are counted, or something else is asked. */
  const loadTimeline = async (folder: string): Promise<void> => {
    const { position, index, place } = state();
    if (position === null) return;
    const { stage, purpose } = position;
    const steps = index?.filter((one) => one.stage === stage && one.purpose === purpose) ?? [];
    const wanted = JSON.stringify([
      folder,
      stage,
      purpose,
      place.where,
      place.text,
      steps.length,
      steps.at(-1)?.rollouts,
    ]);
    if (wanted === shownTimeline) return;
    shownTimeline = wanted;
    const ticket = ++asked.timeline;
    const { where, text } = place;
    for (;;) {
      const asking = { stage, purpose, step: null, group: null, where, text };
      const answer = await client.ask("traceTimeline", { folder, filter: asking, parts: timelineParts });
      if (ticket !== asked.timeline) return;
      set({ timeline: answer });
      if (answer.done) return;
    }
  };

  /** The question that the scales are of: sorted otherwise it is the same. */
  let scaled = "";
  const loadGroups = async (folder: string): Promise<void> => {
    const ticket = ++asked.groups;
    loading.clear();
    const question = JSON.stringify([folder, filter()]);
    if (question !== scaled) set({ scales: noScales });
    scaled = question;
    set({ total: null, counted: { rollouts: 0, share: 0, done: false } });
    let opened = false;
    for (let look = firstLook; ; look = nextLook) {
      const { sort } = state().place;
      const limit = opened ? 1 : pageSize;
      const asking = { folder, filter: filter(), sort, offset: 0, limit, milliseconds: look, count: opened };
      const answer = await client.ask("traceGroups", asking);
      if (ticket !== asked.groups) return;
      const { total, rollouts, share, done } = answer;
      set({ total, counted: { rollouts, share, done } });
      if (!opened && (answer.groups.length > 0 || done)) {
        opened = true;
        set({
          groups: new Map(answer.groups.entries()),
          scales: widened(state().scales, answer.groups),
          list: state().list + 1,
        });
        await openFirst(folder, answer.groups);
        if (ticket !== asked.groups) return;
      }
      if (done) return;
    }
  };

  const openFirst = async (folder: string, groups: readonly GroupSummary[]): Promise<void> => {
    const open = groups.find((group) => sameGroup(group, state().place.group)) ?? wantedGroup() ?? groups[0];
    if (open === undefined) {
      asked.samples++;
      set({ samples: null, tokens: null, place: { ...state().place, group: null, sample: null } });
      return;
    }
    const same = sameGroup(open, state().place.group);
    await loadSamples(folder, groupPlace(open), same ? state().place.sample : null);
  };

  /** Pages with rows that are in view and not known. */
  const loadRows = (first: number, end: number): void => {
    const { groups, total } = state();
    const last = Math.min(end, total ?? 0) - 1;
    for (let page = Math.floor(first / pageSize); page <= Math.floor(last / pageSize); page++) {
      const known = Array.from({ length: pageSize }, (_, at) => page * pageSize + at).every(
        (row) => row > last || row < first || groups.has(row),
      );
      if (known || loading.has(page)) continue;
      loading.add(page);
      const ticket = asked.groups;
      withRun(async (folder) => {
        try {
          const { sort } = state().place;
          const offset = page * pageSize;
          const asking = {
            folder,
            filter: filter(),
            sort,
            offset,
            limit: pageSize,
            milliseconds: firstLook,
            count: false,
          };
          const answer = await client.ask("traceGroups", asking);
          if (ticket !== asked.groups) return;
          const rows = new Map(state().groups);
          for (const [at, group] of answer.groups.entries()) rows.set(offset + at, group);
          set({ groups: rows, scales: widened(state().scales, answer.groups) });
        } finally {
          loading.delete(page);
        }
      });
    }
  };

  /** A group that was asked for may stand on a later page of the list. */
  const wantedGroup = (): GroupPlace | null => {
    const { group, where, text } = state().place;
    const { stage, step, purpose } = filter();
    const here = group !== null && group.stage === stage && group.step === step && group.purpose === purpose;
    return here && where === "" && text === "" ? group : null;
  };

  const loadSamples = async (folder: string, group: GroupPlace, sample: number | null): Promise<void> => {
    const ticket = ++asked.samples;
    set({ place: { ...state().place, group, sample, ...(sample === null ? { token: null } : {}) }, tokens: null });
    const samples = await client.ask("traceGroup", { folder, ...group });
    if (ticket !== asked.samples) return;
    set({ samples });
    await loadMatches(folder, group, ticket);
    if (sample !== null) await loadTokens(folder, group, sample);
    await Promise.all([learnAgain(folder), onSamples.refresh(folder), loadVersions(folder, samples)]);
  };

  /** Which samples of the open group the filter asks for. */
  const loadMatches = async (folder: string, group: GroupPlace, ticket: number): Promise<void> => {
    const asking = filter();
    if (asking.where === "" && asking.text === "") {
      set({ matching: null, marks: new Map() });
      return;
    }
    const { samples, marks } = await client.ask("traceMatches", { folder, ...group, filter: asking });
    if (ticket !== asked.samples) return;
    set({ matching: new Set(samples), marks: new Map(marks.map(({ sample, ...of }) => [sample, of])) });
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
    const asking = { folder, ...group, sample };
    const part = isOfFirst(state().place.measure) ? "first" : "whole";
    const first = unpackTokens(await client.ask("traceTokens", { ...asking, part }));
    if (ticket !== asked.tokens) return;
    set({ tokens: first });
    if (!first.pending) return;
    const rest = await client.ask("traceTokens", { ...asking, part: "rest" });
    if (ticket === asked.tokens) set({ tokens: unpackTokens(rest, first) });
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
      set({ whatIf: { kind: "none", problem: t("Only rollouts of training have a loss.") } });
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

  const openRow = (): number => {
    const { groups, place } = state();
    for (const [row, group] of groups) if (sameGroup(group, place.group)) return row;
    return -1;
  };

  const openGroup = (group: GroupPlace): void => {
    // Scores that were changed are those of another group's samples.
    const { whatIf } = state().place;
    if (whatIf !== null && !sameGroup(group, state().place.group)) keep({ whatIf: { ...whatIf, scores: [] } });
    keep({ compare: null });
    withRun((folder) => loadSamples(folder, group, null));
  };

  const openAt = (row: number): void => {
    const group = state().groups.get(row);
    if (group !== undefined) openGroup(groupPlace(group));
    loadRows(Math.max(0, row - pageSize / 4), row + pageSize / 4);
  };

  const onSamples = sampleActions(client, { state, set, move, withRun });

  return {
    state,
    samples: onSamples.actions,
    pull,
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
      // Two samples side by side are left for the group that is gone to.
      move(change.group === null ? { ...change, compare: null } : change);
      if (change.run !== undefined || change.whole !== undefined) void pull();
      else void guard(settle);
      if (change.measure !== undefined) withRun(learnAgain);
    },
    openRollout: (run, rollout) => {
      const { stage, step, purpose, sample } = rollout;
      const place = { stage, step, purpose, group: groupPlace(rollout), sample, token: null, compare: null };
      move({ run, ...place, where: "", text: "", within: "step" });
      shownGroups = "";
      void pull();
    },
    openGroup,
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
    tryRollout: ({ stage, step, purpose, group }) =>
      withRun(async (folder) => {
        await client.ask("tryRollout", { folder, stage, step, purpose, group });
      }),
    saveCase: ({ stage, step, purpose, group, sample }) =>
      withRun(async (folder) => {
        await client.ask("saveCase", { folder, stage, step, purpose, group, sample });
      }),
    openRow,
    openAt,
    viewList: (height) => {
      if (Math.abs(height - state().listHeight) > 1) set({ listHeight: height });
      const { first, end } = rowsInView(state().total ?? 0, { top: state().place.scroll.list, height });
      loadRows(first, end);
    },
    nameFilter: (filter) =>
      void guard(async () => {
        set({ filters: await client.ask("nameFilter", filter) });
      }),
    keepFilters: (filters) => {
      set({ filters });
      void guard(async () => {
        await client.ask("keepFilters", { filters: [...filters] });
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

const isSameStep = (a: StepIndexEntry, b: Pick<DrawingView, "stage" | "step" | "purpose">): boolean =>
  a.stage === b.stage && a.step === b.step && a.purpose === b.purpose;
