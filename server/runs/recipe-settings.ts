/** Settings of recipes by their path, and those that tell runs apart. */
import type { RunRecord } from "../protocol/run";

/** Settings of a recipe that are looked at, and how deep: a recipe of others has no end. */
const mostSettings = 2000;
const deepest = 8;

/** What of a stage names it: paths say `reasoning-rl.learning_rate`, whatever place the stage has. */
const nameOf = (value: unknown): string | null =>
  typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" ? value.name : null;

/** `stage.setting` → value in short JSON, of a recipe as a run resolved it. Its name and where it comes from are no settings. */
export function settingsOf({ recipe, seed }: Pick<RunRecord, "recipe" | "seed">): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if (settings.size >= mostSettings) return;
    if (typeof value !== "object" || value === null || depth >= deepest) {
      if (!["", "name", "seed"].includes(path)) settings.set(path, JSON.stringify(value));
      return;
    }
    if (Array.isArray(value) && value.every((one) => typeof one !== "object" || one === null)) {
      settings.set(path, JSON.stringify(value));
      return;
    }
    for (const [key, part] of Object.entries(value)) {
      const step = Array.isArray(value) ? (nameOf(part) ?? key) : key;
      if (Array.isArray(value) || key !== "name" || depth === 0)
        visit(part, path === "" || path === "stages" ? step : `${path}.${step}`, depth + 1);
    }
  };
  visit(recipe ?? {}, "", 0);
  settings.set("seed", String(seed));
  return settings;
}

/** Paths whose values are not the same in all runs, those that differ in most of them first; missing is a value, too. */
export function differingSettings(runs: readonly ReadonlyMap<string, string>[]): string[] {
  const paths = new Set(runs.flatMap((settings) => [...settings.keys()]));
  return [...paths]
    .flatMap((path) => {
      const counts = new Map<string | undefined, number>();
      for (const settings of runs) counts.set(settings.get(path), (counts.get(settings.get(path)) ?? 0) + 1);
      const usual = Math.max(...counts.values());
      return counts.size > 1 ? [{ path, others: runs.length - usual }] : [];
    })
    .sort((a, b) => b.others - a.others || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path);
}
