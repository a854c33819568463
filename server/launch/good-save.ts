/** Waits until the rewards of a run that paused for them are saved so that they load and differ: then the run can go on by itself. */
import { dirname } from "node:path";
import { recipeSchema } from "../recipes/schema";
import { changedSince } from "../rewards/bundle";
import { readRun } from "../runs/list-runs";
import { recipeFileOf, workspaceOf } from "../runs/paths";
import { bundleRewards, hashesOf, type BundledReward } from "../processes/rewards/bundled-rewards";
import type { Installation } from "../processes/installation";
import { rewardHashOf } from "../processes/rewards/reward-pool";
import { makeScratchFolder, type ScratchFolder } from "../processes/scratch-folder";

/** Milliseconds between two looks. */
const interval = 500;

export interface GoodSaveOptions {
  readonly installation: Installation;
  /** Folder that the recipe and its rewards lie in, of a run that is recorded elsewhere. */
  readonly sources?: string | null;
}

/**
 * Looks at the rewards' files and what they import. A version that does not compile is waited past. Resolves to the hash of what was saved; null: the
 * wait was ended, or the run waits for no reward any more.
 *
 * @param failed `rewardHashOf` of what failed.
 */
export function waitForGoodSave(
  folder: string,
  { installation, sources = null }: GoodSaveOptions,
  failed: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { record } = readRun(folder);
  const parsed = recipeSchema.safeParse(record?.recipe);
  const answer = Promise.withResolvers<string | null>();
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  let scratch: ScratchFolder | null = null;
  const end = (saved: string | null): void => {
    over = true;
    clearTimeout(timer);
    scratch?.remove();
    answer.resolve(saved);
  };
  const workspace = sources ?? workspaceOf(folder);
  const recipeFolder = record ? dirname(recipeFileOf(folder, record, sources)) : "";
  const places = { recipeFolder, workspace, installation };
  const bundlesNow = (): Promise<BundledReward[]> =>
    bundleRewards(parsed.data?.rewards ?? [], places, (scratch ??= makeScratchFolder()).path);
  /** Null while they do not compile: what would mend that may be a file that is not there yet, so every look tries. */
  let bundles: readonly BundledReward[] | null = null;
  const look = async (): Promise<void> => {
    const now = readRun(folder).record;
    if (now?.status !== "paused" || now.pausedFor !== "reward") {
      end(null);
      return;
    }
    if (bundles === null || bundles.some(({ bundle }) => changedSince(bundle))) {
      bundles = await bundlesNow().catch(() => null);
      if (over) {
        // What was bundled meanwhile.
        scratch?.remove();
        return;
      }
      if (bundles !== null) {
        const hash = rewardHashOf(hashesOf(bundles));
        if (hash !== failed) {
          end(hash);
          return;
        }
      }
    }
    if (!over) timer = setTimeout(() => void look(), interval);
  };
  signal.addEventListener("abort", () => end(null), { once: true });
  if (signal.aborted) end(null);
  else void look();
  return answer.promise;
}
