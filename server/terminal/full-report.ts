/** All that a terminal says of a run: its results, its evaluations, and what could not be read. */
import type { RunRecord } from "../protocol/run";
import { damagedMetrics } from "../runs/metrics";
import { evaluationTexts } from "./evaluation-text";
import { reportText } from "./report";

export function fullReport(folder: string, record: RunRecord): string {
  const damaged = damagedMetrics(folder);
  return [reportText(record), ...evaluationTexts(folder, record), ...(damaged === null ? [] : [damaged])].join("\n\n");
}
