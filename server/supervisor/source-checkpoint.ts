/** Where a stage that is run by itself starts from. */
import { relative, sep } from "node:path";
import type { Recipe } from "../recipes/schema";
import type { StageSpec } from "../recipes/stages";
import { sourceStage } from "../recipes/source-stage";
import { latestCheckpoint } from "../runs/checkpoints";
import { listRuns } from "../runs/list-runs";

/**
 * Newest checkpoint of the stage's source among this recipe's runs, relative to the workspace folder with `/`; null when the stage
 * starts from the recipe's model. A finished source stage counts before one that was stopped. Throws an Error that says what to run first.
 */
export function sourceCheckpoint(
  workspaceFolder: string,
  recipeFile: string,
  recipe: Recipe,
  stage: StageSpec,
): string | null {
  const source = sourceStage(recipe, stage);
  if (source === null) return null;
  const found = listRuns(workspaceFolder).flatMap(({ folder, record }) => {
    const path = record?.recipeFile === recipeFile ? latestCheckpoint(folder, source) : null;
    const finished = record?.stages.some(({ name, status }) => name === source && status === "completed") ?? false;
    return path === null ? [] : [{ path, finished }];
  });
  const best = found.find(({ finished }) => finished) ?? found[0];
  if (!best)
    throw new Error(
      `Stage "${stage.name}" starts from "${source}", and no run of this recipe has a checkpoint of it. Run "${source}" first, or the whole pipeline.`,
    );
  return relative(workspaceFolder, best.path).split(sep).join("/");
}
