/** Which stages a stage builds on. */
import type { Recipe } from "./schema";
import type { StageSpec } from "./stages";

/** Whether a stage's checkpoint is a policy that others can go on from. */
export const givesPolicy = ({ kind }: StageSpec): boolean => kind !== "reward-model" && kind !== "evaluation";

/** The nearest stage before this one that gives a policy; null: there is none. */
const policyBefore = (recipe: Recipe, stage: StageSpec): string | null =>
  recipe.stages.slice(0, recipe.stages.indexOf(stage)).findLast(givesPolicy)?.name ?? null;

/** Name of the stage whose last checkpoint a stage starts from; null: the recipe's model. */
export function sourceStage(recipe: Recipe, stage: StageSpec): string | null {
  if (stage.from !== undefined) return stage.from;
  if (stage.kind === "cold-start" || stage.kind === "rejection-sampling") return null;
  return policyBefore(recipe, stage);
}

/** Name of the stage that rejection sampling draws from; null: the recipe's model. */
export const sampledStage = (
  recipe: Recipe,
  stage: Extract<StageSpec, { kind: "rejection-sampling" }>,
): string | null => stage.sample_from ?? policyBefore(recipe, stage);

/** Names of all stages whose checkpoints a stage reads, the one it starts from first. */
export function sourceStages(recipe: Recipe, stage: StageSpec): string[] {
  const start = sourceStage(recipe, stage);
  const others = ((): (string | null)[] => {
    switch (stage.kind) {
      case "rejection-sampling":
        return [sampledStage(recipe, stage)];
      case "preference-rl":
        return stage.reward_models.map((model) => model.stage);
      case "evaluation":
        return stage.best_of === "reward" ? [] : [stage.best_of];
      default:
        return [];
    }
  })();
  return [...new Set([start, ...others].filter((name) => name !== null))];
}
