/** All that a terminal says of a run: its results, its evaluations, and what could not be read. */
import type { RunRecord } from "../protocol/run";
import { damagedMetrics } from "../runs/metrics";
import { workspaceOf } from "../runs/paths";
import { readHealth } from "../runs/read-health";
import { workspaceThresholds } from "../runs/workspace-thresholds";
import { evaluationTexts } from "./evaluation-text";
import { healthText } from "./health-text";
import { judgeText } from "./judge-text";
import { reportText } from "./report";

export function fullReport(folder: string, record: RunRecord): string {
  const damaged = damagedMetrics(folder);
  const { thresholds, problems } = workspaceThresholds(workspaceOf(folder));
  const health = healthText(readHealth(folder, record.recipe, thresholds));
  const judges = judgeText(folder);
  return [
    reportText(record),
    ...evaluationTexts(folder, record),
    ...(health === null ? [] : [health]),
    ...problems,
    ...(judges === null ? [] : [judges]),
    ...(damaged === null ? [] : [damaged]),
  ].join("\n\n");
}
