import type { Recipe, StageSpec } from "./schema";

/** Name of the stage whose last checkpoint a stage starts from; null: the recipe's model. */
export function sourceStage(recipe: Recipe, stage: StageSpec): string | null {
  if (stage.from !== undefined) return stage.from;
  if (stage.kind === "cold-start") return null;
  return recipe.stages[recipe.stages.indexOf(stage) - 1]?.name ?? null;
}
