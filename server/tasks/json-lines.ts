/** Rows of JSONL files that people bring: one JSON object a line. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as z from "zod";

export interface JsonLine {
  /** From 1. */
  readonly line: number;
  readonly columns: Readonly<Record<string, unknown>>;
}

const objectSchema = z.record(z.string(), z.unknown());

function readText(path: string, what: string): string {
  try {
    const bytes = readFileSync(path);
    return new TextDecoder("utf-8", { fatal: true }).decode(path.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  } catch (error) {
    if (error instanceof TypeError) {
      const instead = "it is not text in UTF-8. Save it in that encoding";
      throw new Error(`${what} ${path} cannot be read: ${instead}.`, { cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what} ${path} cannot be read: ${reason}. The path is relative to the recipe.`, { cause: error });
  }
}

/** The object of one line. Throws with what is wrong, without the place. */
function readObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (text.trim() === "[")
      throw new Error(
        "this is one JSON array, not JSONL. Write one object a line, without brackets and commas around",
        {
          cause: error,
        },
      );
    throw new Error(`not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const parsed = objectSchema.safeParse(value);
  if (!parsed.success || Array.isArray(value))
    throw new Error(
      `a row must be a JSON object${Array.isArray(value) ? ", not an array. Write one object a line" : ""}`,
    );
  return parsed.data;
}

/**
 * What `read` makes of each line; empty lines are skipped, a byte order mark is no part of the first, and `.gz` is unpacked. `what`: the file in
 * words, for messages. Throws with `FILE:LINE` and what is wrong there, and when there is nothing.
 */
export function readJsonLines<T>(path: string, what: string, read: (row: JsonLine) => T): T[] {
  const rows = readText(path, what)
    .split("\n")
    .flatMap((text, index): T[] => {
      if (text.trim() === "") return [];
      try {
        return [read({ line: index + 1, columns: readObject(text) })];
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${path}:${index + 1}: ${/[.!?]$/.test(reason) ? reason : `${reason}.`}`, { cause: error });
      }
    });
  if (rows.length === 0) throw new Error(`${what} ${path} has no rows.`);
  return rows;
}

/** What a row has, for messages. */
export const columnNames = (columns: Readonly<Record<string, unknown>>): string =>
  Object.keys(columns).join(", ") || "none";

const valueAt = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null
    ? Object.entries(value).find(([name]): boolean => name === key)?.[1]
    : undefined;

/** What a zod issue says of a column, in words: whether it is missing, empty, or something else than it must be. */
export function describeIssue(issue: z.core.$ZodIssue, columns: Readonly<Record<string, unknown>>): string {
  const path = issue.path.map(String).join(".");
  const value = issue.path.reduce<unknown>((at, key) => valueAt(at, String(key)), columns);
  if (path === "") return issue.message;
  if (value === undefined) return `"${path}" is missing`;
  if (value === "" || (Array.isArray(value) && value.length === 0)) return `"${path}" is empty`;
  return `"${path}": ${issue.message}`;
}
