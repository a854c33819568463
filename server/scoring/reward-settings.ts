/** What a recipe says of a reward, for who tries it by itself: which prompts it is for, its variables and limits. */
import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isFile, readText, sizeLimits } from "../files/workspace-file";
import type { RunRecord } from "../protocol/run";
import { splitRewardReference } from "../recipes/check";
import { parseRecipe } from "../recipes/parse";
import { resolveFrom } from "../recipes/resolve-from";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { listRuns } from "../runs/list-runs";
import { recipeFileOf } from "../runs/paths";
import { plainReward, type PoolReward } from "../processes/rewards/pool-reward";

interface RecipeFile {
  readonly path: string;
  readonly recipe: Recipe;
}

function recipesIn(folder: string): RecipeFile[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".lab.json"));
  } catch {
    return [];
  }
  return names.toSorted().flatMap((name) => {
    const path = join(folder, name);
    try {
      const recipe = isFile(path) ? parseRecipe(readText(path, sizeLimits.recipe)).recipe : null;
      return recipe ? [{ path, recipe }] : [];
    } catch {
      return [];
    }
  });
}

/** Null: the record names one that may not be looked at. */
function recipeFolderOf(runFolder: string, record: RunRecord): string | null {
  try {
    return dirname(recipeFileOf(runFolder, record));
  } catch {
    return null;
  }
}

/** Whether a recipe of this folder names the reward; as which. */
function namedBy(recipe: Recipe, folder: string, file: string, name: string): PoolReward | null {
  const found = recipe.rewards.find((reward) => {
    const reference = splitRewardReference(reward.function);
    return reference.name === name && resolveFrom(folder, reference.file) === file;
  });
  return found ? { ...found, function: `${basename(file)}#${name}` } : null;
}

/** The folder of a reward file and those around it, up to the workspace's. */
function* foldersAround(workspaceFolder: string, file: string): Generator<string> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    yield folder;
    if (folder === resolve(workspaceFolder) || folder === dirname(folder)) return;
  }
}

/** The recipe that names the reward: the first beside the file, or in a folder around it. */
export function recipeNaming(workspaceFolder: string, file: string, name: string): RecipeFile | null {
  for (const folder of foldersAround(workspaceFolder, file)) {
    const found = recipesIn(folder).find(({ recipe }) => namedBy(recipe, folder, file, name) !== null);
    if (found) return found;
  }
  return null;
}

/** As the first recipe has it that names the reward: beside the file, in a folder around it, or of a run. Else as a recipe would that says nothing of it. */
export function rewardSettings(workspaceFolder: string, file: string, name: string): PoolReward {
  const near = recipeNaming(workspaceFolder, file, name);
  const found = near && namedBy(near.recipe, dirname(near.path), file, name);
  if (found) return found;
  for (const { folder, record } of listRuns(workspaceFolder)) {
    const recipe = record && recipeSchema.safeParse(record.recipe).data;
    const recipeFolder = record && recipeFolderOf(folder, record);
    const ran = recipe && recipeFolder !== null ? namedBy(recipe, recipeFolder, file, name) : null;
    if (ran) return ran;
  }
  return plainReward(`${basename(file)}#${name}`);
}

/** What a reward may have beside what its recipe names. */
export interface RewardExtras {
  /** Names of environment variables. */
  readonly env?: readonly string[] | undefined;
  readonly hosts?: readonly string[] | undefined;
  /** Names of keys that its judges may use. */
  readonly keys?: readonly string[] | undefined;
}

/** {@link rewardSettings} with more. */
export function rewardWith(
  workspaceFolder: string,
  file: string,
  name: string,
  { env = [], hosts = [], keys = [] }: RewardExtras = {},
): PoolReward {
  const settings = rewardSettings(workspaceFolder, file, name);
  return {
    ...settings,
    env: [...new Set([...settings.env, ...env])],
    hosts: [...new Set([...settings.hosts, ...hosts])],
    keys: [...new Set([...settings.keys, ...keys])],
  };
}
