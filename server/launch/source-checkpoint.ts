/** Which checkpoints a stage that is run by itself builds on. */
import { relative, sep } from "node:path";
import type { Recipe } from "../recipes/schema";
import type { StageSpec } from "../recipes/stages";
import { sourceStages } from "../recipes/source-stage";
import { givenCheckpoint } from "../runs/given-checkpoint";
import { listRuns } from "../runs/list-runs";
import { UserError } from "../shared/user-error";

/** A path as records have it: relative to the workspace folder, with `/`. */
export const recordedPath = (workspaceFolder: string, path: string): string =>
  relative(workspaceFolder, path).split(sep).join("/");

/**
 * Newest checkpoint of a stage among a recipe's runs: of one that was finished, else of one that was stopped. Relative to the workspace folder with
 * `/`; null: there is none.
 */
export function newestCheckpoint(workspaceFolder: string, recipeFile: string, stage: string): string | null {
  const found = listRuns(workspaceFolder).flatMap(({ folder, record }) => {
    const path = record?.recipeFile === recipeFile ? givenCheckpoint(folder, record, stage) : null;
    const finished = record?.stages.some(({ name, status }) => name === stage && status === "completed") ?? false;
    return path === null ? [] : [{ path, finished }];
  });
  const best = found.find(({ finished }) => finished) ?? found[0];
  return best ? recordedPath(workspaceFolder, best.path) : null;
}

/**
 * Newest checkpoints of the stages that a stage builds on (what it starts from, what it samples, its reward models) among this recipe's
 * runs, by stage name, relative to the workspace folder with `/`. Throws an Error that says what to run first.
 */
export function sourceCheckpoints(
  workspaceFolder: string,
  recipeFile: string,
  recipe: Recipe,
  stage: StageSpec,
): Record<string, string> {
  const found = sourceStages(recipe, stage).map((name) => ({
    name,
    path: newestCheckpoint(workspaceFolder, recipeFile, name),
  }));
  const missing = found.flatMap(({ name, path }) => (path === null ? [`"${name}"`] : []));
  if (missing.length > 0) {
    const names = missing.join(" and ");
    throw new UserError(
      `Stage "${stage.name}" builds on ${names}, and no run of this recipe has a checkpoint of ${missing.length === 1 ? "it" : "them"}. Run ${names} first, or the whole pipeline.`,
    );
  }
  return Object.fromEntries(found.flatMap(({ name, path }) => (path === null ? [] : [[name, path]])));
}
