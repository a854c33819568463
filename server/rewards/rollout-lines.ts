/** Rollouts to score as a batch: JSON Lines, one completion a line. */
import * as z from "zod";
import type { ScoreGroup } from "../protocol/rewards";

const lineSchema = z.looseObject({
  prompt: z.string(),
  completion: z.string(),
  answer: z.string(),
  /** Further columns of the task's row; other keys of the line count as such too. */
  row: z.record(z.string(), z.unknown()).optional(),
  completion_ids: z.array(z.int()).optional(),
  /** Tells apart groups of the same prompt. */
  group: z.union([z.string(), z.number()]).optional(),
});

export interface RolloutLine {
  /** In the file, from 1. */
  readonly line: number;
  /** The line as it stands. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly prompt: string;
  readonly completion: string;
  readonly answer: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly completionIds: readonly number[] | null;
  /** Lines with the same, one after the other, are the samples of one group: the same prompt, answer and `group`. */
  readonly group: string;
}

export type ParsedLine = { readonly rollout: RolloutLine } | { readonly problem: string };

const form = 'A line is {"prompt": "…", "completion": "…", "answer": "…"}.';
const kindOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : typeof value === "string"
        ? "text"
        : typeof value === "object"
          ? "an object"
          : `a ${typeof value}`;

function problemOf(data: unknown, issue: z.core.$ZodIssue | undefined): string {
  const field = issue?.path[0];
  if (typeof field !== "string") return `This line is ${kindOf(data)}. ${form}`;
  const value = Object.entries(data ?? {}).find(([name]) => name === field)?.[1] as unknown;
  if (value === undefined) return `"${field}" is missing. ${form}`;
  const wanted: Readonly<Record<string, string>> = {
    row: "an object",
    completion_ids: "a list of whole numbers",
    group: "text or a number",
  };
  return `"${field}" is ${wanted[field] ?? "text"}, not ${field === "completion_ids" ? "what stands here" : kindOf(value)}.`;
}

/** Reads one line that is not blank. */
export function parseRolloutLine(text: string, line: number): ParsedLine {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { problem: `This line is not one JSON object. ${form}` };
  }
  const parsed = lineSchema.safeParse(data);
  if (!parsed.success) return { problem: problemOf(data, parsed.error.issues[0]) };
  const { completion, row, completion_ids, group, ...rest } = parsed.data;
  return {
    rollout: {
      line,
      data: parsed.data,
      prompt: rest.prompt,
      completion,
      answer: rest.answer,
      row: { ...rest, ...row },
      completionIds: completion_ids ?? null,
      group: JSON.stringify([group ?? null, rest.prompt, rest.answer]),
    },
  };
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
