/** What differs between the recipes of runs: settings by their path, and which runs are one recipe with several seeds. */
import { t } from "../shared/l10n";
import type { RunEntry } from "../../server/protocol/editor";

/** Settings of a recipe by path (`stages.reasoning-rl.learning_rate`), each as text. */
export type Settings = ReadonlyMap<string, string>;

/** A recipe came with a folder and may be anything. */
const most = { settings: 5000, depth: 12, text: 2000 };

const textOf = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > most.text ? `${text.slice(0, most.text)}…` : text;
};

/** Name of an element of a list: its own where it has one, so that a stage that was put before it changes nothing. */
function nameOf(value: unknown, index: number): string {
  if (typeof value === "object" && value !== null)
    for (const field of ["name", "function"] as const) {
      const name: unknown = field in value ? (value as Record<string, unknown>)[field] : undefined;
      if (typeof name === "string") return name;
    }
  return String(index + 1);
}

export function settingsOf(recipe: unknown): Settings {
  const found = new Map<string, string>();
  const look = (value: unknown, path: string, depth: number): void => {
    if (found.size >= most.settings) return;
    const within = (name: string): string => (path === "" ? name : `${path}.${name}`);
    if (depth > 0 && Array.isArray(value) && value.some((one) => typeof one === "object"))
      for (const [index, one] of value.entries()) look(one, within(nameOf(one, index)), depth - 1);
    else if (depth > 0 && typeof value === "object" && value !== null && !Array.isArray(value))
      for (const [name, one] of Object.entries(value)) look(one, within(name), depth - 1);
    else if (path !== "") found.set(path, textOf(value));
  };
  look(recipe, "", most.depth);
  return found;
}

/** Settings of a run, with what else makes it what it is. */
export function settingsOfRun({ record }: RunEntry): Settings {
  if (record === null) return new Map();
  const settings = new Map(settingsOf(record.recipe));
  settings.set("seed", String(record.seed));
  for (const [reward, hash] of Object.entries(record.hashes.rewards))
    settings.set(t("source of {0}", reward), hash.slice(0, 12));
  for (const [file, hash] of Object.entries(record.hashes.data))
    settings.set(t("data of {0}", file), hash.slice(0, 12));
  return settings;
}

export interface Difference {
  readonly path: string;
  /** By run; null: it has no such setting. */
  readonly values: readonly (string | null)[];
}

/** Settings that are not the same of all runs, by path; and how many are. */
export function differences(runs: readonly Settings[]): { readonly differing: Difference[]; readonly same: number } {
  const paths = [...new Set(runs.flatMap((settings) => [...settings.keys()]))].sort();
  const all = paths.map((path) => ({ path, values: runs.map((settings) => settings.get(path) ?? null) }));
  const differing = all.filter(({ values }) => new Set(values).size > 1);
  return { differing, same: all.length - differing.length };
}

/** Settings that a list has room for beside a run, and characters of each. */
const mostApart = 3;
const longestValue = 24;

/** `seed 1, learning_rate 0.1` for each run: the settings that tell most of them apart. Empty where nothing does. */
export function tellApart(runs: readonly Settings[]): string[] {
  /** Pairs of runs that a setting tells apart. */
  const pairs = (values: readonly (string | null)[]): number => {
    const counts = new Map<string | null, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts.values()].reduce((sum, count) => sum + (count * (values.length - count)) / 2, 0);
  };
  // Hashes of sources tell somebody least.
  const isHash = (path: string): number => Number(/\s/.test(path));
  const apart = differences(runs)
    .differing.filter(({ path }) => path !== "name")
    .sort((a, b) => isHash(a.path) - isHash(b.path) || pairs(b.values) - pairs(a.values))
    .slice(0, mostApart);
  const last = (path: string): string => (isHash(path) ? path : (path.split(".").at(-1) ?? path));
  const title = (path: string): string =>
    apart.filter((other) => last(other.path) === last(path)).length > 1 ? path : last(path);
  const short = (value: string): string => (value.length > longestValue ? `${value.slice(0, longestValue)}…` : value);
  return runs.map((_, at) => apart.map(({ path, values }) => `${title(path)} ${short(values[at] ?? "–")}`).join(", "));
}

/** The same of two runs that differ in nothing but their seed (and name). */
export const recipeKey = (settings: Settings): string =>
  JSON.stringify(
    [...settings].filter(([path]) => path !== "seed" && path !== "name").sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** Whether a run has each of the words in its name, its recipe, its tags or a setting (`learning_rate=0.1`). */
export function matches(run: RunEntry, settings: Settings, text: string): boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return true;
  const { label } = run;
  const haystack = [
    run.record?.id ?? run.folder,
    run.record?.recipeFile ?? "",
    run.record?.status ?? "",
    label?.name ?? "",
    ...(label?.tags ?? []),
    label?.note ?? "",
    ...[...settings].map(([path, value]) => `${path}=${value}`),
  ]
    .join("\n")
    .toLowerCase();
  return words.every((word) => haystack.includes(word));
}
