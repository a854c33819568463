/** Which file the labels of a run go to. */
import { existsSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { leadsTo, leadsWithin } from "../files/paths-within";
import { readLabels, type ReadLabels } from "../labels/label";
import { holdsRows } from "../labels/label-rows";
import { learnsFrom } from "../protocol/stage-kinds";
import { resolveFrom } from "../recipes/resolve-from";
import type { Recipe } from "../recipes/schema";
import { readWholeText } from "../rows/text-blocks";
import { recordedPath } from "./source-checkpoint";
import { messageOf, UserError } from "../shared/user-error";

const reason = (error: unknown): string => messageOf(error);

/** What is made of a file of labels; null: there is none. */
function reading<T>(file: string, read: (file: string) => T): T | null {
  if (!existsSync(file)) return null;
  try {
    return read(file);
  } catch (error) {
    throw new UserError(`The labels ${file} cannot be read: ${reason(error)}`, { cause: error });
  }
}

/**
 * The first file of labels that a stage of the recipe trains on, else `labels/preferences.jsonl` beside the recipe. Files of `prompt`, `chosen` and
 * `rejected` are passed over: a label among such rows would be none. Absolute. Throws when it is no JSONL file of the workspace folder, links
 * followed: a recipe that came with a workspace must not say where else something is written.
 */
export function labelFile(recipe: Recipe | null, recipeFile: string, workspaceFolder: string): string {
  const folder = dirname(recipeFile);
  const named = (recipe?.stages ?? []).flatMap((stage) => (learnsFrom(stage, "pairs") ? stage.labels : []));
  const ownLabels = named
    .filter((name) => !name.includes("*"))
    .map((name) => resolveFrom(folder, name))
    // One outside is not looked into: it is refused below.
    .find((file) => !leadsWithin(workspaceFolder, file) || reading(file, holdsRows) !== true);
  const file = ownLabels ?? join(folder, "labels", "preferences.jsonl");
  // One outside is not touched before it is refused.
  const inside = leadsWithin(workspaceFolder, file);
  if (inside && extname(leadsTo(file)) === ".jsonl") return file;
  throw new UserError(
    `The labels ${file} are ${inside ? "not in a .jsonl file" : `outside of the workspace folder ${workspaceFolder}`}. Name a .jsonl file within it in "labels" of the stage that trains on them.`,
  );
}

/** Reads it; one that is not there has no labels. Problems name it by its path from the workspace folder. */
export const labelsIn = (file: string, workspaceFolder: string): ReadLabels =>
  readLabels(reading(file, readWholeText) ?? "", recordedPath(workspaceFolder, file));
