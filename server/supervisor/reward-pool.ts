/** The rewards of a run: bundled, each file in a process of its own, rebuilt when their source changes, timed group by group. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import type { ScoreGroup } from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import type { Scored } from "../protocol/trainer";
import { splitRewardReference } from "../recipes/check";
import { resolveFrom } from "../recipes/resolve-from";
import { bundleReward, changedSince, readReward, type RewardBundle } from "../rewards/bundle";
import { discoverRewards, type DiscoveredReward } from "../rewards/discover";
import { errorOutcome } from "../rewards/outcome";
import { rewardModule, rewardScript, sandboxScript, type Installation } from "./installation";
import { startRewardChild, type RewardChild } from "./reward-child";
import type { RewardRuntime } from "./runtime";
import { openSandboxPool } from "./sandbox-pool";
import { verifyCodeWith, type CodeTests } from "../verifiers/code/verify-code";

export interface RewardPoolSettings {
  /** `FILE.reward.ts#EXPORT`, relative to `folder`. */
  readonly references: readonly string[];
  readonly folder: string;
  /** Where bundles go. */
  readonly bundleFolder: string;
  readonly installation: Installation;
  readonly runtime: RewardRuntime;
  readonly log: (text: string) => void;
  /** Processes that one call may lose before the groups left of it count as errors: else a reward that always hangs costs hours. 3. */
  readonly patience?: number;
}

/** Programs of a model that run at the same time, on a machine with as many processors; each may use half a gigabyte. */
const mostSandboxes = 4;

/** Hash over all rewards that score a step, as its metrics have it. */
export const rewardHashOf = (hashes: Readonly<Record<string, string>>): string =>
  createHash("sha256").update(JSON.stringify(hashes)).digest("hex");

export interface RewardPool {
  /** Bundles and loads what is not loaded as it stands on disk. Throws an Error for people. */
  prepare(): Promise<void>;
  /** SHA-256 of each reward's bundled source, by reference, as of the last {@link prepare}. */
  hashes(): Record<string, string>;
  /** Scores groups with every reward as it stands on disk now; `timeout` in seconds a group and reward. Throws when one does not load. */
  score(groups: readonly ScoreGroup[], timeout: number): Promise<Scored>;
  /** `[programs]` whether each passes its tests, in the sandboxes that rewards use. Throws when tests cannot be used. */
  judge(language: "python" | "javascript", programs: readonly Program[]): Promise<boolean[]>;
  close(): void;
}

/** A completion that holds a program, with tests in one of the forms of `CodeTests`. */
export interface Program {
  readonly completion: string;
  readonly tests?: unknown;
}

interface LoadedFile {
  readonly file: string;
  readonly names: readonly string[];
  bundle: RewardBundle | null;
  child: RewardChild | null;
  places: readonly DiscoveredReward[];
}

export function openRewardPool(settings: RewardPoolSettings): RewardPool {
  const { patience = 3 } = settings;
  const references = settings.references.map((reference) => ({ reference, ...splitRewardReference(reference) }));
  const files = [...new Set(references.map(({ file }) => file))].map((file): LoadedFile => ({
    file: resolveFrom(settings.folder, file),
    names: references.filter((reference) => reference.file === file).map(({ name }) => name),
    bundle: null,
    child: null,
    places: [],
  }));
  const inFolder = (file: string) => files.find((loaded) => loaded.file === resolveFrom(settings.folder, file))!;
  let closed = false;
  // Its processes start with the first program.
  const sandboxes = openSandboxPool({
    script: sandboxScript(settings.installation),
    runtime: settings.runtime,
    size: Math.min(availableParallelism(), mostSandboxes),
  });

  const isClosed = () => closed;
  async function startChild(loaded: LoadedFile): Promise<RewardChild> {
    if (isClosed()) throw new Error("Scoring was ended.");
    loaded.child?.kill();
    const groupExports = loaded.places.filter(({ kind }) => kind === "group").map(({ name }) => name);
    loaded.child = await startRewardChild(
      { module: loaded.bundle!.module, exports: loaded.names, groupExports },
      {
        runtime: settings.runtime,
        script: rewardScript(settings.installation),
        log: settings.log,
        runProgram: sandboxes.run,
      },
    ).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`The reward file ${loaded.file} cannot be used: ${message}.`, { cause: error });
    });
    if (isClosed()) loaded.child.kill();
    return loaded.child;
  }

  async function prepareFile(loaded: LoadedFile): Promise<void> {
    if (loaded.bundle === null || changedSince(loaded.bundle)) {
      const bundle = await bundleReward(loaded.file, settings.bundleFolder, rewardModule(settings.installation));
      loaded.places = discoverRewards(readReward(loaded.file)).rewards;
      if (bundle.hash !== loaded.bundle?.hash) {
        if (loaded.bundle !== null) settings.log(`${loaded.file} has changed and is loaded again.`);
        loaded.child?.kill();
        loaded.child = null;
      }
      loaded.bundle = bundle;
    }
    if (!loaded.child?.alive) await startChild(loaded);
  }

  /** An error outcome that points at the reward when it has no place of its own. */
  function placed(loaded: LoadedFile, name: string, outcome: RewardOutcome): RewardOutcome {
    if (outcome.kind !== "error" || outcome.line !== null) return outcome;
    const place = loaded.places.find((reward) => reward.name === name);
    return place ? { ...outcome, file: loaded.file, line: place.line, column: place.column } : outcome;
  }

  async function scoreOne(loaded: LoadedFile, name: string, groups: readonly ScoreGroup[], timeout: number) {
    const outcomes: RewardOutcome[][] = [];
    let milliseconds = 0;
    let lost = 0;
    while (outcomes.length < groups.length) {
      const first = outcomes.length;
      const child = loaded.child?.alive ? loaded.child : await startChild(loaded);
      await child.score(name, groups.slice(first), timeout, (index, result) => {
        const all = (message: string) => groups[first + index]!.completions.map(() => errorOutcome(message));
        const found = result.kind === "scored" ? result.outcomes : all(result.message);
        outcomes.push(found.map((outcome) => placed(loaded, name, outcome)));
        if (result.kind === "scored") milliseconds += result.milliseconds;
        else {
          lost++;
          milliseconds += timeout * 1000;
        }
      });
      if (lost < patience) continue;
      for (const group of groups.slice(outcomes.length)) {
        const skipped = errorOutcome(`was not tried any more after ${patience} groups that hung or ended its process`);
        outcomes.push(group.completions.map(() => placed(loaded, name, skipped)));
      }
    }
    return { outcomes, milliseconds };
  }

  const hashes = () =>
    Object.fromEntries(references.map(({ reference, file }) => [reference, inFolder(file).bundle?.hash ?? ""]));

  const prepare = async () => {
    await Promise.all(files.map(prepareFile));
  };

  let queue: Promise<unknown> = Promise.resolve();
  async function score(groups: readonly ScoreGroup[], timeout: number): Promise<Scored> {
    await prepare();
    const rewardHash = rewardHashOf(hashes());
    const scored = await Promise.all(
      files.map(async (loaded) => {
        const results = [];
        for (const name of loaded.names) results.push({ name, ...(await scoreOne(loaded, name, groups, timeout)) });
        return results;
      }),
    );
    const byName = new Map(scored.flat().map((result) => [result.name, result]));
    // In the order of the recipe, which is that of the columns people see.
    const inOrder = references.map(({ name }) => byName.get(name)!);
    return {
      rewardHash,
      outcomes: Object.fromEntries(inOrder.map(({ name, outcomes }) => [name, outcomes])),
      milliseconds: Object.fromEntries(inOrder.map(({ name, milliseconds }) => [name, milliseconds])),
    };
  }

  return {
    prepare,
    hashes,
    score(groups, timeout) {
      const result = queue.then(() => score(groups, timeout));
      queue = result.catch(() => undefined);
      return result;
    },
    judge: (language, programs) =>
      Promise.all(
        programs.map(async ({ completion, tests }) => {
          // `verifyCode` says itself what is wrong with tests of another form.
          const verdict = await verifyCodeWith(sandboxes.run, completion, tests as CodeTests, { language });
          return verdict.score === 1;
        }),
      ),
    close() {
      closed = true;
      for (const { child } of files) child?.kill();
      sandboxes.close();
    },
  };
}
