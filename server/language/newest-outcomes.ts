/** What the newest run of a workspace folder says of the rewards of a file: its rollouts are read again only when it has moved on. */
import { dirname } from "node:path";
import type { RunEntry } from "../protocol/editor";
import type { RunRecord } from "../protocol/run";
import { learnsFrom } from "../protocol/stage-kinds";
import type { AnswerOf } from "../protocol/trace-questions";
import type { RewardOutcome } from "../protocol/traces";
import { splitRewardReference } from "../recipes/check";
import { resolveFrom } from "../recipes/resolve-from";
import { rewardNames } from "../recipes/reward-names";
import { recipeSchema, type Recipe, type RewardSpec } from "../recipes/schema";
import { metricsSize, newestRow, newestSteps } from "../runs/metrics";
import { recipeFileIn } from "../runs/paths";
import { spearman } from "../statistics/spearman";
import { resultOfOutcomes } from "./reward-results";
import type { RewardResult } from "./reward-results";

/** Rollouts that a lens speaks of. */
export const newestRollouts = 4096;

/** Steps that a lens draws. */
const drawnSteps = 8;

/** Traces that are just being closed may not be readable for a moment; damaged ones stay so. After so many attempts only a change helps. */
const mostAttempts = 5;

interface Known {
  readonly stamp: string;
  /** Null while the run has no rollouts: then the run before it still has the say. */
  readonly results: ReadonlyMap<string, RewardResult> | null;
  /** Attempts in a row that could not read the run. */
  readonly failures: number;
}

/** The newest rollouts of a run of training, oldest first. */
export type ReadNewest = (folder: string) => Promise<AnswerOf<"newestRewards">>;

/** `failed` is told when traces cannot be read, and whether asking again later may help; what was known before stands until then. */
export function newestOutcomes(
  read: ReadNewest,
  failed: (error: unknown, again: boolean) => void,
): (file: string, runs: readonly RunEntry[]) => Promise<ReadonlyMap<string, RewardResult>> {
  const cache = new Map<string, ReadonlyMap<string, Known>>();
  /** Who asks about a file waits for who asked before, and mostly finds the answer. */
  const turns = new Map<string, Promise<unknown>>();

  const look = async ({ folder, record }: RunEntry, names: Names, known: Known | undefined): Promise<Known> => {
    // The metrics of a step are written after its rollouts; what `run.json` says of the step may lag behind.
    const stamp = `${metricsSize(folder)} ${record?.status ?? ""}`;
    const failures = known?.stamp === stamp ? known.failures : 0;
    if (known?.stamp === stamp && (failures === 0 || failures >= mostAttempts)) return known;
    try {
      return { stamp, results: outcomesOf(folder, names, await read(folder)), failures: 0 };
    } catch (error) {
      failed(error, failures + 1 < mostAttempts);
      return { stamp, results: known?.results ?? null, failures: failures + 1 };
    }
  };

  async function ask(file: string, runs: readonly RunEntry[]): Promise<ReadonlyMap<string, RewardResult>> {
    const before = cache.get(file);
    const looked = new Map<string, Known>();
    cache.set(file, looked);
    for (const run of runs) {
      const names = rewardsOfFile(file, run);
      if (!names) continue;
      const known = await look(run, names, before?.get(run.folder));
      looked.set(run.folder, known);
      if (known.results) return known.results;
    }
    return new Map();
  }

  return (file, runs) => {
    const answer = (turns.get(file) ?? Promise.resolve()).then(() => ask(file, runs));
    turns.set(
      file,
      answer.catch(() => undefined),
    );
    return answer;
  };
}

/** Whether there may be rollouts that rewards scored. */
const hasBegun = ({ record }: RunEntry): boolean =>
  record?.stages.some((stage) => stage.status !== "pending" && learnsFrom(stage, "rewards")) ?? false;

/** Names that a run knows the exports of a file by. */
type Names = ReadonlyMap<string, string>;

/** Recipes as parsed: the same run is asked about again and again. */
const recipes = new WeakMap<object, Recipe | null>();

function recipeOf({ recipe }: RunRecord): Recipe | null {
  if (typeof recipe !== "object" || recipe === null) return null;
  const known = recipes.get(recipe);
  if (known !== undefined) return known;
  const parsed = recipeSchema.safeParse(recipe).data ?? null;
  recipes.set(recipe, parsed);
  return parsed;
}

/** Names of a file's rewards in a run that they may have scored, by the export; null of other runs. */
export const rewardsOfFile = (file: string, run: RunEntry): Names | null => (hasBegun(run) ? namesOf(file, run) : null);

/** Rewards of a run's recipe that the file holds, with the names that traces know them by. */
function rewardsIn(file: string, { record, workspaceFolder }: RunEntry) {
  const recipe = record && recipeOf(record);
  if (!recipe) return [];
  const folder = dirname(recipeFileIn(workspaceFolder, record));
  const known = rewardNames(recipe.rewards);
  return recipe.rewards.flatMap((spec, index) => {
    const reference = splitRewardReference(spec.function);
    return resolveFrom(folder, reference.file) === file ? [{ spec, name: reference.name, known: known[index]! }] : [];
  });
}

/** What the run's recipe says of the rewards of a file. */
export const rewardSpecsOfFile = (file: string, run: RunEntry): RewardSpec[] =>
  rewardsIn(file, run).map(({ spec }) => spec);

/** Exports of the file that the run's recipe uses; null when it uses none. */
function namesOf(file: string, run: RunEntry): Names | null {
  const names = rewardsIn(file, run).map(({ name, known }): [string, string] => [name, known]);
  return names.length === 0 ? null : new Map(names);
}

/** Of the samples that have a score and a verdict. */
function correlationWithRight(rollouts: Awaited<ReturnType<ReadNewest>>, name: string): RewardResult["withRight"] {
  const pairs = rollouts.flatMap(({ rewards, correct }): [number, number][] => {
    const outcome = rewards[name];
    return outcome?.kind === "score" && correct !== null ? [[outcome.score, Number(correct)]] : [];
  });
  const rank = spearman(
    pairs.map(([score]) => score),
    pairs.map(([, right]) => right),
  );
  return rank === null ? null : { rank, samples: pairs.length };
}

function outcomesOf(
  folder: string,
  names: Names,
  rollouts: Awaited<ReturnType<ReadNewest>>,
): ReadonlyMap<string, RewardResult> | null {
  const newest = rollouts.at(-1);
  if (newest === undefined) return null;
  const last = newestRow(folder, (row) => "reward" in row);
  const trend = newestSteps(folder, newest.stage, drawnSteps);
  const place = { folder, stage: newest.stage, step: newest.step, time: last?.time ?? null };
  return new Map(
    [...names].map(([name, known]) => {
      const outcomes = rollouts.flatMap(({ rewards }): RewardOutcome[] => (rewards[known] ? [rewards[known]] : []));
      const numberIn = (key: string): number | null => {
        const value = last?.[key];
        return typeof value === "number" ? value : null;
      };
      const [p50, p99] = ["p50", "p99"].map((share) => numberIn(`verifier/${known}/${share}_milliseconds`));
      const result = resultOfOutcomes(outcomes, numberIn(`verifier/${known}/milliseconds`), place);
      return [
        name,
        {
          ...result,
          trend: trend.flatMap((row) => row[`rewards/${known}/mean`] ?? []).filter((mean) => typeof mean === "number"),
          times: p50 == null || p99 == null ? undefined : { p50, p99 },
          withRight: correlationWithRight(rollouts, known),
        },
      ];
    }),
  );
}
