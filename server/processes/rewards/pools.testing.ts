/** Pools of the rewards of one file, for tests. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { FileVersion, ScoreGroup } from "../../protocol/rewards";
import type { RewardOutcome } from "../../protocol/traces";
import type { Installation } from "../installation";
import { openRewardPool, type RewardPool } from "./reward-pool";
import { plainReward, type PoolReward } from "./pool-reward";
import { findRewardRuntime, type RewardRuntime } from "../runtime";
import { projectFolder, temporaryFolder, testInstallation } from "../installation.testing";

let installation: Installation;
let runtime: RewardRuntime;

/** Before the first pool. */
export async function preparePools(): Promise<void> {
  installation = testInstallation();
  runtime = await findRewardRuntime("");
}

export const group = (...completions: string[]): ScoreGroup => ({
  prompt: "p",
  completions,
  answer: "1",
  row: { level: 2 },
});

export interface TestPool {
  readonly pool: RewardPool;
  readonly file: string;
  readonly log: string[];
  /** As told last. */
  readonly versions: () => readonly FileVersion[];
}

export function testPool(
  source: string,
  names: readonly string[],
  {
    change = {},
    environment = {},
  }: { readonly change?: Partial<PoolReward>; readonly environment?: Readonly<Record<string, string>> } = {},
): TestPool {
  const folder = projectFolder({ "a.reward.ts": source });
  const log: string[] = [];
  let versions: readonly FileVersion[] = [];
  const pool = openRewardPool({
    rewards: names.map((name) => ({ ...plainReward(`a.reward.ts#${name}`), ...change })),
    folder,
    bundleFolder: temporaryFolder("bundles"),
    installation,
    runtime,
    environment,
    log: (text) => log.push(text),
    versions: (told) => (versions = told),
  });
  onTestFinished(() => pool.close());
  return { pool, file: join(folder, "a.reward.ts"), log, versions: () => versions };
}

/** A score, the message of an error, or null. */
export const brief = (outcome: RewardOutcome): number | string | null =>
  outcome.kind === "score" ? outcome.score : outcome.kind === "error" ? outcome.message : null;
