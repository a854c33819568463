/** A recipe with one of its RL stages run by another algorithm. */
import { byAlgorithm } from "../recipes/other-algorithm";
import type { Algorithm } from "../recipes/presets";
import type { Recipe } from "../recipes/schema";
import { reasoningRlSchema, type ReasoningRlSpec } from "../recipes/stages";
import { UserError } from "../shared/user-error";

/** Stages that can be run by another algorithm, each by itself: preference RL goes by its reward models as well. */
export const comparableStages = ({ stages }: Recipe): ReasoningRlSpec[] =>
  stages.filter((stage) => stage.kind === "reasoning-rl");

/** The stage to compare: the one of this name, else the only one of its kind. Throws when there is none. */
export function comparedStage(recipe: Recipe, name: string | null): ReasoningRlSpec {
  const stages = comparableStages(recipe);
  const found = name === null ? stages[0] : stages.find((stage) => stage.name === name);
  if (found && (name !== null || stages.length === 1)) return found;
  const names = stages.map((stage) => stage.name).join(", ");
  throw new UserError(
    found || name !== null
      ? `Which stage is to be compared? The recipe's reasoning-rl stages are: ${names}.`
      : "The recipe has no reasoning-rl stage, so there is no algorithm to compare.",
  );
}

/**
 * The stage by a preset, at the scale that it has (prompts, lengths, learning rate). It ends with its token budget, however many steps that takes.
 */
export function stageVariant(stage: ReasoningRlSpec, algorithm: Algorithm, tokens: number): ReasoningRlSpec {
  const least = stage.prompts_per_step * 2;
  const steps = Math.max(stage.steps, Math.ceil(tokens / least));
  return reasoningRlSchema.parse(
    byAlgorithm({ ...stage, from: undefined, max_generated_tokens: tokens, steps }, algorithm),
  );
}

/** The recipe for one run of the comparison, of that stage alone. */
export const recipeVariant = (recipe: Recipe, stage: ReasoningRlSpec, algorithm: Algorithm, seed: number): Recipe => ({
  ...recipe,
  name: `${recipe.name} · ${algorithm}`,
  seed,
  stages: [stage],
});
