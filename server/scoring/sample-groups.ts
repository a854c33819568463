/** Stored rollouts as rewards are tried on them: with their rows, and only those of prompts that the reward is for. */
import { dirname } from "node:path";
import * as z from "zod";
import type { ScoreGroup } from "../protocol/rewards";
import type { RunRecord } from "../protocol/run";
import type { RolloutWithRow } from "../protocol/traces";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { isFor } from "../rewards/scope";
import { parseBoundedJson } from "../shared/bounded-json";
import { listRuns } from "../runs/list-runs";
import { recipeFileOf } from "../runs/paths";
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
function isGeneral({ rewards }: RolloutWithRow, recipe: Recipe | null): boolean {
  const models = recipe?.stages.flatMap((stage) => ("reward_models" in stage ? stage.reward_models : [])) ?? [];
  return models.some(({ stage }) => rewards[stage]?.kind === "score");
}

/**
 * Rows of the recipe's data sets by prompt and answer, for stores that do not hold them; empty where the files are gone, make none, or may not be looked
 * at.
 */
function rowsOfTasks(recipe: Recipe | null, runFolder: string, record: RunRecord): ReadonlyMap<string, TaskRow> {
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

/** Whole groups of the newest rollouts of the newest run that has any. */
export function storedSamples(workspaceFolder: string, reward: Pick<PoolReward, "prompts">): StoredSamples {
  for (const { folder, record } of listRuns(workspaceFolder)) {
    if (record === null) continue;
    const traces = openTraces(folder);
    try {
      const rollouts = traces.newest(newest);
      if (rollouts.length === 0) continue;
      const recipe = recipeSchema.safeParse(record.recipe).data ?? null;
      const known = rollouts.some(({ row }) => row === null)
        ? rowsOfTasks(recipe, folder, record)
        : new Map<string, TaskRow>();
      const columnsOf = ({ row, prompt, answer }: RolloutWithRow): Readonly<Record<string, unknown>> | null =>
        row === null
          ? (known.get(JSON.stringify([prompt, answer]))?.columns ?? null)
          : columnsSchema.parse(parseBoundedJson(row));
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
        const columns = columnsOf(rollout);
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
        found.completionIds?.push(traces.tokens(rollout).map(({ id }) => id));
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
