/** Rows of the files that people bring, whatever their format. */
import type * as z from "zod";
import { numberSource } from "./exact-json";

export type Columns = Readonly<Record<string, unknown>>;

export interface Row {
  /** From 1: the line where the row begins, in Parquet the number of the row. */
  readonly line: number;
  readonly columns: Columns;
}

/** What a row has, for messages. */
export const columnNames = (columns: Columns): string => Object.keys(columns).join(", ") || "none";

interface Place {
  readonly holder: object;
  readonly key: string;
  readonly value: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const ownValue = (holder: object, key: string): unknown =>
  Object.hasOwn(holder, key) && !(Array.isArray(holder) && key === "length") ? (holder as Columns)[key] : undefined;

/** Where a column stands. A name that the row itself has wins over a path with dots; names with dots are found within columns too. */
function placeOf(holder: object, path: string): Place | null {
  const whole = ownValue(holder, path);
  if (whole !== undefined) return { holder, key: path, value: whole };
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const inner = ownValue(holder, path.slice(0, dot));
    const found = isObject(inner) ? placeOf(inner, path.slice(dot + 1)) : null;
    if (found) return found;
  }
  return null;
}

/** The value of a column, also of one within others: `reward_model.ground_truth`, `choices.0.text`. Undefined: there is none. */
export const valueOf = (columns: Columns, path: string): unknown => placeOf(columns, path)?.value;

/** The text of a column; of a number, as it is written in the file. Null: there is neither text nor a number. */
export function textOf(columns: Columns, path: string): string | null {
  const place = placeOf(columns, path);
  if (place === null) return null;
  const { holder, key, value } = place;
  if (typeof value === "string") return value;
  return typeof value === "number" ? (numberSource(holder, key) ?? String(value)) : null;
}

/** The number of a column, or the one that its text is: CSV has only text. Null: neither. */
export function numberOf(columns: Columns, path: string): number | null {
  const value = valueOf(columns, path);
  if (typeof value !== "number" && (typeof value !== "string" || value.trim() === "")) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** What a zod issue says of a column, in words: whether it is missing, empty, or something else than it must be. */
export function describeIssue(issue: z.core.$ZodIssue, columns: Columns): string {
  const path = issue.path.map(String).join(".");
  const value = issue.path.reduce<unknown>(
    (at, key) => (isObject(at) ? ownValue(at, String(key)) : undefined),
    columns,
  );
  if (path === "") return issue.message;
  if (value === undefined) return `"${path}" is missing`;
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return `"${path}" is empty`;
  return `"${path}": ${issue.message}`;
}
