/** Answers the views' questions about recorded rollouts; read-only, and safe while the run goes on writing. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { TraceGroupParams, TraceTokensParams } from "../protocol/editor";
import {
  rolloutWithRowSchema,
  rolloutSummarySchema,
  type GroupSummary,
  type RolloutSummary,
  type RolloutWithRow,
  type GroupMatches,
  type GroupSort,
  type StepIndexEntry,
  type TimelineBin,
  type TraceFilter,
} from "../protocol/traces";
import type { TokenPart } from "../protocol/token-numbers";
import type { RolloutNote } from "../protocol/rollout-notes";
import type { PromptHistory } from "../protocol/prompt-history";
import { statsOf, UnusableFile } from "../files/workspace-file";
import { notesPath, recordPath, tracesPath } from "./paths";
import { readRecord } from "./record";
import { refuseOddStore, refuseOtherTables } from "./trace-check";
import { outcomesText, tagsText } from "./trace-json";
import { samePrompt } from "./trace-prompt";
import { readsNotes } from "./filter-notes";
import { filterCondition } from "./filter-sql";
import { readNotes } from "./rollout-notes";
import { foundNothing, lookOn, pageOf, stepsInScope, timelineOf, type FoundGroups, type ListQuery } from "./trace-list";
import {
  allJudged,
  keptList,
  knownChanges,
  knownRanges,
  knownSteps,
  traceMemory,
  type TraceMemory,
} from "./trace-memory";
import { verdictOf } from "./trace-verdict";
import { parseFilter } from "../protocol/rollout-filter/parse";
import { bothFilters, markFinder, searchFilter } from "../protocol/rollout-filter/search";
import type { RolloutFilter } from "../protocol/rollout-filter/fields";
import { traceScan, type TraceScan } from "./trace-scan";
import { readStep, stepPrint, type TrainedRollout } from "./trace-step";
import { noTokens, readTokens, type StoredTokens } from "./trace-tokens";
import { addedColumns, seenAsWritten, traceFormat } from "./trace-schema";
import { UserError } from "../shared/user-error";

type GroupKey = Omit<TraceGroupParams, "folder">;
type RolloutKey = Omit<TraceTokensParams, "folder">;

export interface TraceReader extends TraceScan {
  /** Steps that hold rollouts, in order of the run. */
  steps(): StepIndexEntry[];
  /** Groups with at least one rollout that the filter asks for, newest step first. `total` counts them all. */
  groups(
    filter: TraceFilter,
    offset: number,
    limit: number,
  ): { readonly total: number; readonly groups: readonly GroupSummary[] };
  /** The same, as far as it is known after so many milliseconds; the next call goes on. Throws a FilterError where the filter is not right. */
  list(filter: TraceFilter, sort: GroupSort, page: ListPage): GroupListing;
  /** What the filter leaves of each step of a stage and purpose, in at most so many parts; the next call goes on. */
  timeline(filter: TraceFilter, parts: number, milliseconds: number): Timeline;
  /** Samples of a group that the filter asks for, and the texts that are marked in them. */
  matches(key: GroupKey, filter: TraceFilter): GroupMatches;
  /** Names of the rewards that its oldest and newest rollouts have. */
  rewardNames(): string[];
  /** All samples of a group, the greedy one too. */
  group(key: GroupKey): RolloutSummary[];
  /** The same with what rewards are given of the task's row. */
  groupWithRows(key: GroupKey): RolloutWithRow[];
  /** Tokens of one rollout; none when it is not there. */
  tokens(key: RolloutKey, part?: TokenPart): StoredTokens;
  /** The newest `most` rollouts with the prompt of a group, in order of the run. */
  samePrompt(key: GroupKey, most: number): PromptHistory;
  /** A step of training as it is learned again, and a text that is another when its rollouts are. */
  trained(stage: string, step: number): TrainedRollout[];
  trainedPrint(stage: string, step: number): string;
  /** The newest rollouts of training, at most `limit`, oldest first: what rewards are tried on. */
  newest(limit: number): RolloutWithRow[];
  close(): void;
}

export interface ListPage {
  readonly offset: number;
  readonly limit: number;
  readonly milliseconds: number;
  /** Whether to look on past the page. */
  readonly count: boolean;
}

export interface GroupListing {
  /** Groups and rollouts that match, so far. */
  readonly total: number;
  readonly rollouts: number;
  /** Whether all are found, and how many of 1 of the steps were looked at. */
  readonly done: boolean;
  readonly share: number;
  readonly groups: GroupSummary[];
}

export interface Timeline {
  readonly bins: TimelineBin[];
  readonly done: boolean;
}

const nothing: TraceReader = {
  steps: () => [],
  groups: () => ({ total: 0, groups: [] }),
  list: () => ({ total: 0, rollouts: 0, done: true, share: 1, groups: [] }),
  timeline: () => ({ bins: [], done: true }),
  matches: () => ({ samples: [], marks: [] }),
  rewardNames: () => [],
  group: () => [],
  groupWithRows: () => [],
  tokens: () => noTokens,
  samePrompt: () => ({ rollouts: [], more: false }),
  trained: () => [],
  trainedPrint: () => "",
  newest: () => [],
  prints: () => [],
  scored: () => [],
  newestStep: () => [],
  rollouts: () => [],
  vocabulary: () => new Map(),
  close: () => undefined,
};

const asJson = { rewards: outcomesText, tags: tagsText };
const rolloutRow = rolloutSummarySchema.extend(asJson);
const rolloutRowWithRow = rolloutWithRowSchema.extend(asJson);

const recordedColumns = `stage, step, purpose, group_index AS "group", sample, prompt, completion, answer, extracted,
  finish_reason AS finishReason, rewards, reward, advantage, reward_hash AS rewardHash, checkpoint, tags, length`;

/** `added`: whether the store has {@link addedColumns}. */
const summaryColumns = (added: boolean, verdict: string): string =>
  added
    ? `${recordedColumns}, ${verdict} AS correct, (SELECT text FROM shared_texts WHERE id = row_id) AS row,
       CASE seen_id WHEN ${seenAsWritten} THEN prompt ELSE (SELECT text FROM shared_texts WHERE id = seen_id) END AS promptAsSeen`
    : `${recordedColumns}, ${verdict} AS correct, NULL AS row, NULL AS promptAsSeen`;

const taskName = z.object({ name: z.string() });
const tasksSchema = z.object({ task: taskName, general_task: taskName.nullish() });

/** Whether all tasks of a run's recipe hold answers against the gold one sign for sign; what is known of neither is not said of them. */
function judgesBySigns(runFolder: string): boolean {
  try {
    const { task, general_task } = tasksSchema.parse(readRecord(runFolder).recipe);
    return [task, general_task].every((one) => !one || !["dataset", "countdown", "code-functions"].includes(one.name));
  } catch {
    return false;
  }
}

const newestFirst: GroupSort = { by: "newest", descending: true };

/** Rollouts at each end whose rewards are named. */
const namedRows = 200;
const namesRow = z.object({ rewards: outcomesText });
const matchRow = z.object({ sample: z.int(), prompt: z.string(), completion: z.string(), hit: z.int() });

/** Line and search together. Throws a FilterError. Words that are no field are taken for rewards: who asks has looked. */
const filterOf = ({ where, text }: Pick<TraceFilter, "where" | "text">): RolloutFilter | null =>
  bothFilters(parseFilter(where, null), searchFilter(text));

/** For SQL: whether a text matches a pattern by its number. */
function definePatterns(database: DatabaseSync, patterns: readonly RegExp[]): void {
  const { function: define } = database as Partial<Pick<DatabaseSync, "function">>;
  if (define === undefined)
    throw new UserError("Regular expressions need Node 22.13 or newer, and this editor's is older. Search for a text.");
  database.function("matches_pattern", { deterministic: true }, (number, text) =>
    typeof text === "string" && patterns[Number(number)]?.test(text) === true ? 1 : 0,
  );
}

/** Opens the traces of a run; `memory`: what is known of the store from before. A run without any answers with nothing. Throws an Error for people when the file is damaged. */
export function openTraces(runFolder: string, memory: TraceMemory = traceMemory(runFolder)): TraceReader {
  const path = tracesPath(runFolder);
  if (!existsSync(path)) return nothing;
  let database: DatabaseSync;
  refuseOddStore(path);
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  } catch (error) {
    throw new UserError(`${path} cannot be opened: ${String(error)}`, { cause: error });
  }
  const damaged = (error: unknown) => new UserError(`${path} cannot be read: ${String(error)}`, { cause: error });
  let format: unknown;
  try {
    format = database.prepare("PRAGMA user_version").get()?.["user_version"];
  } catch (error) {
    database.close();
    throw damaged(error);
  }
  if (format !== traceFormat) {
    database.close();
    // A writer that has made the file has not made its tables yet.
    if (format === 0) return nothing;
    throw new UserError(
      `${path} has format ${String(format)}; this version of Reasoning Lab reads format ${traceFormat}.`,
    );
  }
  try {
    refuseOtherTables(database, path);
  } catch (error) {
    database.close();
    throw error instanceof UnusableFile ? error : damaged(error);
  }
  const reading = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw error instanceof UserError ? error : damaged(error);
    }
  };
  const signs = judgesBySigns(runFolder);
  // Of rollouts of another tool nothing is said that its file does not say.
  const isRun = existsSync(recordPath(runFolder));
  const verdict = (): string => (isRun ? verdictOf(hasColumns(), signs) : "correct");
  const columns = (): string => summaryColumns(hasColumns(), verdict());
  const scan = traceScan(database, verdict, () => hasColumns());
  // Of an older version's store a run that goes on adds them, also while this reader is open.
  const hasColumns = (): boolean => {
    const names = database
      .prepare("SELECT name FROM pragma_table_info('rollouts')")
      .all()
      .map(({ name }) => name);
    return addedColumns.every((column) => names.includes(column));
  };
  const index = () => knownSteps(database, memory, path);
  const patterns: RegExp[] = [];
  let notes: readonly RolloutNote[] | null = null;
  /** What people wrote may change while the store stays as it is. */
  const writtenSince = (asked: RolloutFilter | null): string => {
    if (!readsNotes(asked)) return "";
    notes = null;
    const stats = statsOf(notesPath(runFolder));
    return stats === null ? "none" : `${stats.mtimeMs} ${stats.size}`;
  };
  const filterContext: ListQuery["context"] = {
    ranges: () => knownRanges(database, memory),
    changed: () => knownChanges(database, memory),
    notes: () => (notes ??= readNotes(runFolder).notes),
    pattern(source, flags) {
      const known = patterns.findIndex((pattern) => pattern.source === source && pattern.flags === flags);
      if (known >= 0) return known;
      if (patterns.length === 0) definePatterns(database, patterns);
      patterns.push(new RegExp(source, flags));
      return patterns.length - 1;
    },
  };
  /** What a list is made by, and what was found of it before. */
  const begun = (filter: TraceFilter, sort: GroupSort): { readonly query: ListQuery; readonly found: FoundGroups } => {
    const { where: _where, text: _text, ...scope } = filter;
    const asked = filterOf(filter);
    const steps = reading(index);
    const known = reading(() => (hasColumns() && allJudged(database, memory) ? "correct" : verdict()));
    const query = { scope, filter: asked, sort, verdict: known, context: filterContext };
    const found = keptList(memory, JSON.stringify([filter, sort, writtenSince(asked)]), () =>
      foundNothing(stepsInScope(steps, scope)),
    );
    return { query, found };
  };
  const listed: TraceReader["list"] = (filter, sort, { offset, limit, milliseconds, count }) => {
    const { query, found } = begun(filter, sort);
    return reading(() => {
      const enough = count ? Number.MAX_SAFE_INTEGER : offset + limit;
      lookOn(database, query, found, { enough, milliseconds });
      return {
        total: found.entry.length,
        rollouts: found.rollouts,
        done: found.order !== null,
        share: found.steps.length === 0 ? 1 : found.looked / found.steps.length,
        groups: pageOf(database, query, found, offset, limit),
      };
    });
  };
  const inGroup = (key: GroupKey): readonly unknown[] =>
    database
      .prepare(
        `SELECT ${columns()} FROM rollouts WHERE stage = ? AND step = ? AND purpose = ? AND group_index = ? ORDER BY sample`,
      )
      .all(key.stage, key.step, key.purpose, key.group);
  return {
    newestStep: (limit) => reading(() => scan.newestStep(limit)),
    scored: (stage, step) => reading(() => scan.scored(stage, step)),
    prints: () => reading(() => scan.prints()),
    rollouts: (key) => reading(() => scan.rollouts(key)),
    vocabulary: () => reading(() => scan.vocabulary()),
    steps: () =>
      reading(() => index().map(({ stage, step, purpose, rollouts }) => ({ stage, step, purpose, rollouts }))),
    groups: (filter, offset, limit) => {
      const { total, groups } = listed(filter, newestFirst, {
        offset,
        limit,
        milliseconds: Number.MAX_SAFE_INTEGER,
        count: true,
      });
      return { total, groups };
    },
    list: listed,
    timeline: (filter, parts, milliseconds) => {
      const { query, found } = begun(filter, newestFirst);
      return reading(() => {
        lookOn(database, query, found, { enough: Number.MAX_SAFE_INTEGER, milliseconds });
        return { bins: timelineOf(found, parts), done: found.order !== null };
      });
    },
    matches: (key, filter) => {
      const asked = filterOf(filter);
      writtenSince(asked);
      return reading(() => {
        const steps = index().filter(
          ({ stage, step, purpose }) => stage === key.stage && step === key.step && purpose === key.purpose,
        );
        if (steps.length === 0 || asked === null) return { samples: [], marks: [] };
        const scope = {
          sql: "stage = ? AND step = ? AND purpose = ? AND group_index = ?",
          values: [key.stage, key.step, key.purpose, key.group],
        };
        const bestOfStep = {
          sql: "stage = ? AND step = ? AND purpose = ?",
          values: [key.stage, key.step, key.purpose],
        };
        const { sql, values } = filterCondition(asked, {
          ...filterContext,
          verdict: verdict(),
          scope: bestOfStep,
          indexed: null,
        });
        const rows = database
          .prepare(`SELECT sample, prompt, completion, ${sql} AS hit FROM rollouts WHERE ${scope.sql} ORDER BY sample`)
          .all(...values, ...scope.values)
          .map((row) => matchRow.parse(row));
        const marks = markFinder(asked);
        return {
          samples: rows.filter(({ hit }) => hit === 1).map(({ sample }) => sample),
          marks: rows.map(({ sample, prompt, completion }) => ({
            sample,
            prompt: marks("prompt", prompt),
            completion: marks("completion", completion),
          })),
        };
      });
    },
    rewardNames: () =>
      reading(() => {
        const names = new Set<string>();
        for (const order of ["ASC", "DESC"])
          for (const row of database
            .prepare(`SELECT rewards FROM rollouts ORDER BY id ${order} LIMIT ${namedRows}`)
            .all())
            for (const name of Object.keys(namesRow.parse(row).rewards)) names.add(name);
        return [...names].sort();
      }),
    group: (key) => reading(() => inGroup(key).map((row) => rolloutRow.parse(row))),
    groupWithRows: (key) => reading(() => inGroup(key).map((row) => rolloutRowWithRow.parse(row))),
    tokens: (key, part = "whole") => reading(() => readTokens(database, key, part)),
    samePrompt: (key, most) => reading(() => samePrompt(database, verdict(), key, most)),
    trained: (stage, step) => reading(() => readStep(database, stage, step)),
    trainedPrint: (stage, step) => reading(() => stepPrint(database, stage, step)),
    newest: (limit) =>
      reading(() =>
        database
          .prepare(`SELECT ${columns()} FROM rollouts WHERE purpose = 'train' ORDER BY id DESC LIMIT ?`)
          .all(limit)
          .map((row) => rolloutRowWithRow.parse(row))
          .reverse(),
      ),
    close: () => database.close(),
  };
}
