import type { ScoreGroup } from "../protocol/rewards";
import type { RewardSpec } from "../recipes/schema";

/** Whether the recipe has a reward score this kind of prompts. */
export const isFor = (
  { prompts }: Pick<RewardSpec, "prompts">,
  { general = false }: Pick<ScoreGroup, "general">,
): boolean => prompts === "all" || (prompts === "general") === general;
