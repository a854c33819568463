/** Waits until the rewards of a run that paused for them are saved so that they load and differ: then the run can go on by itself. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { splitRewardReference } from "../recipes/check";
import { resolveFrom } from "../recipes/resolve-from";
import { recipeSchema } from "../recipes/schema";
import { bundleReward, stampOf } from "../rewards/bundle";
import { readRun } from "../runs/list-runs";
import { recipeFileOf } from "../runs/paths";
import { rewardModule, type Installation } from "./installation";
import { rewardHashOf } from "./reward-pool";

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
  const end = (saved: string | null): void => {
    over = true;
    clearTimeout(timer);
    answer.resolve(saved);
  };
  const recipeFolder = record ? dirname(recipeFileOf(folder, record, sources)) : "";
  const rewards = (parsed.data?.rewards ?? []).map((reward) => ({
    reference: reward.function,
    file: resolveFrom(recipeFolder, splitRewardReference(reward.function).file),
  }));
  const hashNow = async (): Promise<{ readonly hash: string; readonly files: ReadonlyMap<string, string> }> => {
    const bundleFolder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-wait-"));
    try {
      const bundles = await Promise.all(
        rewards.map(({ file }) => bundleReward(file, bundleFolder, rewardModule(installation))),
      );
      return {
        hash: rewardHashOf(
          Object.fromEntries(rewards.map(({ reference }, index) => [reference, bundles[index]!.hash])),
        ),
        files: new Map(bundles.flatMap(({ inputs }) => inputs.map(({ path, stamp }) => [path, stamp] as const))),
      };
    } finally {
      rmSync(bundleFolder, { recursive: true, force: true, maxRetries: 3 });
    }
  };
  let inputs = [...new Set(rewards.map(({ file }) => file))];
  let seen = "";
  const stamps = (): string => inputs.map(stampOf).join(" ");
  const look = async (): Promise<void> => {
    const now = readRun(folder).record;
    if (now?.status !== "paused" || now.pausedFor !== "reward") {
      end(null);
      return;
    }
    const stamp = stamps();
    if (stamp !== seen) {
      seen = stamp;
      const found = await hashNow().catch(() => null);
      if (found) {
        inputs = [...found.files.keys()];
        seen = [...found.files.values()].join(" ");
        if (found.hash !== failed) {
          end(found.hash);
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
