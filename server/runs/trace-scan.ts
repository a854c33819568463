/** Reads whole steps of rollouts, for what is counted over all of them. */
import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import {
  rolloutPurposeSchema,
  rolloutSummarySchema,
  type RolloutPurpose,
  type StepIndexEntry,
} from "../protocol/traces";
import type { RewardOutcome, RolloutSummary } from "../protocol/traces";
import { outcomesText } from "./trace-json";
import { drawnRow } from "./filter-sql";

/** The rollouts of one step and purpose. */
export interface StepKey {
  readonly stage: string;
  readonly step: number;
  readonly purpose: RolloutPurpose;
}

export interface StepPrint extends StepIndexEntry {
  /** Another one when rollouts of the step were added or replaced. */
  readonly print: string;
}

/** A rollout as far as its text tells. */
export interface RolloutText {
  readonly group: number;
  readonly sample: number;
  readonly prompt: string;
  readonly completion: string;
  /** Gold answer. */
  readonly answer: string;
  readonly extracted: string | null;
  readonly finishReason: RolloutSummary["finishReason"];
  /** The task's verdict; null where none is known. */
  readonly correct: boolean | null;
  readonly tokens: Int32Array;
}

/** A rollout with what rewards are given of it, and what they said. */
export interface ScoredRollout {
  readonly group: number;
  readonly sample: number;
  readonly prompt: string;
  readonly completion: string;
  /** Gold answer. */
  readonly answer: string;
  /** By the function's name. */
  readonly rewards: Readonly<Record<string, RewardOutcome>>;
  /** The row's columns as JSON text; null where an older version recorded the rollout. */
  readonly row: string | null;
  /** Token ids as they are stored, little-endian int32: they are passed on as they are. */
  readonly tokens: Uint8Array;
}

/** What rewards said of a rollout, and the task. */
export interface JudgedRollout {
  readonly stage: string;
  readonly step: number;
  /** By the function's name. */
  readonly rewards: Readonly<Record<string, RewardOutcome>>;
  /** The task's verdict; null where none is known. */
  readonly correct: boolean | null;
}

export interface TraceScan {
  /** The newest step of training, at most so many of its rollouts. */
  newestStep(limit: number): JudgedRollout[];
  /** All rollouts of a step of training, by group and sample. */
  scored(stage: string, step: number): ScoredRollout[];
  /** In order of the run. */
  prints(): StepPrint[];
  /** Those that were drawn: rates count no greedy completions. */
  rollouts(key: StepKey): RolloutText[];
  /** Text of each token by its id. */
  vocabulary(): ReadonlyMap<number, string>;
}

const printRow = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  rollouts: z.int(),
  print: z.string(),
});
const textRow = z.object({
  group: z.int(),
  sample: z.int(),
  prompt: z.string(),
  completion: z.string(),
  answer: z.string(),
  extracted: z.string().nullable(),
  finishReason: rolloutSummarySchema.shape.finishReason,
  right: z.number().nullable(),
  tokens: z.instanceof(Uint8Array).nullable(),
});
const scoredRow = z.object({
  group: z.int(),
  sample: z.int(),
  prompt: z.string(),
  completion: z.string(),
  answer: z.string(),
  rewards: outcomesText,
  row: z.string().nullable(),
  tokens: z.instanceof(Uint8Array).nullable(),
});
const judgedRow = z.object({
  stage: z.string(),
  step: z.int(),
  rewards: outcomesText,
  right: z.number().nullable(),
});
const wordRow = z.object({ id: z.int(), text: z.string() });

/** `verdict`: SQL of a rollout's verdict; `added`: whether the store has the columns of newer versions. */
export const traceScan = (database: DatabaseSync, verdict: () => string, added: () => boolean): TraceScan => ({
  newestStep: (limit) =>
    database
      .prepare(
        `WITH newest AS (SELECT stage, step FROM rollouts WHERE purpose = 'train' ORDER BY id DESC LIMIT 1)
         SELECT stage, step, rewards, ${verdict()} AS right
         FROM rollouts JOIN newest USING (stage, step) WHERE purpose = 'train' ORDER BY group_index, sample LIMIT ?`,
      )
      .all(limit)
      .map((found): JudgedRollout => {
        const { right, ...rest } = judgedRow.parse(found);
        return { ...rest, correct: right === null ? null : right === 1 };
      }),
  scored: (stage, step) =>
    database
      .prepare(
        `SELECT group_index AS "group", sample, prompt, completion, answer, rewards,
           ${added() ? "(SELECT text FROM shared_texts WHERE id = row_id)" : "NULL"} AS row, t.tokens AS tokens
         FROM rollouts r LEFT JOIN rollout_tokens t USING (id)
         WHERE stage = ? AND step = ? AND purpose = 'train' ORDER BY group_index, sample`,
      )
      .all(stage, step)
      .map((found): ScoredRollout => {
        const { tokens, ...rest } = scoredRow.parse(found);
        return { ...rest, tokens: tokens ?? new Uint8Array() };
      }),
  // Answered by the index alone. A rollout that replaces another has an id of its own.
  prints: () =>
    database
      .prepare(
        `SELECT stage, step, purpose, count(*) AS rollouts,
           count(*) || ' ' || min(id) || ' ' || max(id) AS print
         FROM rollouts GROUP BY stage, step, purpose ORDER BY min(id)`,
      )
      .all()
      .map((row) => printRow.parse(row)),
  rollouts: ({ stage, step, purpose }) =>
    database
      .prepare(
        `SELECT group_index AS "group", sample, prompt, completion, answer, extracted, finish_reason AS finishReason,
           ${verdict()} AS right, t.tokens AS tokens
         FROM rollouts r LEFT JOIN rollout_tokens t USING (id)
         WHERE stage = ? AND step = ? AND purpose = ? AND ${drawnRow} ORDER BY group_index, sample`,
      )
      .all(stage, step, purpose)
      .map((row): RolloutText => {
        const { right, tokens, ...rest } = textRow.parse(row);
        return { ...rest, correct: right === null ? null : right === 1, tokens: idsOf(tokens ?? new Uint8Array()) };
      }),
  vocabulary: () =>
    new Map(
      database
        .prepare("SELECT id, text FROM vocabulary")
        .all()
        .map((row) => {
          const { id, text } = wordRow.parse(row);
          return [id, text];
        }),
    ),
});

/** Little-endian int32. */
function idsOf(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: Math.floor(bytes.byteLength / 4) }, (_, index) => view.getInt32(4 * index, true));
}
