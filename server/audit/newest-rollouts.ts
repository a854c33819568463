import type { AuditRollout } from "../protocol/audit";
import { listRuns } from "../runs/list-runs";
import { openTraces } from "../runs/trace-reader";

/** Rollouts that prompts are taken from. */
const rolloutsRead = 256;

/** The newest rollouts of the newest run that has any. */
export function newestRollouts(workspaceFolder: string): AuditRollout[] {
  for (const { folder, record } of listRuns(workspaceFolder)) {
    if (record === null) continue;
    const traces = openTraces(folder);
    try {
      const rollouts = traces.newest(rolloutsRead);
      if (rollouts.length === 0) continue;
      return rollouts.map(({ prompt, answer, row, completion, correct, stage, step, purpose, group, sample }) => ({
        prompt,
        answer,
        row,
        completion,
        correct,
        place: { folder, stage, step, purpose, group, sample },
      }));
    } finally {
      traces.close();
    }
  }
  return [];
}
