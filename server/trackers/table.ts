/** Tables with a step: verl's file logger, JSONL of any other, CSV and TSV. */
import { basename } from "node:path";
import { numberOf, type Columns } from "../rows/row";
import { rowsOf, type UnreadRow } from "../rows/read-rows";
import { amount } from "../shared/amount";
import { plural } from "../shared/plural";
import { messageOf, UserError } from "../shared/user-error";
import { gatherMetrics, type TrackerMetrics } from "./gather";
import { parsePythonJson } from "./python-json";

/** Names of the column that says the step, the first that a row has. */
export const stepNames = [
  "step",
  "global_step",
  "_step",
  "train/global_step",
  "training/global_step",
  "iteration",
  "iter",
] as const;
const timeNames = ["time", "timestamp", "_timestamp", "wall_time"] as const;

const bounds = { depth: 20, values: 100_000 };

const isObject = (value: unknown): value is Columns =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A line of Python's JSON has numbers that JSON does not. Throws with what is wrong. */
function columnsOf(row: UnreadRow): Columns {
  try {
    return row.columns();
  } catch (error) {
    if (row.text === null || !/NaN|Infinity/.test(row.text)) throw error;
    const value = parsePythonJson(row.text, bounds);
    if (!isObject(value)) throw error;
    return value;
  }
}

/** Milliseconds since the epoch, of seconds, milliseconds or a date. */
function timeOf(value: unknown): number {
  const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return number > 1e11 ? number : number * 1000;
  const date = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isFinite(date) ? date : 0;
}

/** Throws a UserError for a file without any step. */
export function readTable(path: string): TrackerMetrics {
  const gathered = gatherMetrics();
  const run = basename(path)
    .replace(/\.(?:gz|zst)$/i, "")
    .replace(/\.[^.]*$/, "");
  let verl = false;
  let rows = 0;
  let damaged = 0;
  let firstDamage = "";
  let without = 0;
  let columnsSeen = "";
  for (const row of rowsOf(path)) {
    let columns: Columns;
    try {
      columns = columnsOf(row);
    } catch (error) {
      damaged++;
      if (damaged === 1) firstDamage = `line ${amount(row.line)}: ${messageOf(error)}`;
      continue;
    }
    const stepName = stepNames.find((name) => numberOf(columns, name) !== null);
    if (stepName === undefined) {
      without++;
      columnsSeen ||= Object.keys(columns).slice(0, 8).join(", ");
      continue;
    }
    rows++;
    const step = numberOf(columns, stepName)!;
    // verl's FileLogger: {"step": 1, "data": {…}}
    const nested = isObject(columns["data"]) && Object.keys(columns).length === 2;
    verl ||= nested;
    const numbers = nested ? (columns["data"] as Columns) : columns;
    const timeName = nested ? undefined : timeNames.find((name) => numbers[name] !== undefined);
    const time = timeName === undefined ? 0 : timeOf(numbers[timeName]);
    for (const [name, value] of Object.entries(numbers)) {
      if (name === stepName || name === timeName) continue;
      // An empty cell, or what Python wrote as NaN.
      if (value === null || value === "") {
        if (value === null && row.text !== null) gathered.add(run, step, time, name, Number.NaN);
        continue;
      }
      const number = typeof value === "object" ? null : numberOf({ value }, "value");
      if (number === null) gathered.leftOut(typeof value === "object" ? "lists and objects" : "text", name);
      else gathered.add(run, step, time, name, number);
    }
  }
  if (rows === 0)
    throw new UserError(
      damaged > 0 && without === 0
        ? `${path} has no row that can be read: ${firstDamage}.`
        : `${path} has no column of steps (${stepNames.slice(0, 4).join(", ")} or ${stepNames.at(-2)!})${columnsSeen === "" ? "" : `; it has ${columnsSeen}`}.`,
    );
  if (damaged > 0)
    gathered.note(`Left out: ${plural(damaged, "line")} that cannot be read, the first of them ${firstDamage}.`);
  if (without > 0) gathered.note(`Left out: ${plural(without, "row")} without a step.`);
  return gathered.done(verl ? "verl" : "table");
}
