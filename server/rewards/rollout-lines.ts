/** Rollouts to score as a batch: rows of a file, one completion each. */
import * as z from "zod";
import type { ScoreGroup } from "../protocol/rewards";
import { exactJson } from "../rows/exact-json";
import type { PlacedUnreadRow } from "../rows/read-rows";
import { textOf, type Columns } from "../rows/row";
import { messageOf } from "../shared/user-error";

const lineSchema = z.looseObject({
  prompt: z.string(),
  completion: z.string(),
  /** A number is taken as it is written. */
  answer: z.union([z.string(), z.number()]),
  /** Further columns of the task's row; other keys of the line count as such too. */
  row: z.record(z.string(), z.unknown()).nullish(),
  completion_ids: z.array(z.int()).nullish(),
  /** Tells apart groups of the same prompt. */
  group: z.union([z.string(), z.number()]).nullish(),
});

export interface RolloutLine {
  readonly file: string;
  /** In the file, from 1. */
  readonly line: number;
  /** The line as it stands, without its newline; of a file that is not JSONL, its row as a line of JSONL. */
  readonly text: string;
  /** Names of its columns. */
  readonly columns: readonly string[];
  readonly prompt: string;
  readonly completion: string;
  readonly answer: string;
  readonly row: Columns;
  readonly completionIds: readonly number[] | null;
  /** Lines with the same, one after the other, are the samples of one group: the same prompt, answer and `group`. */
  readonly group: string;
}

export type ParsedLine = { readonly rollout: RolloutLine } | { readonly problem: string };

const form = 'A line is {"prompt": "…", "completion": "…", "answer": "…"}.';

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const wanted: Readonly<Record<string, string>> = {
  answer: "text or a number",
  row: "an object",
  completion_ids: "a list of whole numbers",
  group: "text or a number",
};

function problemOf(columns: Columns, issue: z.core.$ZodIssue | undefined): string {
  const field = String(issue?.path[0]);
  const value = columns[field];
  if (value === undefined) return `"${field}" is missing. ${form}`;
  const found = field === "completion_ids" && Array.isArray(value) ? "a list of something else" : kindOf(value);
  return `"${field}" must be ${wanted[field] ?? "text"}; here it is ${found}.`;
}

/** Reads one row. */
export function parseRollout({ file, line, text, columns: read }: PlacedUnreadRow): ParsedLine {
  let columns: Columns;
  try {
    columns = read();
  } catch (error) {
    const reason = messageOf(error);
    return { problem: /[.!?]$/.test(reason) ? reason : `${reason}.` };
  }
  const parsed = lineSchema.safeParse(columns);
  if (!parsed.success) return { problem: problemOf(columns, parsed.error.issues[0]) };
  const { completion, row, completion_ids, group, ...rest } = parsed.data;
  const answer = textOf(columns, "answer") ?? String(rest.answer);
  return {
    rollout: {
      file,
      line,
      text: text ?? exactJson(columns),
      columns: Object.keys(columns),
      prompt: rest.prompt,
      completion,
      answer,
      row: { ...rest, ...row },
      completionIds: completion_ids ?? null,
      group: JSON.stringify([group ?? null, rest.prompt, answer]),
    },
  };
}

/** The line with further columns behind its own, which stay as they are written. */
export function withColumns({ text }: RolloutLine, columns: Columns): string {
  const end = text.lastIndexOf("}");
  return `${text.slice(0, end)},${JSON.stringify(columns).slice(1, -1)}${text.slice(end)}`;
}

/** The message for a reward: samples of one prompt, of which the first says answer and row. */
export function scoreGroupOf(rollouts: readonly [RolloutLine, ...RolloutLine[]]): ScoreGroup {
  const { prompt, answer, row } = rollouts[0];
  const ids = rollouts.flatMap(({ completionIds }) => (completionIds === null ? [] : [[...completionIds]]));
  return {
    prompt,
    answer,
    row,
    completions: rollouts.map(({ completion }) => completion),
    ...(ids.length === rollouts.length ? { completionIds: ids } : {}),
  };
}
