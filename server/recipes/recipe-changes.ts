/** What differs between two recipes, setting by setting, and recipes with some settings changed. */
import { isDeepStrictEqual } from "node:util";
import type { Surroundings } from "./surroundings";
import { nearestWord } from "../shared/nearest-word";
import { suggestion } from "./did-you-mean";
import { byAlgorithm } from "./other-algorithm";
import { parseRecipe } from "./parse";
import type { JsonPath } from "./positions";
import { recipeSchema, type Recipe } from "./schema";
import { UserError } from "../shared/user-error";

export interface Setting {
  /** As people name it: `evaluation.prompts`, `reasoning-rl.learning_rate`, `rewards.a.reward.ts#correct.weight`. */
  readonly path: string;
  readonly value: unknown;
  /** Where it stands in the recipe. */
  readonly at: JsonPath;
}

export type RecipeChange =
  | {
      readonly kind: "changed";
      readonly path: string;
      /** Undefined: it was not set. */
      readonly before: unknown;
      readonly after: unknown;
    }
  /** A stage or a reward that only one of the recipes has, in place of its many settings. `what`: `stage dpo`. */
  | { readonly kind: "added" | "removed"; readonly what: string };

/** What tells the members of these lists apart, in place of their number. */
const listKeys: Readonly<Record<string, string>> = { stages: "name", rewards: "function" };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Members of an object, or of a list whose members have names; null for values that have none. */
function members(value: unknown, path: readonly string[]): [string, unknown][] | null {
  if (isObject(value)) return Object.entries(value);
  const key = path.length === 1 ? listKeys[path[0] ?? ""] : undefined;
  if (!Array.isArray(value) || key === undefined) return null;
  return value.map((member: unknown) => [String(isObject(member) ? member[key] : member), member]);
}

/** A stage that is named as a part of the recipe is, `evaluation` say, keeps `stages.` before its settings. */
const isNamedAsPart = (stage: string): boolean => stage in recipeSchema.shape;

/** Stages are named without `stages.` before them where that is plain. */
const pathText = (path: readonly string[]): string =>
  (path[0] === "stages" && !isNamedAsPart(path[1] ?? "") ? path.slice(1) : path).join(".");

/** Every setting of a recipe as resolved, those of its stages by the stage's name. Lists without names are one setting. */
export function settingsOf(recipe: Recipe): Setting[] {
  const walk = (value: unknown, path: readonly string[], at: JsonPath): Setting[] => {
    const inner = members(value, path);
    return inner === null
      ? [{ path: pathText(path), value, at }]
      : inner.flatMap(([name, member], index) =>
          walk(member, [...path, name], [...at, Array.isArray(value) ? index : name]),
        );
  };
  return walk(recipe, [], []);
}

/** Names of the stages and rewards, as they stand in the path of their settings. */
const parts = (recipe: Recipe): { readonly what: string; readonly at: string }[] => [
  ...recipe.stages.map(({ name }) => ({ what: `stage ${name}`, at: `${pathText(["stages", name])}.` })),
  ...recipe.rewards.map((reward) => ({ what: `reward ${reward.function}`, at: `rewards.${reward.function}.` })),
];

/** What differs: settings in the order of the recipe after, then stages and rewards that came or went as a whole. */
export function recipeChanges(before: Recipe, after: Recipe): RecipeChange[] {
  const [partsBefore, partsAfter] = [parts(before), parts(after)];
  const lacks = (of: typeof partsBefore, what: string): boolean => of.every((part) => part.what !== what);
  const removed = partsBefore.filter(({ what }) => lacks(partsAfter, what));
  const added = partsAfter.filter(({ what }) => lacks(partsBefore, what));
  const isWhole = (path: string): boolean => [...removed, ...added].some(({ at }) => path.startsWith(at));
  const old = new Map(settingsOf(before).map(({ path, value }) => [path, value]));
  const now = new Map(settingsOf(after).map(({ path, value }) => [path, value]));
  return [
    ...[...new Set([...now.keys(), ...old.keys()])]
      .filter((path) => !isWhole(path) && !isDeepStrictEqual(old.get(path), now.get(path)))
      .map((path) => ({ kind: "changed" as const, path, before: old.get(path), after: now.get(path) })),
    ...removed.map(({ what }) => ({ kind: "removed" as const, what })),
    ...added.map(({ what }) => ({ kind: "added" as const, what })),
  ];
}

const valueText = (value: unknown): string => (value === undefined ? "unset" : JSON.stringify(value));

/** `reasoning-rl.learning_rate: 0.0001 → 0.0003`, `stage dpo added`. */
export const changeText = (change: RecipeChange): string =>
  change.kind === "changed"
    ? `${change.path}: ${valueText(change.before)} → ${valueText(change.after)}`
    : `${change.what} ${change.kind}`;

/** A value as somebody types it: JSON, or a text without its quotes. */
function typedValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A copy with the member at a path replaced. Throws an Error that names what there is when the path leads nowhere. */
function replaced(value: unknown, path: readonly string[], names: readonly string[], by: unknown): unknown {
  const [name, ...rest] = names;
  if (name === undefined) return by;
  const inner = members(value, path) ?? [];
  const at = inner.findIndex(([known]) => known === name);
  // A setting that has no default is not there yet: the schema says whether there is such a one.
  if (at < 0 && (rest.length > 0 || Array.isArray(value) || !isObject(value))) {
    const known = inner.map(([member]) => member);
    throw new UserError(
      `There is no setting ${pathText([...path, ...names])}: ${pathText(path) || "the recipe"} has no "${name}".${suggestion(name, known)}`,
    );
  }
  const changed = replaced(inner[at]?.[1], [...path, name], rest, by);
  // Another algorithm brings its own settings, as it does where it is written.
  if (path[0] === "stages" && name === "algorithm" && isObject(value)) return byAlgorithm(value, by);
  return Array.isArray(value)
    ? value.map((member: unknown, index) => (index === at ? changed : member))
    : { ...(isObject(value) ? value : {}), [name]: changed };
}

/** A path's parts: a stage's or reward's name is one part, whatever dots it has. */
function partsOf(recipe: Recipe, path: string): string[] {
  const named = (list: string, names: readonly string[], prefix: string): string[] | null => {
    const name = names.find((known) => path.startsWith(`${prefix}${known}.`));
    return name === undefined ? null : [list, name, ...path.slice(prefix.length + name.length + 1).split(".")];
  };
  const stages = recipe.stages.map(({ name }) => name);
  const rewards = recipe.rewards.map((reward) => reward.function);
  return (
    named("stages", stages, "stages.") ??
    named(
      "stages",
      stages.filter((name) => !isNamedAsPart(name)),
      "",
    ) ??
    named("rewards", rewards, "rewards.") ??
    path.split(".")
  );
}

/**
 * The recipe with settings changed as somebody typed them. Throws an Error with one line a problem when a setting does not exist, or may not
 * have that value.
 */
export function withSettings(
  recipe: Recipe,
  settings: readonly { readonly path: string; readonly text: string }[],
  surroundings: Surroundings | null = null,
): Recipe {
  if (settings.length === 0) return recipe;
  const changed = settings.reduce<unknown>(
    (value, { path, text }) => replaced(value, [], partsOf(recipe, path), typedValue(text)),
    recipe,
  );
  const { recipe: checked, problems } = parseRecipe(JSON.stringify(changed), surroundings);
  if (checked !== null) return recipeSchema.parse(changed);
  const known = settingsOf(recipe).map(({ path }) => path);
  const meant = settings.flatMap(({ path }) => (known.includes(path) ? [] : [nearestWord(path, known) ?? []].flat()));
  const errors = problems.filter(({ severity }) => severity === "error").map(({ message }) => message);
  throw new UserError([...errors, ...meant.map((path) => `Did you mean ${path}?`)].join("\n"));
}
