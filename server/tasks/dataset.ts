/** Rows of JSONL files. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { resolveFrom } from "../recipes/resolve-from";
import type { TaskSpec } from "../recipes/schema";
import { canonicalPrompt } from "../shared/canonical-prompt";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { formatReaders } from "./dataset-formats";
import type { FormatReader } from "./dataset-formats";
import { isHeldOut } from "./splits";
import { withoutFence } from "./task";
import type { Task, TaskRow } from "./task";

type DatasetSpec = Extract<TaskSpec, { name: "dataset" }>;

const tags = /<\/?(?:think|answer)>/g;
const rowSchema = z.record(z.string(), z.unknown());

function readLines(path: string): string[] {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n");
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

const readerOf = ({ format }: DatasetSpec): FormatReader | null =>
  format === "columns" ? null : formatReaders[format];

function readAs(reader: FormatReader, columns: Readonly<Record<string, unknown>>, place: string): TaskRow {
  try {
    return reader.read(columns);
  } catch (error) {
    throw new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Reads every row of a file. Throws with `FILE:LINE` and what is wrong there. */
function readRows(path: string, spec: DatasetSpec): TaskRow[] {
  const reader = readerOf(spec);
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
    if (reader) return [readAs(reader, columns.data, place)];
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
  const apart = new Set(heldOut.map(({ prompt }) => canonicalPrompt(prompt)));
  const training = all.filter(({ prompt }) => !apart.has(canonicalPrompt(prompt)));
  if (training.length === 0)
    throw new Error(`Every prompt of ${spec.train} is held out: there is nothing to train on.`);

  const reader = readerOf(spec);
  const { completion_column } = spec;
  const completionOf = ({ columns = {} }: TaskRow): string | undefined =>
    reader
      ? reader.read(columns).completion
      : completion_column === undefined
        ? undefined
        : String(columns[completion_column]);
  const symbols = new Set<string>();
  for (const row of [...all, ...heldOut])
    for (const text of [row.prompt, row.answer, completionOf(row) ?? ""])
      for (const symbol of text.replace(tags, "")) symbols.add(symbol);
  return {
    name: spec.name,
    symbols: [...symbols].sort(),
    rows: { kind: "listed", training, heldOut },
    completion(row) {
      const completion = completionOf(row);
      if (completion === undefined) {
        throw new Error("A cold start on a dataset needs its right completions: set completion_column of the task.");
      }
      return completion;
    },
    extract(completion) {
      const { answer } = splitReasoning(completion);
      return answer !== null && reader?.language ? withoutFence(answer) : answer;
    },
    ...(reader?.accepts ? { accepts: reader.accepts } : {}),
    ...(reader?.language ? { language: reader.language } : {}),
  };
}
