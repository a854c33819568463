/** Finds the rollouts of one prompt. */
import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { TraceGroupParams } from "../protocol/editor";
import { promptRolloutSchema, type PromptHistory } from "../protocol/prompt-history";
import { drawnRow } from "./filter-sql";

/** Characters of a prompt that the index is asked for: its end, since beginnings are often the same. */
const asked = 24;
/** Trigrams find texts of three characters and more. */
const trigramLength = 3;

const row = promptRolloutSchema.extend({ greedy: z.number().transform((value) => value === 1) });

/**
 * The newest `most` rollouts with the prompt of a group, in order of the run. By the full-text index, which holds no order: the whole prompt is compared in
 * what it finds.
 */
export function samePrompt(
  database: DatabaseSync,
  verdict: string,
  key: Omit<TraceGroupParams, "folder">,
  most: number,
): PromptHistory {
  const found = database
    .prepare(
      "SELECT prompt FROM rollouts WHERE stage = ? AND step = ? AND purpose = ? AND group_index = ? ORDER BY sample LIMIT 1",
    )
    .get(key.stage, key.step, key.purpose, key.group);
  const prompt = z.object({ prompt: z.string() }).safeParse(found).data?.prompt;
  if (prompt === undefined) return { rollouts: [], more: false };
  const end = Array.from(prompt).slice(-asked).join("");
  // What SQLite cuts a text at is not in the index.
  const indexed = Array.from(end).length >= trigramLength && !end.includes("\0") && end.isWellFormed();
  const among = indexed
    ? {
        sql: "id IN (SELECT rowid FROM rollout_text WHERE rollout_text MATCH ?) AND",
        values: [`prompt : "${end.replaceAll('"', '""')}"`],
      }
    : { sql: "", values: [] };
  const rows = database
    .prepare(
      `SELECT stage, step, purpose, group_index AS "group", sample, extracted, ${verdict} AS correct, reward, length,
         finish_reason AS finishReason, NOT (${drawnRow}) AS greedy
       FROM rollouts WHERE ${among.sql} prompt = ? ORDER BY id DESC LIMIT ?`,
    )
    .all(...among.values, prompt, most + 1);
  const rollouts = rows.slice(0, most).map((one) => row.parse(one));
  return { rollouts: rollouts.reverse(), more: rows.length > most };
}
