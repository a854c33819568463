/** The scan of a run folder. */
import { defaultWordLists, type WordLists } from "./detect";
import { recipeSchema } from "../recipes/schema";
import { readRun } from "../runs/list-runs";
import { behaviourScan, type BehaviourScan } from "./behaviour-scan";
import { rolloutLabels } from "./label-rollouts";

/** A run whose recipe cannot be read any more is looked at without labels of steps. */
export function openBehaviours(folder: string, lists: WordLists = defaultWordLists): BehaviourScan {
  const recipe = recipeSchema.safeParse(readRun(folder).record?.recipe);
  return behaviourScan(rolloutLabels(recipe.success ? recipe.data : null), lists);
}
