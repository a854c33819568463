/** TypeScript types of the columns of rows, as far as some rows show them. */
import type { RowColumn } from "../protocol/row-columns";

/** Objects within objects that are taken apart. */
const deepest = 3;
/** Columns, and keys of an object, that are named. */
const mostKeys = 200;
/** Types that a column may be one of; beyond that nothing is said of it. */
const mostKinds = 6;

/** A key as it stands in a type: signs that nobody sees, or that end a line, are escaped. */
const keyText = (key: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(key)
    ? key
    : JSON.stringify(key).replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

const union = (types: ReadonlySet<string>): string =>
  types.size === 0 || types.size > mostKinds ? "unknown" : [...types].toSorted().join(" | ");

function typeOf(values: readonly unknown[], depth: number): string {
  const types = new Set<string>();
  const objects: Readonly<Record<string, unknown>>[] = [];
  const elements: unknown[] = [];
  let lists = false;
  for (const value of values) {
    if (value === null) types.add("null");
    else if (Array.isArray(value)) {
      lists = true;
      elements.push(...(value as unknown[]).slice(0, 20));
    } else if (typeof value === "object") objects.push(value as Readonly<Record<string, unknown>>);
    else if (value === undefined) continue;
    else types.add(["string", "number", "boolean"].includes(typeof value) ? typeof value : "unknown");
  }
  if (lists)
    types.add(
      `readonly (${elements.length === 0 ? "unknown" : depth > 0 ? typeOf(elements, depth - 1) : "unknown"})[]`,
    );
  if (objects.length > 0) types.add(objectType(objects, depth));
  return union(types);
}

function objectType(objects: readonly Readonly<Record<string, unknown>>[], depth: number): string {
  const keys = new Set(objects.flatMap((object) => Object.keys(object)));
  if (depth === 0 || keys.size === 0 || keys.size > mostKeys) return "Readonly<Record<string, unknown>>";
  const parts = columnTypes(objects, depth - 1).map(
    ({ name, type, optional }) => `readonly ${keyText(name)}${optional ? "?" : ""}: ${type}`,
  );
  return `{ ${parts.join("; ")} }`;
}

/** Columns of rows in the order in which they first appear; one that a row lacks is optional. */
export function columnTypes(rows: readonly Readonly<Record<string, unknown>>[], depth = deepest): RowColumn[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, mostKeys);
  return names.map((name) => ({
    name,
    type: typeOf(
      rows.map((row) => (Object.hasOwn(row, name) ? row[name] : undefined)),
      depth,
    ),
    optional: rows.some((row) => !Object.hasOwn(row, name)),
  }));
}

/** `types/rows.d.ts` of a project: adds the columns to the types of `reasoning-lab`. `of`: names of the recipes. */
export function rowDeclarations(columns: readonly RowColumn[], of: readonly string[]): string {
  const lines = columns.map(
    ({ name, type, optional }) => `    readonly ${keyText(name)}${optional ? "?" : ""}: ${type};`,
  );
  const recipes = of.map((name) => keyText(name).replaceAll('"', "")).join(", ");
  return [
    `${generatedMark} from the data of ${recipes}. It changes with them.`,
    "// What a reward's `row` has: columns of the first rows of each data set. Put your own in its place by deleting these two lines.",
    'import "reasoning-lab";',
    "",
    'declare module "reasoning-lab" {',
    "  interface RowColumns {",
    ...lines,
    "  }",
    "}",
    "",
  ].join("\n");
}

/** How a file begins that may be written anew. */
export const generatedMark = "// Written by Reasoning Lab";
