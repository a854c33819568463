/** Rows of JSONL files. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { resolveFrom } from "../recipes/check";
import type { TaskSpec } from "../recipes/schema";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { isHeldOut } from "./splits";
import type { Task, TaskRow } from "./task";

type DatasetSpec = Extract<TaskSpec, { name: "dataset" }>;

const rowSchema = z.record(z.string(), z.unknown());

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch (error) {
    throw new Error(`The dataset ${path} cannot be read. The path is relative to the recipe.`, { cause: error });
  }
}

/** The text of a column; numbers are taken as they are written. */
function textOf(row: Readonly<Record<string, unknown>>, column: string, place: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  const columns = Object.keys(row).join(", ") || "none";
  throw new Error(
    value === undefined
      ? `${place}: there is no column "${column}"; there are: ${columns}. Set prompt_column, answer_column or completion_column of the task.`
      : `${place}: the column "${column}" must be text or a number.`,
  );
}

/** Reads every row of a file. Throws with `FILE:LINE` and what is wrong there. */
function readRows(path: string, spec: DatasetSpec): TaskRow[] {
  const rows = readLines(path).flatMap((line, index): TaskRow[] => {
    if (line.trim() === "") return [];
    const place = `${path}:${index + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new Error(`${place}: not JSON: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    const columns = rowSchema.safeParse(value);
    if (!columns.success || Array.isArray(value)) throw new Error(`${place}: a row must be a JSON object.`);
    if (spec.completion_column !== undefined) textOf(columns.data, spec.completion_column, place);
    return [
      {
        prompt: textOf(columns.data, spec.prompt_column, place),
        answer: textOf(columns.data, spec.answer_column, place),
        columns: columns.data,
      },
    ];
  });
  if (rows.length === 0) throw new Error(`The dataset ${path} has no rows.`);
  return rows;
}

/** A dataset's rows, split into training and held-out ones. `folder`: what the paths are relative to. Throws when a file cannot be used. */
export function dataset(spec: DatasetSpec, folder: string): Task {
  const all = readRows(resolveFrom(folder, spec.train), spec);
  const listed = spec.held_out === undefined ? null : readRows(resolveFrom(folder, spec.held_out), spec);
  const heldOut = listed ?? all.filter(({ prompt }) => isHeldOut(prompt));
  const apart = new Set(heldOut.map(({ prompt }) => prompt));
  const training = all.filter(({ prompt }) => !apart.has(prompt));
  if (training.length === 0)
    throw new Error(`Every prompt of ${spec.train} is held out: there is nothing to train on.`);

  const { completion_column } = spec;
  const texts = [...all, ...heldOut].flatMap(({ prompt, answer, columns }) => [
    prompt,
    answer,
    ...(completion_column === undefined ? [] : [String(columns?.[completion_column])]),
  ]);
  const tags = /<\/?(?:think|answer)>/g;
  return {
    name: spec.name,
    symbols: [...new Set(texts.flatMap((text) => Array.from(text.replace(tags, ""))))].sort(),
    rows: { kind: "listed", training, heldOut },
    completion({ columns }) {
      if (completion_column === undefined) {
        throw new Error("A cold start on a dataset needs its right completions: set completion_column of the task.");
      }
      return String(columns?.[completion_column]);
    },
    extract: (completion) => splitReasoning(completion).answer,
  };
}
