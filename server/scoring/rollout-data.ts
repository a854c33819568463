/** What a run's newest rollouts and its metrics are to the rules that look at them. */
import type { RunRecord } from "../protocol/run";
import type { AnswerOf } from "../protocol/trace-questions";
import { splitRewardReference } from "../recipes/check";
import { resolveFrom } from "../recipes/resolve-from";
import { rewardNames } from "../recipes/reward-names";
import { recipeSchema } from "../recipes/schema";
import { readContext } from "../rewards/lint/context";
import { declaredRange, type DeclaredRange } from "../rewards/lint/range";
import type { RolloutData, StepNumbers } from "../rewards/lint/rollout-rules";
import { readMetrics } from "../runs/metrics";

export type RolloutScores = AnswerOf<"rolloutScores">;

/** Rollouts that rules look at. */
export const rolloutsLookedAt = 512;

/** Null: the run's recipe does not name the file, or has no rollouts of it. `recipeFolder`: what its references are relative to. */
export function rolloutData(
  {
    folder,
    record,
    recipeFolder,
  }: { readonly folder: string; readonly record: RunRecord; readonly recipeFolder: string },
  file: string,
  source: string,
  scored: RolloutScores,
): RolloutData | null {
  const recipe = recipeSchema.safeParse(record.recipe).data;
  if (!recipe || scored.length === 0) return null;
  const known = rewardNames(recipe.rewards);
  const names = new Map(
    recipe.rewards.flatMap((reward, index): [string, string][] => {
      const reference = splitRewardReference(reward.function);
      return resolveFrom(recipeFolder, reference.file) === file ? [[reference.name, known[index]!]] : [];
    }),
  );
  if (names.size === 0) return null;
  const { stage } = scored.at(-1)!;
  return {
    names,
    weights: new Map(recipe.rewards.map(({ weight }, index) => [known[index]!, weight])),
    ranges: rangesOf(source),
    history: historyOf(folder, stage, known),
    rollouts: scored
      .filter((one) => one.stage === stage)
      .map(({ stage: of, step, purpose, group, sample, rewards, reward, ...rest }) => ({
        ...rest,
        place: { folder, stage: of, step, purpose, group, sample },
        total: reward,
        scores: Object.fromEntries(
          Object.entries(rewards).map(([name, outcome]) => [name, outcome.kind === "score" ? outcome.score : null]),
        ),
      })),
  };
}

function rangesOf(source: string): ReadonlyMap<string, DeclaredRange> {
  const context = readContext(source);
  return new Map(
    (context?.rewards ?? []).flatMap((reward): [string, DeclaredRange][] => {
      const range = context && declaredRange(context, reward);
      return range && !("problem" in range) ? [[reward.name, range]] : [];
    }),
  );
}

/** Bytes of metrics that are read of a run: some ten thousand steps. */
const metricsRead = 16 << 20;

function historyOf(folder: string, stage: string, names: readonly string[]): StepNumbers[] {
  const byStep = new Map<number, Record<string, unknown>>();
  for (const row of readMetrics(folder, 0, metricsRead).rows)
    if (row.stage === stage) byStep.set(row.step, { ...byStep.get(row.step), ...row });
  const numberIn = (row: Record<string, unknown>, key: string): number | null => {
    const value = row[key];
    return typeof value === "number" ? value : null;
  };
  return [...byStep]
    .toSorted(([a], [b]) => a - b)
    .map(([step, row]) => ({
      step,
      pass: numberIn(row, "eval/pass@1"),
      means: Object.fromEntries(
        names.flatMap((name): [string, number][] => {
          const value = numberIn(row, `rewards/${name}/mean`);
          return value === null ? [] : [[name, value]];
        }),
      ),
    }));
}
