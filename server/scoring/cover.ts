/** What of a reward's source runs: on its cases, each by itself, or on stored rollouts. In the limited process, which V8 counts in. */
import { dirname, join, sep } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import { liesWithin } from "../files/paths-within";
import type { CaseOutcome } from "../protocol/cases";
import type { CaseCoverage, CoveredFile, RolloutCoverage } from "../protocol/coverage";
import { openRewardPool, type RewardPool } from "../processes/rewards/reward-pool";
import { findInspectableRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import { readReward } from "../rewards/bundle";
import { addCoverage, coveredFiles } from "../rewards/coverage-map";
import { discoverRewards } from "../rewards/discover";
import { UserError } from "../shared/user-error";
import { rewardWith } from "./reward-settings";
import { caseOutcome, loadError, notRun, readCases, scoreCases, type CaseRunOptions } from "./run-cases";
import { storedSamples, type StoredSamples } from "./sample-groups";

/** Cases of which it is told what each one ran: what is told of a thousand is no help. */
const mostByCase = 300;

type CoverOptions = Pick<CaseRunOptions, "workspaceFolder" | "file" | "installation" | "nodePath" | "log" | "signal">;

/** Texts of the workspace's own files among those that a module was made of. */
function sourcesOf(inputs: readonly string[], workspaceFolder: string): ReadonlyMap<string, string> {
  const own = inputs.filter(
    (path) =>
      /\.[cm]?[jt]s$/.test(path) && liesWithin(workspaceFolder, path) && !path.split(sep).includes("node_modules"),
  );
  return new Map(own.map((path) => [path, readText(path, sizeLimits.source)]));
}

/** Works with a pool of one reward that counts what runs; `take` gives what ran since the last time. */
async function counting<T>(
  name: string,
  { workspaceFolder, file, installation, nodePath, log, signal }: CoverOptions,
  work: (pool: RewardPool, take: () => Promise<CoveredFile[]>) => Promise<T>,
): Promise<T> {
  const runtime = await findInspectableRuntime(nodePath);
  signal?.throwIfAborted();
  const scratch = makeScratchFolder();
  const pool = openRewardPool({
    rewards: [{ ...rewardWith(workspaceFolder, file, name), prompts: "all" }],
    folder: dirname(file),
    workspace: workspaceFolder,
    bundleFolder: join(scratch.path, "coverage"),
    installation,
    runtime,
    patience: Infinity,
    log: (text) => log?.(text),
    inspection: { kind: "coverage" },
  });
  const end = (): void => pool.close();
  signal?.addEventListener("abort", end);
  const rewards = new Set(discoverRewards(readReward(file)).rewards.map((one) => one.name));
  try {
    return await work(pool, async () => {
      const taken = await pool.coverage();
      return taken.flatMap(({ module, inputs, functions }) =>
        coveredFiles(
          { module, text: readText(module, sizeLimits.module), functions },
          sourcesOf(inputs, workspaceFolder),
          rewards,
        ),
      );
    });
  } finally {
    signal?.removeEventListener("abort", end);
    pool.close();
    scratch.remove();
  }
}

/** Runs cases one after the other and says what each of them ran. Throws where no runtime can count, and when it is ended. */
export async function coverCases(options: CaseRunOptions): Promise<CaseCoverage> {
  const { file, rewards, lines, ended, signal } = options;
  const { cases, problems } = readCases(file);
  const wanted = cases.filter(
    ({ reward, line }) => (rewards?.includes(reward) ?? true) && (lines?.includes(line) ?? true),
  );
  const outcomes: CaseOutcome[] = [];
  const byCase: { line: number; files: CoveredFile[] }[] = [];
  let files: CoveredFile[] = [];
  const tell = (outcome: CaseOutcome): void => {
    outcomes.push(outcome);
    ended?.(outcome);
  };
  for (const name of new Set(wanted.map(({ reward }) => reward))) {
    const own = wanted.filter(({ reward }) => reward === name);
    try {
      await counting(name, options, async (pool, take) => {
        await pool.prepare();
        // What runs as the module loads is of no case.
        files = addCoverage(files, await take());
        for (const one of own) {
          signal?.throwIfAborted();
          await scoreCases(pool, [one], (scored) => tell(caseOutcome(scored)));
          const ran = await take();
          files = addCoverage(files, ran);
          if (byCase.length < mostByCase) byCase.push({ line: one.line, files: ran });
        }
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
      const why = loadError(error);
      for (const one of own) if (!outcomes.some(({ line }) => line === one.line)) tell(notRun(one, why));
    }
  }
  return { outcomes, problems, inputs: files.map((one) => one.file), files, byCase };
}

type Stretch = Pick<CoveredFile["functions"][number], "start" | "end">;

const isWithin = (inner: Stretch, outer: Stretch): boolean => {
  const order = (a: Stretch["start"], b: Stretch["start"]): number => a.line - b.line || a.character - b.character;
  return order(outer.start, inner.start) <= 0 && order(inner.end, outer.end) <= 0;
};

/** A file without what stands in other rewards of it: they were not asked. */
function withoutOthers(file: CoveredFile, name: string, rewards: readonly string[]): CoveredFile {
  const others = file.functions.filter((one) => one.name !== name && rewards.includes(one.name));
  const own = (one: Stretch): boolean => !others.some((other) => isWithin(one, other));
  const { statements, functions, returns } = file;
  return {
    ...file,
    statements: statements.filter(own),
    functions: functions.filter(own),
    returns: returns.filter(own),
  };
}

/** Seconds a group, as *Score Samples* has them. */
const secondsPerGroup = 5;

/** What one reward runs of its source on the newest stored rollouts. Throws a UserError where there are none, or it cannot be used. */
export async function coverRollouts(
  options: CoverOptions & {
    readonly export: string;
    readonly samples?: (
      workspaceFolder: string,
      reward: { readonly prompts: "reasoning" | "general" | "all" },
    ) => Promise<StoredSamples>;
  },
): Promise<RolloutCoverage> {
  const { workspaceFolder, file, export: name, samples = storedSamples } = options;
  const reward = rewardWith(workspaceFolder, file, name);
  const { groups, notes } = await samples(workspaceFolder, reward);
  if (groups.length === 0)
    throw new UserError(
      "No run has rollouts of this reward's prompts yet: there is nothing that its source could run on.",
    );
  return counting(name, options, async (pool, take) => {
    await pool.prepare();
    const { outcomes } = await pool.score(groups, secondsPerGroup);
    const found = discoverRewards(readReward(file)).rewards;
    const names = found.map((one) => one.name);
    const files = (await take()).map((one) => (one.file === file ? withoutOthers(one, name, names) : one));
    const unit = found.some((one) => one.name === name && one.kind === "group") ? "group" : "rollout";
    const own = files.find((one) => one.file === file);
    const calls = own?.functions.find((one) => one.name === name)?.count ?? 0;
    const all = unit === "group" ? groups.length : (outcomes[name] ?? []).flat().length;
    // One that hung or ended its process took what was counted with it.
    const lost =
      calls < all
        ? [`${all - calls} of ${all} ${unit}s are not counted: calls of them hung, or ended the process`]
        : [];
    return { calls, unit, files, notes: [...notes, ...lost] };
  });
}
