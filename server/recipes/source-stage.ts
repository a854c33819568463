/** Which stages a stage builds on. */
import type { StageSource } from "../protocol/pipeline";
import { gives, kindOf, learnsFrom } from "../protocol/stage-kinds";
import type { Recipe } from "./schema";
import type { RejectionSamplingSpec, StageSpec } from "./stages";

/** The nearest stage before this one that gives a policy; null: there is none. */
const policyBefore = (recipe: Recipe, stage: StageSpec): string | null =>
  recipe.stages.slice(0, recipe.stages.indexOf(stage)).findLast((other) => gives(other, "policy"))?.name ?? null;

/** Name of the stage whose last checkpoint a stage starts from; null: the recipe's model. */
export function sourceStage(recipe: Recipe, stage: StageSpec): string | null {
  if (stage.from !== undefined) return stage.from;
  return kindOf(stage).startsFrom === "model" ? null : policyBefore(recipe, stage);
}

/** Name of the stage that rejection sampling draws from; null: the recipe's model. */
export const sampledStage = (recipe: Recipe, stage: RejectionSamplingSpec): string | null =>
  stage.sample_from ?? policyBefore(recipe, stage);

/** What a stage takes from others, as the recipe says: what it starts from first. */
export function stageSources(recipe: Recipe, stage: StageSpec): Omit<StageSource, "checkpoint">[] {
  const rewards = [
    ...("reward_models" in stage ? stage.reward_models.map((model) => model.stage) : []),
    ...("best_of" in stage && stage.best_of !== "reward" ? [stage.best_of] : []),
  ];
  return [
    { role: "start", stage: sourceStage(recipe, stage) },
    ...(learnsFrom(stage, "samples") ? [{ role: "samples" as const, stage: sampledStage(recipe, stage) }] : []),
    ...rewards.map((name) => ({ role: "reward" as const, stage: name })),
  ];
}

/** Names of all stages whose checkpoints a stage reads, the one it starts from first. */
export const sourceStages = (recipe: Recipe, stage: StageSpec): string[] => [
  ...new Set(stageSources(recipe, stage).flatMap(({ stage: name }) => (name === null ? [] : [name]))),
];
