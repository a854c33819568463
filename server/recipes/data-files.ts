/** Which files a recipe's stages learn from. */
import type { Recipe } from "./schema";
import type { StageSpec } from "./stages";

const filesOfTask = (task: Recipe["task"] | undefined): (string | undefined)[] =>
  task?.name === "dataset" ? [task.train, task.held_out] : [];

/** Of a stage alone: examples and labels. */
export function filesOfStage(stage: StageSpec): readonly string[] {
  if ("labels" in stage) return stage.labels;
  return "examples_file" in stage && stage.examples_file !== undefined ? [stage.examples_file] : [];
}

/** Paths as the recipe has them: data sets, example files and labels, each once. */
export const dataFiles = (recipe: Recipe, stages: readonly StageSpec[]): string[] => [
  ...new Set(
    [...filesOfTask(recipe.task), ...filesOfTask(recipe.general_task), ...stages.flatMap(filesOfStage)].filter(
      (file) => file !== undefined,
    ),
  ),
];
