/** The stage of RL that recorded rollouts are of, with its recipe, as the run had them. */
import { recipeSchema, type Recipe } from "../recipes/schema";
import type { RlSpec } from "../recipes/stages";
import { readRecord } from "../runs/record";

export interface StageOfRun {
  readonly recipe: Recipe;
  readonly stage: RlSpec;
}

/** Null where the stage is none of RL, or the run's record or recipe cannot be read. */
export function stageOfRun(folder: string, name: string): StageOfRun | null {
  let recipe: Recipe | undefined;
  try {
    recipe = recipeSchema.safeParse(readRecord(folder).recipe).data;
  } catch {
    return null;
  }
  const stage = recipe?.stages.find((one) => one.name === name);
  if (!recipe || !stage || !("advantage_estimator" in stage)) return null;
  return { recipe, stage };
}
