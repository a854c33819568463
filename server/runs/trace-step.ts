/** A step of training as it is learned again: its rollouts without their texts, with what rewards said of them and the numbers of their tokens. */
import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { finishReasonSchema, type FinishReason, type RewardOutcome } from "../protocol/traces";
import { sizeText } from "../shared/size-text";
import { UserError } from "../shared/user-error";
import { outcomesText } from "./trace-json";
import { tokenRowSchema, tokensIn, type StoredTokens } from "./trace-tokens";

export interface TrainedRollout {
  readonly group: number;
  readonly sample: number;
  readonly finishReason: FinishReason;
  /** By the function's name. */
  readonly rewards: Readonly<Record<string, RewardOutcome>>;
  readonly reward: number | null;
  readonly advantage: number | null;
  readonly perToken: Omit<StoredTokens, "texts">;
}

/** Bytes of token numbers of one step that are read at once. */
const mostBytes = 1 << 29;

const rowSchema = tokenRowSchema.partial().extend({
  group: z.int(),
  sample: z.int(),
  finishReason: finishReasonSchema,
  rewards: outcomesText,
  reward: z.number().nullable(),
  advantage: z.number().nullable(),
  tokens: z.instanceof(Uint8Array).nullable(),
});

const ofStep = "stage = ? AND step = ? AND purpose = 'train'";

/** Another text when rollouts of the step were added or replaced. */
export function stepPrint(database: DatabaseSync, stage: string, step: number): string {
  const row = database
    .prepare(`SELECT count(*) || ' ' || min(id) || ' ' || max(id) AS print FROM rollouts WHERE ${ofStep}`)
    .get(stage, step);
  return String(row?.["print"]);
}

/** By group and sample. Throws an Error for people where the step has more numbers than are read at once. */
export function readStep(database: DatabaseSync, stage: string, step: number): TrainedRollout[] {
  const { bytes } = z.object({ bytes: z.number().nullable() }).parse(
    database
      .prepare(
        `SELECT sum(length(t.tokens) + ifnull(length(t.logprobs), 0) + ifnull(length(t.old_logprobs), 0)
           + ifnull(length(t.reference_logprobs), 0) + ifnull(length(t.entropy), 0) + ifnull(length(t.ratio), 0)) AS bytes
         FROM rollouts r JOIN rollout_tokens t USING (id) WHERE ${ofStep}`,
      )
      .get(stage, step),
  );
  if ((bytes ?? 0) > mostBytes)
    throw new UserError(
      `Step ${step} of ${stage} has ${sizeText(bytes ?? 0)} of token numbers; at most ${sizeText(mostBytes)} are learned again.`,
    );
  return database
    .prepare(
      `SELECT group_index AS "group", sample, finish_reason AS finishReason, rewards, reward, advantage,
         t.tokens, t.logprobs, t.old_logprobs, t.reference_logprobs, t.entropy, t.ratio, t.clipped
       FROM rollouts r LEFT JOIN rollout_tokens t USING (id) WHERE ${ofStep} ORDER BY group_index, sample`,
    )
    .all(stage, step)
    .map((found): TrainedRollout => {
      const { group, sample, finishReason, rewards, reward, advantage, ...row } = rowSchema.parse(found);
      const perToken = tokensIn({
        tokens: row.tokens ?? new Uint8Array(),
        logprobs: row.logprobs ?? null,
        old_logprobs: row.old_logprobs ?? null,
        reference_logprobs: row.reference_logprobs ?? null,
        entropy: row.entropy ?? null,
        ratio: row.ratio ?? null,
        clipped: row.clipped ?? null,
      });
      return { group, sample, finishReason, rewards, reward, advantage, perToken };
    });
}
