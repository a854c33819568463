/** What a run brought, for scripts: the record without its recipe, each stage with its report, and where its checkpoints lie. */
import type { Thresholds } from "../health/thresholds";
import type { RunRecord, StageRecord } from "../protocol/run";
import type { HealthNotes } from "../protocol/health";
import type { StageReport } from "../protocol/reports";
import { listCheckpoints } from "../runs/checkpoints";
import { damagedMetrics } from "../runs/metrics";
import { workspaceOf } from "../runs/paths";
import { readHealth } from "../runs/read-health";
import { workspaceThresholds } from "../runs/workspace-thresholds";
import { judgeTotals, type JudgeTotal } from "../runs/judgements";
import { readReport } from "../runs/reports";

export interface ReportJson extends Omit<
  RunRecord,
  "recipe" | "stages" | "format" | "process" | "pausedFor" | "resumeWays"
> {
  /** Version of this form. */
  readonly report: 1;
  readonly folder: string;
  /** A sentence about rows of `metrics.jsonl` that cannot be read; null: all can. */
  readonly damaged_metrics: string | null;
  /** Which known failures the numbers show: alarms first, advice where there are none. */
  readonly health: HealthNotes;
  /** Where the notes draw their lines: by `reasoningLab.health` in the workspace's settings, else as usual. */
  readonly health_thresholds: Thresholds;
  /** A sentence for each of those settings that could not be taken. */
  readonly health_settings_problems: readonly string[];
  /** What judges were asked, by name. */
  readonly judges: Readonly<Record<string, JudgeTotal>>;
  readonly stages: readonly (StageRecord & {
    /** What `reports/<stage>.json` holds; null: the stage writes none. */
    readonly report: StageReport | null;
    /** Names of the folders under `checkpoints`, oldest first. */
    readonly checkpoints: readonly string[];
  })[];
}

/** Throws an Error with a sentence for people when a stage's report is damaged. */
export function reportJson(folder: string, record: RunRecord): ReportJson {
  const { recipe, stages, format, process, pausedFor, resumeWays, ...shown } = record;
  const checkpoints = listCheckpoints(folder);
  const { thresholds, problems } = workspaceThresholds(workspaceOf(folder));
  return {
    report: 1,
    folder,
    ...shown,
    damaged_metrics: damagedMetrics(folder),
    health: readHealth(folder, recipe, thresholds),
    health_thresholds: thresholds,
    health_settings_problems: problems,
    judges: judgeTotals(folder),
    stages: stages.map((stage) => ({
      ...stage,
      report: readReport(folder, stage.name),
      checkpoints: checkpoints.filter((each) => each.stage === stage.name).map((each) => each.name),
    })),
  };
}
