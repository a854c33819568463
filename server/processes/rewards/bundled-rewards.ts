/** Rewards of a recipe as bundles: what they are is known before anything of them runs. */
import { splitRewardReference } from "../../recipes/check";
import { resolveFrom } from "../../recipes/resolve-from";
import type { Recipe } from "../../recipes/schema";
import { bundleReward, type RewardBundle } from "../../rewards/bundle";
import { allSources, type RewardSources } from "../../rewards/reward-sources";
import { rewardModule, type Installation } from "../installation";
import { makeScratchFolder } from "../scratch-folder";

export interface RewardPlaces {
  readonly recipeFolder: string;
  /** Folder that what rewards import lies in. */
  readonly workspace: string;
  readonly installation: Installation;
}

export interface BundledReward {
  /** As the recipe has it. */
  readonly reference: string;
  readonly bundle: RewardBundle;
}

/** In the recipe's order. Throws `BundleError`. */
export function bundleRewards(
  rewards: Recipe["rewards"],
  { recipeFolder, workspace, installation }: RewardPlaces,
  outputFolder: string,
): Promise<BundledReward[]> {
  const options = { outputFolder, runtimeModule: rewardModule(installation), workspace };
  return Promise.all(
    rewards.map(async ({ function: reference }) => {
      const file = resolveFrom(recipeFolder, splitRewardReference(reference).file);
      return { reference, bundle: await bundleReward(file, options) };
    }),
  );
}

export const hashesOf = (rewards: readonly BundledReward[]): Record<string, string> =>
  Object.fromEntries(rewards.map(({ reference, bundle }) => [reference, bundle.hash]));

/** Rewards as they stand on disk. */
export interface RewardsNow {
  /** SHA-256 of each bundled source, by reference. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly sources: RewardSources;
}

/** Throws `BundleError`. */
export async function rewardsNow({ rewards }: Recipe, places: RewardPlaces): Promise<RewardsNow> {
  const scratch = makeScratchFolder();
  try {
    const bundled = await bundleRewards(rewards, places, scratch.path);
    return { hashes: hashesOf(bundled), sources: allSources(bundled.map(({ bundle }) => bundle.sources)) };
  } finally {
    scratch.remove();
  }
}
