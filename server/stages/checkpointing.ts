import { join } from "node:path";
import { checkpointFiles, type StageExtras } from "../models/checkpoint";
import { dropMoments } from "../models/moments";
import { listCheckpoints } from "../runs/checkpoints";
import { checkpointsFolder } from "../runs/paths";
import type { StageContext, StageStart } from "./context";

interface CheckpointSettings {
  readonly name: string;
  readonly save_total_limit: number;
  readonly keep_moments: "all" | "newest";
  readonly metric_for_best_model?: string | undefined;
}

/** Saves the stage as it stands after a step and deletes checkpoints beyond `save_total_limit`, but never the best. */
export function saveStage(
  { run }: Pick<StageContext, "run">,
  stage: CheckpointSettings,
  { policy, optimizer }: Pick<StageStart, "policy" | "optimizer">,
  at: { readonly step: number; readonly tokens: number },
  extras?: StageExtras,
): void {
  run.saveCheckpoint(stage.name, at.step, checkpointFiles(policy, optimizer, { stage: stage.name, ...at }, extras));
  pruneStage({ run }, stage);
}

/** Deletes checkpoints beyond `save_total_limit`, but never the best, and moments of those that are not to keep them. */
export function pruneStage({ run }: Pick<StageContext, "run">, stage: CheckpointSettings): void {
  run.pruneCheckpoints(stage.name, stage.save_total_limit, stage.metric_for_best_model);
  if (stage.keep_moments === "newest") for (const folder of checkpointsOf(run, stage).slice(0, -1)) dropMoments(folder);
}

/** A stage that is complete goes on from none of its checkpoints. */
export function dropLastMoments({ run }: Pick<StageContext, "run">, stage: CheckpointSettings): void {
  if (stage.keep_moments === "newest") checkpointsOf(run, stage).forEach(dropMoments);
}

/** Folders of its checkpoints, the newest last. */
const checkpointsOf = ({ folder }: StageContext["run"], { name }: CheckpointSettings): string[] =>
  listCheckpoints(folder).flatMap((entry) =>
    entry.stage === name ? [join(checkpointsFolder(folder), entry.name)] : [],
  );

/** Seconds that the rest of a stage takes, from the newest steps; null before the first. */
export function stepTimer(window = 30): { add(seconds: number): void; left(steps: number): number | null } {
  const newest: number[] = [];
  return {
    add(seconds) {
      newest.push(seconds);
      if (newest.length > window) newest.shift();
    },
    left: (steps) =>
      newest.length === 0 ? null : (steps * newest.reduce((sum, seconds) => sum + seconds, 0)) / newest.length,
  };
}
