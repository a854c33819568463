/** Rows of a table of rollouts, which a tool of Python may have written with numbers that JSON does not know. */
import { rowsOf, type UnreadRow } from "../rows/read-rows";
import type { Columns } from "../rows/row";
import { UserError } from "../shared/user-error";
import { parsePythonJson } from "../trackers/python-json";

const bounds = { depth: 50, values: 1_000_000 };

const isObject = (value: unknown): value is Columns =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Throws with what is wrong, without the place. */
export function columnsOf(row: UnreadRow): Columns {
  try {
    return row.columns();
  } catch (error) {
    if (row.text === null || !/NaN|Infinity/.test(row.text)) throw error;
    const value = parsePythonJson(row.text, bounds);
    if (!isObject(value)) throw error;
    return value;
  }
}

/** As {@link columnsOf}, without how numbers are written. */
export function plainColumns(row: UnreadRow): Columns {
  if (row.text === null) return row.columns();
  const value = parsePythonJson(row.text, bounds);
  if (!isObject(value)) throw new UserError("a row must be a JSON object");
  return value;
}

/** Rows by which the columns of a file are known. */
const looked = 50;

/** The first rows of a file that are any. */
export function firstRows(path: string): Columns[] {
  const rows: Columns[] = [];
  for (const row of rowsOf(path)) {
    try {
      rows.push(columnsOf(row));
    } catch {
      // Counted when all rows are read.
    }
    if (rows.length >= looked || row.line > 20 * looked) break;
  }
  return rows;
}
