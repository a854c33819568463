/** Runs a reward on a few groups under a debugger: with the limits of training but for the time limit, which waits while a person looks. */
import { dirname } from "node:path";
import type { ScoreGroup } from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import type { Installation } from "../processes/installation";
import { openRewardPool } from "../processes/rewards/reward-pool";
import { findInspectableRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import { readReward } from "../rewards/bundle";
import { discoverRewards } from "../rewards/discover";
import { UserError } from "../shared/user-error";
import { rewardWith } from "./reward-settings";

export interface DebugOptions {
  readonly workspaceFolder: string;
  /** The reward file, absolute. */
  readonly file: string;
  readonly export: string;
  readonly installation: Installation;
  readonly nodePath: string;
  readonly groups: readonly ScoreGroup[];
  readonly log: (text: string) => void;
  /** Told where the process waits for a debugger, and in which folder the module lies that it runs. */
  readonly listening: (address: string, folder: string) => void;
  /** Told of each group as it is scored. */
  readonly heard?: (group: number, outcomes: readonly RewardOutcome[], milliseconds: number | null) => void;
  /** Ends it: it throws. */
  readonly signal: AbortSignal;
}

/** The samples of a group that a reward has to see for what it says of one: all where it scores a group at once. */
export function neededFor(
  file: string,
  name: string,
  group: ScoreGroup,
  sample: number,
): { group: ScoreGroup; at: number } {
  const takesGroup = discoverRewards(readReward(file)).rewards.some((one) => one.name === name && one.kind === "group");
  if (takesGroup) return { group, at: sample };
  const { completions, completionIds, ...rest } = group;
  const ids = completionIds?.[sample];
  return {
    group: { ...rest, completions: completions.slice(sample, sample + 1), ...(ids && { completionIds: [ids] }) },
    at: 0,
  };
}

/** `[groups][samples]`. Throws a UserError where the reward cannot be used, and what `signal` says when it is ended. */
export async function debugReward(options: DebugOptions): Promise<RewardOutcome[][]> {
  const { workspaceFolder, file, export: name, installation, groups, log, listening, heard, signal } = options;
  const runtime = await findInspectableRuntime(options.nodePath);
  signal.throwIfAborted();
  const scratch = makeScratchFolder();
  const pool = openRewardPool({
    rewards: [{ ...rewardWith(workspaceFolder, file, name), prompts: "all" }],
    folder: dirname(file),
    workspace: workspaceFolder,
    bundleFolder: scratch.path,
    installation,
    runtime,
    log,
    inspection: { kind: "debugger", listening: (address) => listening(address, scratch.path) },
  });
  const end = (): void => pool.close();
  signal.addEventListener("abort", end);
  try {
    const { outcomes } = await pool.score(groups, Infinity, ({ group, outcomes: of, milliseconds }) =>
      heard?.(group, of, milliseconds),
    );
    signal.throwIfAborted();
    return outcomes[name] ?? [];
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Error ? error : new UserError(String(error));
  } finally {
    signal.removeEventListener("abort", end);
    pool.close();
    scratch.remove();
  }
}
