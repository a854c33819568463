/** `reasoning-lab score --reward FILE --input ROLLOUTS`: rewards over a file of rollouts, in several reward processes at a time. */
import { createWriteStream, renameSync, rmSync } from "node:fs";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { isFolder } from "../files/workspace-file";
import { writeProblem } from "../files/write-problem";
import type { JudgeCounts } from "../protocol/judges";
import type { RewardOutcome } from "../protocol/traces";
import { readReward } from "../rewards/bundle";
import type { DiscoveredReward } from "../rewards/discover";
import { scoreGroupOf, withColumns, type RolloutLine } from "../rewards/rollout-lines";
import type { Installation } from "../processes/installation";
import { workspaceJudges } from "../processes/rewards/open-judges";
import { openRewardPool, type RewardPool } from "../processes/rewards/reward-pool";
import { plainReward } from "../processes/rewards/pool-reward";
import { chosenRewards } from "./chosen-rewards";
import { checkRolloutFile, rolloutGroups, type RolloutGroup } from "./rollout-file";
import type { RewardRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import { UserError } from "../shared/user-error";

export interface BatchOptions {
  /** The reward file, absolute. */
  readonly file: string;
  /** One export; null: all rewards of the file. */
  readonly export: string | null;
  /** Rows of rollouts (JSONL, CSV, TSV, Parquet), absolute. */
  readonly input: string;
  /** Where scored lines go as JSONL, absolute; null: nowhere. */
  readonly output: string | null;
  readonly installation: Installation;
  readonly runtime: RewardRuntime;
  /** Seconds that one call of a reward may take: one sample, or one group for group rewards. */
  readonly timeout: number;
  /** Reward processes at a time; null: as many as there are cores, and two at least, so that a slow sample delays no other. */
  readonly workers: number | null;
  /** Names of environment variables that the rewards may see. */
  readonly env: readonly string[];
  /** Hosts that they may reach. */
  readonly hosts: readonly string[];
  /** Names of keys that their judges may use. */
  readonly keys: readonly string[];
  /** Workspace folder of the reward file. */
  readonly workspace: string;
  readonly log: (text: string) => void;
  readonly progress: (progress: BatchProgress) => void;
}

export interface RewardTotals {
  readonly name: string;
  /** Samples that got a score. */
  readonly scores: number;
  /** Over the scores; null without one. */
  readonly mean: number | null;
  /** Sample standard deviation; 0 for one score. */
  readonly std: number | null;
  readonly notApplicable: number;
  readonly errors: number;
  /** `line of the input: message`. */
  readonly firstError: string | null;
}

export interface BatchProgress {
  readonly samples: number;
  readonly total: number;
  readonly seconds: number;
  readonly rewards: readonly RewardTotals[];
  /** What judges were asked, by name. */
  readonly judges: Readonly<Record<string, JudgeCounts>>;
}

/** Samples that a worker takes at a time, in whole groups: enough that messages cost little, few enough that the workers end together. */
const samplesAtOnce = 16;

/** Mean and spread as scores come (Welford). */
function totalsOf(name: string) {
  let scores = 0;
  let mean = 0;
  let squares = 0;
  let notApplicable = 0;
  let errors = 0;
  let first: { readonly order: number; readonly message: string } | null = null;
  return {
    /** `order`: number of the rollout in the input. */
    add(outcome: RewardOutcome, { file, line }: RolloutLine, order: number): void {
      if (outcome.kind === "not-applicable") notApplicable++;
      else if (outcome.kind === "error") {
        errors++;
        const place = outcome.line === null ? "" : ` (line ${outcome.line} of the reward)`;
        if (first === null || order < first.order)
          first = { order, message: `${file}:${line}: ${outcome.message}${place}` };
      } else {
        scores++;
        const difference = outcome.score - mean;
        mean += difference / scores;
        squares += difference * (outcome.score - mean);
      }
    },
    totals: (): RewardTotals => ({
      name,
      scores,
      mean: scores === 0 ? null : mean,
      std: scores === 0 ? null : scores === 1 ? 0 : Math.sqrt(squares / (scores - 1)),
      notApplicable,
      errors,
      firstError: first?.message ?? null,
    }),
  };
}

/** Columns that are written behind those of the input. */
interface OutputColumns {
  readonly rewards: string;
  readonly details: string;
  readonly errors: string;
}

/** The usual names, or the same with a number where the input has one of them: what it brings is not overwritten. */
function freeColumns(taken: ReadonlySet<string>): OutputColumns {
  for (let number = 1; ; number++) {
    const end = number === 1 ? "" : `_${number}`;
    const columns = { rewards: `rewards${end}`, details: `reward_details${end}`, errors: `reward_errors${end}` };
    if (!Object.values(columns).some((name) => taken.has(name))) return columns;
  }
}

const detailsOf = ({ extras, steps }: Extract<RewardOutcome, { kind: "score" }>): Record<string, unknown> => ({
  ...extras,
  ...(steps && { steps }),
});

/** The line as it was, with what each reward said of it. */
function scoredLine(
  rollout: RolloutLine,
  outcomes: ReadonlyMap<string, RewardOutcome>,
  { rewards, details, errors }: OutputColumns,
): string {
  const named = [...outcomes];
  const pick = (of: (outcome: RewardOutcome) => unknown): Record<string, unknown> =>
    Object.fromEntries(named.flatMap(([name, outcome]) => (of(outcome) === undefined ? [] : [[name, of(outcome)]])));
  const unlessEmpty = (name: string, values: Record<string, unknown>): Record<string, unknown> =>
    Object.keys(values).length === 0 ? {} : { [name]: values };
  return withColumns(rollout, {
    [rewards]: pick((outcome) => (outcome.kind === "score" ? outcome.score : null)),
    ...unlessEmpty(
      details,
      pick((outcome) =>
        outcome.kind === "score" && Object.keys(detailsOf(outcome)).length > 0 ? detailsOf(outcome) : undefined,
      ),
    ),
    ...unlessEmpty(
      errors,
      pick((outcome) => (outcome.kind === "error" ? outcome.message : undefined)),
    ),
  });
}

/** Writes lines in the order of the input, whichever is ready first; the file appears under its name when it is whole. */
function openOutput(path: string) {
  if (isFolder(path)) throw new UserError(`${path} cannot be written: it is a folder.`);
  const part = `${path}.part`;
  const stream = createWriteStream(part);
  // A file that cannot be written is told by the first write that waits for it, and at the end.
  let failed: Error | null = null;
  stream.on("error", (error) => {
    failed = new UserError(`${path} cannot be written: ${writeProblem(path, error)}.`, { cause: error });
  });
  const closed = once(stream, "close").catch(() => undefined);
  const ready = new Map<number, string>();
  let next = 0;
  const check = () => {
    if (failed) throw failed;
  };
  return {
    async put(group: number, text: string): Promise<void> {
      check();
      ready.set(group, text);
      let full = false;
      for (let found = ready.get(next); found !== undefined; found = ready.get(next)) {
        ready.delete(next++);
        full = !stream.write(found);
      }
      if (full) await Promise.race([once(stream, "drain"), closed]).catch(() => undefined);
      check();
    },
    async end(): Promise<void> {
      stream.end();
      await closed;
      check();
      renameSync(part, path);
    },
    /** Ends without a file of its name. */
    async discard(): Promise<void> {
      stream.destroy();
      await closed;
      rmSync(part, { force: true });
    },
    part,
  };
}

/** Outcomes by rollout and reward. Singles go sample by sample, so that the time limit is each sample's own. */
async function scoreGroups(
  pools: Readonly<Record<DiscoveredReward["kind"], RewardPool | null>>,
  groups: readonly RolloutGroup[],
  timeout: number,
): Promise<Map<RolloutLine, Map<string, RewardOutcome>>> {
  const found = new Map(groups.flat().map((rollout) => [rollout, new Map<string, RewardOutcome>()]));
  const run = async (pool: RewardPool | null, units: readonly RolloutGroup[]) => {
    if (!pool) return;
    const before = pool.hashes();
    const { outcomes } = await pool.score(units.map(scoreGroupOf), timeout);
    for (const [reference, hash] of Object.entries(pool.hashes()))
      if (before[reference] !== "" && before[reference] !== hash)
        throw new UserError(
          `${reference} changed during scoring, so some scores would come from the old version. Start again.`,
        );
    for (const [name, byUnit] of Object.entries(outcomes))
      for (const [index, unit] of units.entries())
        for (const [sample, rollout] of unit.entries()) found.get(rollout)!.set(name, byUnit[index]![sample]!);
  };
  const samples = groups.flatMap((group) => group.map((rollout): RolloutGroup => [rollout]));
  await Promise.all([run(pools.single, samples), run(pools.group, groups)]);
  return found;
}

/** Scores all rollouts of the input. Throws an Error for people when a line is wrong, before anything is scored, or when a reward does not load. */
export async function scoreBatch(options: BatchOptions): Promise<BatchProgress> {
  const rewards = chosenRewards(options.file, options.export, readReward(options.file));
  const { rollouts: total, columns: taken } = checkRolloutFile(options.input);
  const columns = freeColumns(taken);
  if (options.output !== null && columns.rewards !== "rewards")
    options.log(`The input already has scores, which stay. The new ones go to "${columns.rewards}".`);
  const started = performance.now();
  const scratch = makeScratchFolder();
  const totals = new Map(rewards.map(({ name }) => [name, totalsOf(name)]));
  const output = options.output === null ? null : openOutput(options.output);
  let samples = 0;
  // One for all workers, which share its limits and its budget.
  const judges = workspaceJudges(options.workspace, options.log);
  const progress = (): BatchProgress => ({
    samples,
    total,
    seconds: (performance.now() - started) / 1000,
    rewards: [...totals.values()].map((one) => one.totals()),
    judges: judges.totals(),
  });

  const pools: RewardPool[] = [];
  const openPool = (kind: DiscoveredReward["kind"]): RewardPool | null => {
    const names = rewards.filter((reward) => reward.kind === kind).map(({ name }) => name);
    if (names.length === 0) return null;
    const pool = openRewardPool({
      rewards: names.map((name) => ({
        ...plainReward(`${basename(options.file)}#${name}`),
        env: [...options.env],
        hosts: [...options.hosts],
        keys: [...options.keys],
      })),
      folder: dirname(options.file),
      workspace: options.workspace,
      // One each: a module must not be written while another process loads it.
      bundleFolder: join(scratch.path, String(pools.length)),
      installation: options.installation,
      runtime: options.runtime,
      judges,
      log: options.log,
      patience: Infinity,
    });
    pools.push(pool);
    return pool;
  };

  const reader = rolloutGroups(
    options.input,
    rewards.every(({ kind }) => kind === "single"),
  );
  let groupsTaken = 0;
  let rolloutsTaken = 0;
  /** The next groups, with the numbers of the first one and of its first rollout. */
  const take = () => {
    const groups: RolloutGroup[] = [];
    const [first, firstRollout] = [groupsTaken, rolloutsTaken];
    while (rolloutsTaken - firstRollout < samplesAtOnce) {
      const { value } = reader.next();
      if (value === undefined) break;
      groups.push(value);
      rolloutsTaken += value.length;
    }
    groupsTaken += groups.length;
    return { first, firstRollout, groups };
  };

  const work = async (): Promise<void> => {
    const own = { single: openPool("single"), group: openPool("group") };
    for (;;) {
      const { first, firstRollout, groups } = take();
      if (groups.length === 0) return;
      const outcomes = await scoreGroups(own, groups, options.timeout);
      let order = firstRollout;
      for (const [index, group] of groups.entries()) {
        let text = "";
        for (const rollout of group) {
          const said = outcomes.get(rollout)!;
          for (const [name, outcome] of said) totals.get(name)!.add(outcome, rollout, order);
          order++;
          text += `${scoredLine(rollout, said, columns)}\n`;
        }
        samples += group.length;
        await output?.put(first + index, text);
      }
      options.progress(progress());
    }
  };

  const close = () => {
    pools.forEach((pool) => pool.close());
    judges.close();
  };
  // Ctrl-C: what is left is nobody's.
  const removePart = () => {
    if (output) rmSync(output.part, { force: true });
  };
  process.once("exit", removePart);
  const count = Math.min(total, options.workers ?? Math.max(2, availableParallelism()));
  const workers = Array.from({ length: count }, work);
  try {
    await Promise.all(workers);
    await output?.end();
    return progress();
  } catch (error) {
    close();
    await Promise.allSettled(workers);
    reader.return(undefined);
    await output?.discard();
    throw error;
  } finally {
    close();
    process.off("exit", removePart);
    scratch.remove();
  }
}
