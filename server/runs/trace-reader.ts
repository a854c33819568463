/** Answers the views' questions about recorded rollouts; read-only, and safe while the run goes on writing. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { TraceGroupParams, TraceTokensParams } from "../protocol/editor";
import {
  groupSummarySchema,
  rolloutWithRowSchema,
  rolloutPurposeSchema,
  rolloutSummarySchema,
  type GroupSummary,
  type RolloutSummary,
  type RolloutWithRow,
  type StepIndexEntry,
  type TraceFilter,
} from "../protocol/traces";
import type { PromptHistory } from "../protocol/prompt-history";
import { UnusableFile } from "../files/workspace-file";
import { recordPath, tracesPath } from "./paths";
import { readRecord } from "./record";
import { refuseOddStore, refuseOtherTables } from "./trace-check";
import { outcomesText, tagsText } from "./trace-json";
import { drawnRow, rolloutCondition, verdictOf } from "./trace-query";
import { samePrompt } from "./trace-prompt";
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
  /** All samples of a group, the greedy one too. */
  group(key: GroupKey): RolloutSummary[];
  /** The same with what rewards are given of the task's row. */
  groupWithRows(key: GroupKey): RolloutWithRow[];
  /** Tokens of one rollout; none when it is not there. */
  tokens(key: RolloutKey): StoredTokens;
  /** The newest `most` rollouts with the prompt of a group, in order of the run. */
  samePrompt(key: GroupKey, most: number): PromptHistory;
  /** A step of training as it is learned again, and a text that is another when its rollouts are. */
  trained(stage: string, step: number): TrainedRollout[];
  trainedPrint(stage: string, step: number): string;
  /** The newest rollouts of training, at most `limit`, oldest first: what rewards are tried on. */
  newest(limit: number): RolloutWithRow[];
  close(): void;
}

const nothing: TraceReader = {
  steps: () => [],
  groups: () => ({ total: 0, groups: [] }),
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
const stepRow = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  rollouts: z.int(),
});

const recordedColumns = `stage, step, purpose, group_index AS "group", sample, prompt, completion, answer, extracted,
  finish_reason AS finishReason, rewards, reward, advantage, reward_hash AS rewardHash, checkpoint, tags, length`;

/** `added`: whether the store has {@link addedColumns}. */
const summaryColumns = (added: boolean, verdict: string): string =>
  added
    ? `${recordedColumns}, ${verdict} AS correct, (SELECT text FROM shared_texts WHERE id = row_id) AS row,
       CASE seen_id WHEN ${seenAsWritten} THEN prompt ELSE (SELECT text FROM shared_texts WHERE id = seen_id) END AS promptAsSeen`
    : `${recordedColumns}, ${verdict} AS correct, NULL AS row, NULL AS promptAsSeen`;

const groupKey = "stage, step, purpose, group_index";

/** Standard deviation with n − 1, as TRL's `reward_std`; 0 for a single sample. */
const deviation =
  "sqrt(max(0, sum(reward * reward) - count(reward) * avg(reward) * avg(reward)) / max(1, count(reward) - 1))";

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

/** Opens the traces of a run; a run without any answers with nothing. Throws an Error for people when the file is damaged. */
export function openTraces(runFolder: string): TraceReader {
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
      reading(() =>
        database
          .prepare(
            `SELECT stage, step, purpose, count(*) AS rollouts FROM rollouts GROUP BY stage, step, purpose ORDER BY min(id)`,
          )
          .all()
          .map((row) => stepRow.parse(row)),
      ),
    groups: (filter, offset, limit) =>
      reading(() => {
        const { sql, values } = rolloutCondition(filter, verdict());
        const matching = `SELECT DISTINCT ${groupKey} FROM rollouts WHERE ${sql}`;
        const total = database.prepare(`SELECT count(*) AS total FROM (${matching})`).get(...values)?.["total"];
        const rows = database
          .prepare(
            `WITH began AS (SELECT stage, min(id) AS first FROM rollouts GROUP BY stage),
               page AS (SELECT * FROM (${matching}) JOIN began USING (stage)
                 ORDER BY first DESC, step DESC, purpose DESC, group_index LIMIT ? OFFSET ?)
             SELECT stage, step, purpose, group_index AS "group", min(prompt) AS prompt, min(answer) AS answer, count(*) AS samples,
               avg(reward) AS rewardMean, CASE WHEN count(reward) = 0 THEN NULL ELSE ${deviation} END AS rewardStd,
               avg(CASE WHEN length >= 0 THEN length END) AS lengthMean, sum(errors) AS errors
             FROM page JOIN rollouts USING (${groupKey}) WHERE ${drawnRow}
             GROUP BY ${groupKey} ORDER BY min(first) DESC, step DESC, purpose DESC, group_index`,
          )
          .all(...values, limit, offset);
        return { total: z.int().parse(total), groups: rows.map((row) => groupSummarySchema.parse(row)) };
      }),
    group: (key) => reading(() => inGroup(key).map((row) => rolloutRow.parse(row))),
    groupWithRows: (key) => reading(() => inGroup(key).map((row) => rolloutRowWithRow.parse(row))),
    tokens: (key) => reading(() => readTokens(database, key)),
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
