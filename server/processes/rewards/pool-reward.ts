import { rewardSchema, type RewardSpec } from "../../recipes/schema";

/** A reward of a recipe, with what it is given. */
export type PoolReward = Omit<RewardSpec, "weight">;

/** A reward by itself, as a recipe has it that says nothing of it. */
export const plainReward = (reference: string): PoolReward => rewardSchema.parse({ function: reference });
