/** Rows of data files that people bring: JSONL, CSV, TSV and Parquet, of any length. */
import { refuseHalfCharacters } from "../shared/half-character";
import { csvRows } from "./csv-rows";
import { filesOf, problemOfPath } from "./data-file";
import { parseJsonObject } from "./json-object";
import { parquetRows } from "./parquet-rows";
import type { Columns, Row } from "./row";
import { errorAt } from "./row-error";
import { textLines } from "./text-blocks";
import { UserError } from "../shared/user-error";

export type RowFormat = "jsonl" | "csv" | "tsv" | "parquet";

/** By the name; JSONL when it says nothing else. */
export function formatOf(path: string): RowFormat {
  const name = path.toLowerCase().replace(/\.(?:gz|zst)$/, "");
  if (name.endsWith(".parquet")) return "parquet";
  return name.endsWith(".csv") ? "csv" : name.endsWith(".tsv") ? "tsv" : "jsonl";
}

/** A row that may turn out to be none. */
export interface UnreadRow {
  /** As in {@link Row}. */
  readonly line: number;
  /** The line of JSONL as it stands, without its newline; null in other formats. */
  readonly text: string | null;
  /** Throws with what is wrong, without the place. */
  readonly columns: () => Columns;
}

function* unreadLines(path: string): Generator<UnreadRow> {
  for (const { text, line } of textLines(path)) yield { line, text, columns: () => parseJsonObject(text) };
}

function* unread(rows: Iterable<Row>): Generator<UnreadRow> {
  for (const { line, columns } of rows) yield { line, text: null, columns: () => columns };
}

/** The rows of one file, read as they are taken. Throws a RowError with the file, and with `FILE:LINE` where what is wrong has a line. */
export function rowsOf(path: string): Generator<UnreadRow> {
  const format = formatOf(path);
  if (format === "jsonl") return unreadLines(path);
  return unread(format === "parquet" ? parquetRows(path) : csvRows(path, format === "csv" ? "," : "\t"));
}

/** The rows of a file; what the system says of it in words. */
function* saidOf(file: string, what: string): Generator<UnreadRow> {
  try {
    yield* rowsOf(file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new UserError(`${what} ${file} cannot be read: ${error.message}.`, { cause: error });
  }
}

/** A row and the file that it stands in: one of several, where the path has a star. */
export interface PlacedUnreadRow extends UnreadRow {
  readonly file: string;
}

export interface PlacedRow extends Row {
  readonly file: string;
}

/**
 * The rows of a file, or of all files that a path with a star names, read as they are taken; blank lines are skipped, a byte order mark is no part of the
 * first, and `.gz` and `.zst` are unpacked. `what`: the file in words, for messages. Throws with the file and what is wrong with it.
 */
export function* placedRows(path: string, what: string): Generator<PlacedUnreadRow, undefined> {
  const problem = problemOfPath(path, what);
  if (problem !== null) throw new UserError(problem);
  for (const file of filesOf(path)) for (const row of saidOf(file, what)) yield { ...row, file };
  return undefined;
}

/**
 * What `read` makes of each of {@link placedRows}. Throws with `FILE:LINE` and what is wrong there (in Parquet the number of the row), and when there is
 * nothing.
 */
export function readRows<T>(path: string, what: string, read: (row: PlacedRow) => T): T[] {
  const rows: T[] = [];
  for (const { file, line, text, columns } of placedRows(path, what))
    try {
      const row = { file, line, columns: columns() };
      // A line of UTF-8 has half a character only where it is written as an escape.
      if (text === null || /\\ud/i.test(text)) refuseHalfCharacters(row.columns);
      rows.push(read(row));
    } catch (error) {
      throw errorAt(file, line, error);
    }
  if (rows.length === 0) throw new UserError(`${what} ${path} has no rows.`);
  return rows;
}
