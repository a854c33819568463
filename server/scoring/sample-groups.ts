/** Stored rollouts as rewards are tried on them: with their rows, and only those of prompts that the reward is for. */
import { dirname } from "node:path";
import * as z from "zod";
import type { ScoreGroup } from "../protocol/rewards";
import type { RunRecord } from "../protocol/run";
import type { TraceGroupParams } from "../protocol/editor";
import { isDrawn, type RewardOutcome, type RolloutWithRow } from "../protocol/traces";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { isFor } from "../rewards/scope";
import { parseBoundedJson } from "../shared/bounded-json";
import { listRuns } from "../runs/list-runs";
import { recipeFileOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { openTraces } from "../runs/trace-reader";
import { plural } from "../shared/plural";
import { createTasks } from "../tasks/create-tasks";
import type { TaskRow } from "../tasks/task";
import type { PoolReward } from "../processes/rewards/pool-reward";

export interface StoredSamples {
  readonly groups: ScoreGroup[];
  /** Sentences on what is not as in training. */
  readonly notes: string[];
}

/** Rollouts that are scored: enough for a mean, few enough for a lens. */
const newest = 512;

const columnsSchema = z.record(z.string(), z.unknown());

/** A general prompt's completion was scored by a reward model, which a reasoning prompt's never is. */
export function isGeneral({ rewards }: Pick<RolloutWithRow, "rewards">, recipe: Recipe | null): boolean {
  const models = recipe?.stages.flatMap((stage) => ("reward_models" in stage ? stage.reward_models : [])) ?? [];
  return models.some(({ stage }) => rewards[stage]?.kind === "score");
}

/**
 * Rows of the recipe's data sets by prompt and answer, for stores that do not hold them; empty where the files are gone, make none, or may not be looked
 * at.
 */
export function rowsOfTasks(recipe: Recipe | null, runFolder: string, record: RunRecord): ReadonlyMap<string, TaskRow> {
  if (!recipe) return new Map();
  try {
    const { task, generalTask } = createTasks(recipe, dirname(recipeFileOf(runFolder, record)));
    const rows = [task, ...(generalTask ? [generalTask] : [])].flatMap(({ rows: of }) =>
      of.kind === "listed" ? [...of.training, ...of.heldOut] : [],
    );
    return new Map(rows.map((row) => [JSON.stringify([row.prompt, row.answer]), row]));
  } catch {
    return new Map();
  }
}

/** The columns of a rollout's row: as the store has them, else as the recipe's data sets do; null: neither does. */
function columnsOf(
  { row, prompt, answer }: RolloutWithRow,
  known: ReadonlyMap<string, TaskRow>,
): Readonly<Record<string, unknown>> | null {
  return row === null
    ? (known.get(JSON.stringify([prompt, answer]))?.columns ?? null)
    : columnsSchema.parse(parseBoundedJson(row));
}

const rowsWhereMissing = (
  rollouts: readonly RolloutWithRow[],
  recipe: Recipe | null,
  folder: string,
  record: RunRecord,
): ReadonlyMap<string, TaskRow> =>
  rollouts.some(({ row }) => row === null) ? rowsOfTasks(recipe, folder, record) : new Map<string, TaskRow>();

/** A group as it was scored, with what its rewards said. */
export interface StoredGroup {
  readonly group: ScoreGroup;
  /** Numbers of its samples, in their order. */
  readonly samples: number[];
  /** By sample and the reward's name, as it was recorded. */
  readonly recorded: Record<string, RewardOutcome>[];
}

/** All samples of one group of a run as their rewards were given them; null: it is not there. */
export function storedGroup(folder: string, key: Omit<TraceGroupParams, "folder">): StoredGroup | null {
  const traces = openTraces(folder);
  try {
    const rollouts = traces.groupWithRows(key).filter(isDrawn);
    const first = rollouts[0];
    if (!first) return null;
    const record = readRecord(folder);
    const recipe = recipeSchema.safeParse(record.recipe).data ?? null;
    const columns = columnsOf(first, rowsWhereMissing(rollouts, recipe, folder, record));
    const { prompt, answer } = first;
    return {
      group: {
        prompt,
        answer,
        completions: rollouts.map(({ completion }) => completion),
        row: { prompt, answer, ...columns },
        completionIds: rollouts.map((rollout) => Array.from(traces.tokens(rollout).tokens)),
        general: isGeneral(first, recipe),
      },
      samples: rollouts.map(({ sample }) => sample),
      recorded: rollouts.map(({ rewards }) => rewards),
    };
  } finally {
    traces.close();
  }
}

/** Whole groups of the newest rollouts of the newest run that has any. */
export function storedSamples(workspaceFolder: string, reward: Pick<PoolReward, "prompts">): StoredSamples {
  for (const { folder, record } of listRuns(workspaceFolder)) {
    if (record === null) continue;
    const traces = openTraces(folder);
    try {
      const rollouts = traces.newest(newest);
      if (rollouts.length === 0) continue;
      const recipe = recipeSchema.safeParse(record.recipe).data ?? null;
      const known = rowsWhereMissing(rollouts, recipe, folder, record);
      const groups = new Map<string, ScoreGroup>();
      let others = 0;
      let without = 0;
      for (const rollout of rollouts) {
        const { stage, step, group, prompt, answer } = rollout;
        const general = isGeneral(rollout, recipe);
        if (!isFor(reward, { general })) {
          others++;
          continue;
        }
        const columns = columnsOf(rollout, known);
        if (columns === null) without++;
        const key = `${stage} ${step} ${group}`;
        const found = groups.get(key) ?? {
          prompt,
          answer,
          completions: [],
          row: { prompt, answer, ...columns },
          completionIds: [],
          ...(general ? { general } : {}),
        };
        found.completions.push(rollout.completion);
        found.completionIds?.push(Array.from(traces.tokens(rollout).tokens));
        groups.set(key, found);
      }
      const rows = recipe?.task.name === "dataset" || recipe?.general_task?.name === "dataset";
      return {
        groups: [...groups.values()],
        notes: [
          ...(others > 0
            ? [`${plural(others, "rollout")} of other prompts left out (prompts: ${reward.prompts})`]
            : []),
          ...(without > 0 && rows
            ? [
                `${plural(without, "rollout")} of an older version without their row, which the data set does not have either`,
              ]
            : []),
        ],
      };
    } finally {
      traces.close();
    }
  }
  return { groups: [], notes: [] };
}
