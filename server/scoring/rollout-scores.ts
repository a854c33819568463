/** The newest rollouts of a run as rules look at them: numbers without texts. */
import { dirname } from "node:path";
import type { RolloutSummary } from "../protocol/traces";
import type { RewardRemark } from "../rewards/lint/finding";
import { rolloutRemarks } from "../rewards/lint/rollout-rules";
import type { RuleSettings } from "../rewards/lint/rule-settings";
import { listRuns } from "../runs/list-runs";
import { recipeFileOf } from "../runs/paths";
import { openTraces } from "../runs/trace-reader";
import { rolloutData, rolloutsLookedAt, type RolloutScores } from "./rollout-data";

type Scores = Pick<
  RolloutSummary,
  "stage" | "step" | "purpose" | "group" | "sample" | "rewards" | "reward" | "advantage" | "correct" | "length"
>;

export function rolloutScores(folder: string, limit: number): Scores[] {
  const traces = openTraces(folder);
  try {
    return traces
      .newest(limit)
      .map(({ stage, step, purpose, group, sample, rewards, reward, advantage, correct, length }) => ({
        stage,
        step,
        purpose,
        group,
        sample,
        rewards,
        reward,
        advantage,
        correct,
        length,
      }));
  } finally {
    traces.close();
  }
}

/** What the newest run that scored with a file says of it; null: there is none. */
export function remarksOfNewestRun(
  workspaceFolder: string,
  file: string,
  source: string,
  settings: RuleSettings,
): readonly RewardRemark[] | null {
  for (const { folder, record } of listRuns(workspaceFolder)) {
    if (record === null) continue;
    const scored: RolloutScores = rolloutScores(folder, rolloutsLookedAt);
    const data = rolloutData(
      { folder, record, recipeFolder: dirname(recipeFileOf(folder, record)) },
      file,
      source,
      scored,
    );
    if (data !== null) return rolloutRemarks(data, settings);
  }
  return null;
}
