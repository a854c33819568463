/** Writes rollouts into `traces.sqlite`, a step in one transaction. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { UnusableFile } from "../files/workspace-file";
import { refuseOddStore, refuseOtherTables } from "./trace-check";
import type { RolloutRecord } from "../protocol/traces";
import { writing } from "./atomic-file";
import { tracesPath } from "./paths";
import { placeOfTraces } from "./trace-place";
import {
  addedColumns,
  addedTokenColumns,
  seenAsWritten,
  traceFormat,
  traceIndexes,
  traceTables,
  countedStep,
  countedSteps,
} from "./trace-schema";
import { UserError } from "../shared/user-error";

export interface TraceWriter {
  /** Adds rollouts, all or none; one that is there already under the same stage, step, purpose, group and sample is replaced. */
  recordRollouts(rollouts: readonly RolloutRecord[]): void;
  /** Texts of the tokens, by token id; `first`: the id of the first. */
  recordVocabulary(texts: readonly string[], first?: number): void;
  /** Puts tags on rollouts that are recorded, all or none. */
  tagRollouts(rollouts: readonly TaggedRollout[]): void;
  /** Throws a `FileLost` when the store is not where it was any more; so does every write, ahead of it. */
  check(): void;
  close(): void;
}

/** Which rollout, and its tags in place of those it has. */
export type TaggedRollout = Pick<RolloutRecord, "stage" | "step" | "purpose" | "group" | "sample" | "tags">;

const blob = (values: Int32Array | Float32Array | Uint8Array | null) =>
  values === null ? null : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

export function openTraceWriter(runFolder: string): TraceWriter {
  const path = tracesPath(runFolder);
  // From the first statement on: a reader that opens the file at this moment may hold it locked.
  if (existsSync(path)) refuseOddStore(path);
  const database = writing(path, () => new DatabaseSync(path, { timeout: 10_000 }));
  const { user_version: format } = writing(path, () => database.prepare("PRAGMA user_version").get()) ?? {};
  if (format !== 0 && format !== traceFormat) {
    database.close();
    throw new UserError(
      `${path} has format ${String(format)}; this version of Reasoning Lab writes format ${traceFormat}.`,
    );
  }
  try {
    writing(path, () => refuseOtherTables(database, path));
  } catch (error) {
    database.close();
    throw error instanceof Error && error.cause instanceof UnusableFile ? error.cause : error;
  }
  writing(path, () =>
    // Without recursive triggers a replaced row would stay in the full-text index.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA recursive_triggers = ON;"),
  );
  const transact = (work: () => void) =>
    writing(path, () => {
      database.exec("BEGIN IMMEDIATE");
      try {
        work();
        database.exec("COMMIT");
      } catch (error) {
        // A full disk may have ended the transaction already.
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    });
  const addMissing = (table: string, columns: readonly string[], type: string): void => {
    const present = new Set(
      database
        .prepare("SELECT name FROM pragma_table_info(?)")
        .all(table)
        .map(({ name }) => name),
    );
    for (const column of columns)
      if (!present.has(column)) database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  };
  transact(() => {
    database.exec(traceTables);
    addMissing("rollouts", addedColumns, "INTEGER");
    addMissing("rollout_tokens", addedTokenColumns, "BLOB");
    const before = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'rollout_steps'").get() === undefined;
    database.exec(traceIndexes);
    if (before) database.exec(`INSERT INTO rollout_steps ${countedSteps}`);
    database.exec(`PRAGMA user_version = ${traceFormat};`);
  });
  const place = placeOfTraces(database, path);
  const transaction = (work: () => void): void => {
    place.check();
    transact(work);
  };
  // What a damaged index hides from the statements above is found out here.
  const prepared = (statement: string) => writing(path, () => database.prepare(statement));
  const addRollout =
    prepared(`INSERT OR REPLACE INTO rollouts (stage, step, purpose, group_index, sample, prompt, completion,
    answer, extracted, finish_reason, rewards, errors, reward, advantage, reward_hash, checkpoint, tags, length,
    correct, row_id, seen_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const addTokens = prepared(`INSERT OR REPLACE INTO rollout_tokens
    (id, tokens, logprobs, old_logprobs, reference_logprobs, entropy, ratio, clipped, top_tokens, top_logprobs)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const findRollout = prepared(
    "SELECT 1 FROM rollouts WHERE stage = ? AND step = ? AND purpose = ? AND group_index = ? AND sample = ?",
  );
  const countStep = prepared(`INSERT OR REPLACE INTO rollout_steps ${countedStep}`);
  const growStep =
    prepared(`INSERT INTO rollout_steps (stage, step, purpose, rollouts, first, last) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET rollouts = rollouts + excluded.rollouts, first = min(first, excluded.first), last = max(last, excluded.last)`);
  const addText = prepared("INSERT OR IGNORE INTO shared_texts (hash, text) VALUES (?, ?)");
  const findText = prepared("SELECT id FROM shared_texts WHERE hash = ?");
  const addToken = prepared("INSERT OR REPLACE INTO vocabulary (id, text) VALUES (?, ?)");

  const tagOne = prepared(
    "UPDATE rollouts SET tags = ? WHERE stage = ? AND step = ? AND purpose = ? AND group_index = ? AND sample = ?",
  );

  /** Id of a text that is there once; null of none. */
  function sharedText(text: string | null): number | null {
    if (text === null) return null;
    const hash = createHash("sha256").update(text).digest();
    addText.run(hash, text);
    return Number(findText.get(hash)!["id"]);
  }

  const finite = (value: number | null) => (value === null || Number.isFinite(value) ? value : null);
  /** Its id. */
  function addOne(rollout: RolloutRecord): number {
    const errors = Object.values(rollout.rewards).filter((outcome) => outcome.kind === "error").length;
    const { lastInsertRowid } = addRollout.run(
      rollout.stage,
      rollout.step,
      rollout.purpose,
      rollout.group,
      rollout.sample,
      rollout.prompt,
      rollout.completion,
      rollout.answer,
      rollout.extracted,
      rollout.finishReason,
      JSON.stringify(rollout.rewards),
      errors,
      finite(rollout.reward),
      finite(rollout.advantage),
      rollout.rewardHash,
      rollout.checkpoint,
      JSON.stringify(rollout.tags),
      rollout.length,
      rollout.correct,
      sharedText(rollout.row),
      rollout.promptAsSeen === rollout.prompt ? seenAsWritten : sharedText(rollout.promptAsSeen),
    );
    const { perToken } = rollout;
    addTokens.run(
      lastInsertRowid,
      blob(perToken.tokens),
      blob(perToken.logprobs),
      blob(perToken.oldLogprobs),
      blob(perToken.referenceLogprobs),
      blob(perToken.entropy),
      blob(perToken.ratio),
      blob(perToken.clipped),
      blob(perToken.top?.ids ?? null),
      blob(perToken.top?.logprobs ?? null),
    );
    return Number(lastInsertRowid);
  }

  /** A step whose rollouts are replaced is counted anew; else what is new is added, for a step may have a million. */
  function addToStep(rollouts: readonly RolloutRecord[]): void {
    const { stage, step, purpose } = rollouts[0]!;
    const replaced = rollouts.some(
      ({ group, sample }) => findRollout.get(stage, step, purpose, group, sample) !== undefined,
    );
    const ids = rollouts.map(addOne);
    const once = new Set(rollouts.map(({ group, sample }) => `${group} ${sample}`)).size === rollouts.length;
    if (replaced || !once) countStep.run(stage, step, purpose);
    else growStep.run(stage, step, purpose, rollouts.length, ids[0]!, ids.at(-1)!);
  }

  return {
    recordRollouts: (rollouts) =>
      transaction(() => {
        for (const added of Map.groupBy(rollouts, (one) => JSON.stringify([one.stage, one.step, one.purpose])).values())
          addToStep(added);
      }),
    recordVocabulary: (texts, first = 0) =>
      transaction(() => texts.forEach((text, at) => addToken.run(first + at, text))),
    tagRollouts: (rollouts) =>
      transaction(() => {
        for (const { stage, step, purpose, group, sample, tags } of rollouts)
          tagOne.run(JSON.stringify(tags), stage, step, purpose, group, sample);
      }),
    check: () => place.check(),
    close: () => place.close(),
  };
}
