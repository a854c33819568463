/** What the newest run of a workspace says of the rewards of a file, by the rules for rollouts: looked at again only when it has moved on, or the file was saved. */
import { dirname } from "node:path";
import { readText, sizeLimits, statsOf } from "../files/workspace-file";
import type { RunEntry } from "../protocol/editor";
import type { RewardRemark } from "../rewards/lint/finding";
import { rolloutRemarks } from "../rewards/lint/rollout-rules";
import type { RuleSettings } from "../rewards/lint/rule-settings";
import { metricsSize, newestRow } from "../runs/metrics";
import { recipeFileIn } from "../runs/paths";
import { rolloutData, rolloutsLookedAt, type RolloutScores } from "../scoring/rollout-data";
import { rewardsOfFile } from "./newest-outcomes";

/** `read`: the newest rollouts of a run, oldest first. */
export function newestRemarks(
  read: (folder: string, limit: number) => Promise<RolloutScores>,
): (file: string, runs: readonly RunEntry[], settings: RuleSettings) => Promise<readonly RewardRemark[]> {
  const known = new Map<
    string,
    { readonly stamp: string; readonly settings: RuleSettings; readonly remarks: readonly RewardRemark[] }
  >();
  return async (file, runs, settings) => {
    for (const run of runs) {
      const { record, folder, workspaceFolder } = run;
      if (record === null || rewardsOfFile(file, run) === null) continue;
      const stamp = `${folder} ${metricsSize(folder)} ${statsOf(file)?.mtimeMs ?? 0}`;
      const before = known.get(file);
      if (before?.stamp === stamp && before.settings === settings) return before.remarks;
      const scored = await read(folder, rolloutsLookedAt);
      if (scored.length === 0) continue;
      const recipeFolder = dirname(recipeFileIn(workspaceFolder, record));
      const data = rolloutData({ folder, record, recipeFolder }, file, readText(file, sizeLimits.source), scored);
      const found = data === null ? [] : rolloutRemarks(data, settings);
      const time = newestRow(folder, (row) => "reward" in row)?.time ?? null;
      const saved = statsOf(file)?.mtimeMs ?? 0;
      // Numbers of another version are said to be that.
      const remarks =
        time !== null && saved > time
          ? found.map((one) => ({ ...one, message: `${one.message} (Scored before the last edit of this file.)` }))
          : found;
      known.set(file, { stamp, settings, remarks });
      return remarks;
    }
    return [];
  };
}
