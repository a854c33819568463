/** What a file of rollouts is, by its name and its first rows. */
import { readdirSync, closeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isFile, openFile, readRange } from "../files/workspace-file";
import type { ColumnMapping, FileColumn } from "../protocol/rollout-files";
import { UserError } from "../shared/user-error";
import { columnsIn, mappingOf, shapeOf, type KnownColumn } from "./columns";
import { isPrime } from "./read-prime";
import { firstRows } from "./table-rows";

export type DetectedFile =
  | { readonly kind: "inspect"; readonly tool: string }
  | { readonly kind: "prime"; readonly tool: string }
  | {
      readonly kind: "table";
      readonly tool: string;
      readonly shape: string;
      readonly columns: readonly FileColumn[];
      /** By the names of the columns; null: they say too little. */
      readonly mapping: ColumnMapping | null;
    };

/** Bytes in which a JSON file says that it is a log of Inspect. */
const looked = 1 << 16;

function startsLikeInspect(path: string): boolean {
  const descriptor = openFile(path);
  try {
    const text = readRange(descriptor, 0, looked).toString("utf8");
    return /^\s*\{/.test(text) && /"version"\s*:/.test(text) && /"eval"\s*:\s*\{/.test(text);
  } finally {
    closeSync(descriptor);
  }
}

function tableTool(path: string, columns: readonly KnownColumn[]): string {
  const has = (...names: readonly string[]): boolean =>
    names.every((name) => columns.some((column) => column.name === name));
  if (has("step", "prompt", "completion", "advantage")) return "Completions of TRL";
  if (has("input", "output", "score", "step")) return "Generations of verl";
  return `Table (${/\.([a-z]+)(?:\.gz|\.zst)?$/i.exec(path)?.[1]?.toLowerCase() ?? "jsonl"})`;
}

/** Throws an Error for people where nothing can be read. */
export function detect(path: string): DetectedFile {
  const name = path.toLowerCase();
  if (name.endsWith(".eval")) return { kind: "inspect", tool: "Log of Inspect" };
  if (name.endsWith(".json") && startsLikeInspect(path)) return { kind: "inspect", tool: "Log of Inspect" };
  const rows = firstRows(path);
  const [first] = rows;
  if (first === undefined)
    throw new UserError(
      `${path} has no rows that can be read. A row is a JSON object in a line, or a row of CSV or Parquet.`,
    );
  if (isPrime(first)) return { kind: "prime", tool: "Traces of prime-rl" };
  const known = columnsIn(rows);
  const columns = known.map(({ name: column, holds, example }) => ({ name: column, holds, example }));
  return { kind: "table", tool: tableTool(path, known), shape: shapeOf(columns), columns, mapping: mappingOf(known) };
}

/** Files of a series that are read. */
const mostFiles = 10_000;

/** The name of a file with its last number taken out; null: it has none. */
const seriesOf = (name: string): string | null => {
  const found = /^(\D*?[_-]?)(\d+)(\.[a-z.]+)$/i.exec(name);
  return found === null ? null : `${found[1]!}*${found[3]!}`;
};

/** Files beside this one whose names differ in the number alone, by that number; of a file without a number itself. */
export function seriesFiles(path: string): string[] {
  const series = seriesOf(basename(path));
  if (series === null) return [path];
  const folder = dirname(path);
  const numberIn = (name: string): number => Number(/(\d+)\.[a-z.]+$/i.exec(name)?.[1] ?? 0);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [path];
  }
  return names
    .filter((name) => seriesOf(name) === series)
    .sort((a, b) => numberIn(a) - numberIn(b))
    .slice(0, mostFiles)
    .map((name) => join(folder, name))
    .filter(isFile);
}
