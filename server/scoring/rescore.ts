/** *Re-score Run…*: stored rollouts of a run through its rewards as they are now, step by step, in several reward processes at a time. */
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import * as z from "zod";
import type { ScoreGroup } from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import type { RescoredSample, RescoreSteps, Rescoring } from "../protocol/rescore";
import { samplesTraining } from "../protocol/stage-kinds";
import { splitRewardReference } from "../recipes/check";
import { resolveFrom } from "../recipes/resolve-from";
import { rewardNames } from "../recipes/reward-names";
import { recipeSchema, type Recipe, type RewardSpec } from "../recipes/schema";
import type { RlSpec } from "../recipes/stages";
import type { Installation } from "../processes/installation";
import { workspaceJudges } from "../processes/rewards/open-judges";
import { openRewardPool, type RewardPool } from "../processes/rewards/reward-pool";
import { findRewardRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import { recipeFileOf, workspaceOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { openTraces, type TraceReader } from "../runs/trace-reader";
import type { ScoredRollout } from "../runs/trace-scan";
import { packedIds } from "../rewards/packed-ids";
import { parseBoundedJson } from "../shared/bounded-json";
import { plural } from "../shared/plural";
import { UserError } from "../shared/user-error";
import { beforeAndAfter, rescoredStep, signChanged, stepFunctions, type Pair } from "./rescored-step";
import { isGeneral, rowsOfTasks } from "./sample-groups";

export interface RescoreOptions {
  readonly runFolder: string;
  /** Folder that the recipe lies in, as somebody has named it, of a run that is recorded elsewhere. Unset: the run's workspace folder. */
  readonly sources?: string;
  /** Reward file, absolute, and one of its exports or all that the recipe uses; null: all rewards of the recipe. */
  readonly reward: { readonly file: string; readonly export: string | null } | null;
  readonly steps: RescoreSteps;
  readonly installation: Installation;
  readonly nodePath: string;
  /** Reward processes at a time; unset: as many as there are cores. */
  readonly workers?: number;
  readonly log?: (text: string) => void;
  /** Rollouts that are scored, of how many. */
  readonly progress?: (done: number, total: number) => void;
}

/** Samples that are listed. */
const mostSamples = 200;

/** Rollouts that a worker takes at a time, about: whole steps, so that messages cost little. */
const rolloutsAtOnce = 512;

const columnsSchema = z.record(z.string(), z.unknown());

interface Chosen {
  /** As traces name it. */
  readonly name: string;
  readonly spec: RewardSpec;
}

/** Throws an Error for people when the recipe uses no such reward. */
function chosenRewards(recipe: Recipe, recipeFolder: string, { reward }: RescoreOptions): Chosen[] {
  const names = rewardNames(recipe.rewards);
  const all = recipe.rewards.map((spec, index): Chosen => ({ name: names[index]!, spec }));
  if (reward === null) return all;
  const found = all.filter(({ spec }) => {
    const { file, name } = splitRewardReference(spec.function);
    return resolveFrom(recipeFolder, file) === reward.file && (reward.export === null || reward.export === name);
  });
  if (found.length > 0) return found;
  throw new UserError(
    `The run's recipe does not use ${reward.file}${reward.export === null ? "" : `#${reward.export}`}. It uses ${recipe.rewards.map((spec) => spec.function).join(", ")}.`,
  );
}

interface Step {
  readonly stage: RlSpec;
  readonly step: number;
  readonly rollouts: number;
}

/** Steps of training that rewards scored, in the run's order. */
function chosenSteps(traces: TraceReader, recipe: Recipe, wanted: RescoreSteps): Step[] {
  const all = traces.steps().flatMap(({ stage: name, step, purpose, rollouts }): Step[] => {
    const stage = recipe.stages.find((spec) => spec.name === name);
    return purpose === "train" && stage && "num_generations" in stage && "advantage_estimator" in stage
      ? [{ stage, step, rollouts }]
      : [];
  });
  if (wanted === "all") return all;
  if (wanted === "newest") return all.slice(-1);
  return all.filter(({ step }) => step >= wanted.first && step <= wanted.last);
}

/** Rollouts of a step as groups that rewards score. */
function groupsOf(
  rollouts: readonly ScoredRollout[],
  recipe: Recipe,
  columnsOf: (rollout: ScoredRollout) => Readonly<Record<string, unknown>>,
): ScoreGroup[] {
  return [...Map.groupBy(rollouts, ({ group }) => group).values()].map((samples) => {
    const { prompt, answer } = samples[0]!;
    return {
      prompt,
      answer,
      completions: samples.map(({ completion }) => completion),
      packedIds: samples.map(({ tokens }) => packedIds(tokens)),
      row: { prompt, answer, ...columnsOf(samples[0]!) },
      ...(samples.some((sample) => isGeneral(sample, recipe)) ? { general: true } : {}),
    };
  });
}

/** One of the chosen rewards, in as many processes as there are workers. */
interface Scorer extends Chosen {
  readonly pools: readonly RewardPool[];
}

/** `[samples]` of groups. Throws an Error for people when the file was saved meanwhile. */
async function scoreWith(
  pool: RewardPool,
  { spec }: Chosen,
  groups: readonly ScoreGroup[],
  timeout: number,
): Promise<RewardOutcome[]> {
  const before = pool.hashes()[spec.function];
  const { outcomes } = await pool.score(groups, timeout);
  if (before !== "" && pool.hashes()[spec.function] !== before)
    throw new UserError(
      `${spec.function} changed while it was scoring, so some scores would come from the old version. Start again.`,
    );
  return outcomes[splitRewardReference(spec.function).name]!.flat();
}

/** Scores stored rollouts of training again. Throws an Error for people when there are none, or a reward does not load. */
export async function rescoreRun(options: RescoreOptions): Promise<Rescoring> {
  const { runFolder, installation, log = () => undefined, progress = () => undefined } = options;
  const began = performance.now();
  const record = readRecord(runFolder);
  const parsed = recipeSchema.safeParse(record.recipe);
  if (!parsed.success)
    throw new UserError(
      `${runFolder} was made by another version of Reasoning Lab, and its recipe cannot be read (${parsed.error.issues[0]?.message ?? ""}).`,
    );
  const recipe = parsed.data;
  const recipeFolder = dirname(recipeFileOf(runFolder, record, options.sources));
  const workspace = resolve(options.sources ?? workspaceOf(runFolder));
  const chosen = chosenRewards(recipe, recipeFolder, options);
  const traces = openTraces(runFolder);
  const scratch = makeScratchFolder();
  const judges = workspaceJudges(workspace, log);
  const pools: RewardPool[] = [];
  try {
    const steps = chosenSteps(traces, recipe, options.steps);
    const total = steps.reduce((sum, { rollouts }) => sum + rollouts, 0);
    if (total === 0)
      throw new UserError(
        `There is nothing to score: ${runFolder} has no rollouts of training${options.steps === "all" ? "" : " in these steps"}${record.stages.some(samplesTraining) ? "" : "; none of its stages has them"}.`,
      );
    const runtime = await findRewardRuntime(options.nodePath);
    const cores = options.workers ?? availableParallelism();
    const parts = partsOf(steps);
    // A process a core, however many rewards there are; one of each at least.
    const each = Math.min(parts.length, Math.max(1, Math.ceil(cores / chosen.length)));
    const open = (spec: RewardSpec): RewardPool => {
      const pool = openRewardPool({
        rewards: [spec],
        folder: recipeFolder,
        workspace,
        bundleFolder: scratch.path,
        installation,
        runtime,
        judges,
        log,
      });
      pools.push(pool);
      return pool;
    };
    const scorers = chosen.map((one): Scorer => ({
      ...one,
      pools: Array.from({ length: each }, () => open(one.spec)),
    }));
    await Promise.all(pools.map((pool) => pool.prepare()));
    const gathered = gather(recipe, chosen);
    const known = rowsWhereMissing(recipe, runFolder, record);
    let next = 0;
    let done = 0;
    let without = 0;
    const columnsOf = (rollout: ScoredRollout): Readonly<Record<string, unknown>> => {
      if (rollout.row !== null) return columnsSchema.parse(parseBoundedJson(rollout.row));
      const columns = known(rollout);
      if (columns === null) without++;
      return columns ?? {};
    };
    const work = async (worker: number): Promise<void> => {
      for (;;) {
        const at = next++;
        const part = parts[at];
        if (!part) return;
        const read = part.map((step) => ({ ...step, rollouts: traces.scored(step.stage.name, step.step) }));
        const groups = read.map(({ rollouts }) => groupsOf(rollouts, recipe, columnsOf));
        const all = groups.flat();
        const timeout = Math.max(...part.map(({ stage }) => stage.reward_timeout));
        const said = await Promise.all(scorers.map((scorer) => scoreWith(scorer.pools[worker]!, scorer, all, timeout)));
        let first = 0;
        for (const { rollouts, ...step } of read) {
          const again = rollouts.map((_, sample) =>
            Object.fromEntries(scorers.map(({ name }, index) => [name, said[index]![first + sample]!])),
          );
          first += rollouts.length;
          gathered.add({ ...step, rollouts }, again);
        }
        done += first;
        progress(done, total);
      }
    };
    await Promise.all(Array.from({ length: each }, (_, worker) => work(worker)));
    const data = recipe.task.name === "dataset" || recipe.general_task?.name === "dataset";
    return {
      folder: runFolder,
      time: Date.now(),
      ...gathered.result(steps),
      seconds: (performance.now() - began) / 1000,
      notes: [
        ...gathered.notes(steps),
        ...(without > 0 && data
          ? [
              `${plural(without, "group")} of an older version without their row, which the data set does not have either.`,
            ]
          : []),
      ],
    };
  } finally {
    for (const pool of pools) pool.close();
    judges.close();
    traces.close();
    scratch.remove();
  }
}

/** Steps that follow each other, in parts of about as many rollouts. */
function partsOf(steps: readonly Step[]): Step[][] {
  const parts: Step[][] = [];
  let room = 0;
  for (const step of steps) {
    if (room <= 0) {
      parts.push([]);
      room = rolloutsAtOnce;
    }
    parts.at(-1)!.push(step);
    room -= step.rollouts;
  }
  return parts;
}

/** Columns of rollouts whose store has none, from the run's data sets; they are read with the first that asks. */
function rowsWhereMissing(recipe: Recipe, runFolder: string, record: ReturnType<typeof readRecord>) {
  let rows: ReturnType<typeof rowsOfTasks> | null = null;
  return ({ prompt, answer }: ScoredRollout): Readonly<Record<string, unknown>> | null => {
    rows ??= rowsOfTasks(recipe, runFolder, record);
    return rows.get(JSON.stringify([prompt, answer]))?.columns ?? null;
  };
}

const keyOf = ({ stage, step }: Pick<Step, "stage" | "step">): string => `${stage.name} ${step}`;

/** How far a sample moved: a changed sign before all else. */
const weightOf = ({ old, new: next, oldAdvantage, newAdvantage }: RescoredSample): number =>
  (signChanged(oldAdvantage, newAdvantage) ? 1e6 : 0) +
  (oldAdvantage === null || newAdvantage === null ? 0 : Math.abs(newAdvantage - oldAdvantage)) +
  (old === null || next === null ? Number(old !== next) : Math.abs(next - old));

/** Takes steps in as they come, in any order. */
function gather(recipe: Recipe, chosen: readonly Chosen[]) {
  const names = rewardNames(recipe.rewards);
  const found = new Map<string, ReturnType<typeof rescoredStep>["counts"]>();
  const totals: Pair[] = [];
  const byReward: Record<string, Pair[]> = Object.fromEntries(chosen.map(({ name }) => [name, []]));
  let samples: RescoredSample[] = [];
  let changed = 0;
  let firstError: ReturnType<typeof rescoredStep>["firstError"] = null;
  return {
    add(
      step: { readonly stage: RlSpec; readonly step: number; readonly rollouts: readonly ScoredRollout[] },
      again: readonly Readonly<Record<string, RewardOutcome>>[],
    ): void {
      const made = rescoredStep(step, stepFunctions(names, recipe.rewards, step.stage), again);
      found.set(keyOf(step), made.counts);
      for (const pair of made.totals) totals.push(pair);
      for (const [name, pairs] of Object.entries(made.byReward)) for (const pair of pairs) byReward[name]!.push(pair);
      changed += made.changed.length;
      firstError ??= made.firstError;
      samples = [...samples, ...made.changed].toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, mostSamples);
    },
    result(steps: readonly Step[]) {
      const counts = steps.map((step) => found.get(keyOf(step))!);
      const sum = (of: (one: (typeof counts)[number]) => number): number =>
        counts.reduce((all, one) => all + of(one), 0);
      return {
        names: chosen.map(({ name }) => name),
        steps: steps.map((step, index) => ({ stage: step.stage.name, step: step.step, ...counts[index]! })),
        all: {
          samples: sum((one) => one.samples),
          groups: sum((one) => one.groups),
          total: beforeAndAfter(totals),
          rewards: Object.fromEntries(Object.entries(byReward).map(([name, pairs]) => [name, beforeAndAfter(pairs)])),
          signChanges: counts.some(({ signChanges }) => signChanges === null)
            ? null
            : sum(({ signChanges }) => signChanges ?? 0),
          gained: sum(({ gained }) => gained),
          lost: sum(({ lost }) => lost),
          errors: sum(({ errors }) => errors),
        },
        samples,
        changed,
        firstError,
      };
    },
    notes(steps: readonly Step[]): string[] {
      const stages = [...new Set(steps.map(({ stage }) => stage))];
      return [
        ...stages
          .filter(({ advantage_estimator }) => advantage_estimator === "gae")
          .map(
            ({ name }) => `${name} learned by a critic, so the signs of its advantages cannot be told from rewards.`,
          ),
        ...stages
          .filter(({ kl_in_reward }) => kl_in_reward)
          .map(({ name }) => `${name} took the KL off its rewards; advantages here are of the rewards alone.`),
      ];
    },
  };
}
