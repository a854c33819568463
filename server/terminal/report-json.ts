/** What a run brought, for scripts: the record without its recipe, each stage with its report, and where its checkpoints lie. */
import type { RunRecord, StageRecord } from "../protocol/run";
import type { StageReport } from "../protocol/reports";
import { listCheckpoints } from "../runs/checkpoints";
import { readReport } from "../runs/reports";

export interface ReportJson extends Omit<RunRecord, "recipe" | "stages" | "format" | "process" | "pausedFor"> {
  /** Version of this form. */
  readonly report: 1;
  readonly folder: string;
  readonly stages: readonly (StageRecord & {
    /** What `reports/<stage>.json` holds; null: the stage writes none. */
    readonly report: StageReport | null;
    /** Names of the folders under `checkpoints`, oldest first. */
    readonly checkpoints: readonly string[];
  })[];
}

/** Throws an Error with a sentence for people when a stage's report is damaged. */
export function reportJson(folder: string, record: RunRecord): ReportJson {
  const { id, name, created, recipeFile, sources, seed, versions, engine, hashes, parent, accepted, status, message } =
    record;
  const checkpoints = listCheckpoints(folder);
  return {
    ...{ report: 1, folder, id, name, created, recipeFile, sources, seed, versions, engine, hashes },
    ...{ parent, accepted, status, message },
    stages: record.stages.map((stage) => ({
      ...stage,
      report: readReport(folder, stage.name),
      checkpoints: checkpoints.filter((each) => each.stage === stage.name).map((each) => each.name),
    })),
  };
}
