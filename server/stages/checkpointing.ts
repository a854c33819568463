import { join } from "node:path";
import { rmSync } from "node:fs";
import { checkpointContents, withChecksums, type CheckpointFiles, type StageExtras } from "../models/checkpoint";
import { writeCheckpointAside } from "../models/write-checkpoint";
import { writing } from "../runs/atomic-file";
import { stageRecord } from "./stage-record";
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

/** A stage's checkpoints as they are saved. Where the plan of its memory has room for a copy they are written while the next steps are made. */
export interface StageSaves {
  /**
   * Saves the stage as it stands after a step, once the one before is written, and deletes what is beyond `save_total_limit`, but never the best. Until it is
   * in its place, the one before stands, with its moments.
   */
  save(at: { readonly step: number; readonly tokens: number }, extras: StageExtras): Promise<void>;
  /** Throws what a write that was begun has failed with. */
  check(): void;
  /** Waits for what is being written, and throws what it failed with. */
  settle(): Promise<void>;
}

export function openSaves(
  context: StageContext,
  stage: CheckpointSettings,
  { policy, optimizer }: Pick<StageStart, "policy" | "optimizer">,
): StageSaves {
  const { run, checkpointThread } = context;
  let begun: Promise<void> = Promise.resolve();
  let failed: { readonly why: unknown } | null = null;
  const check = (): void => {
    if (!failed) return;
    const { why } = failed;
    failed = null;
    throw why;
  };
  const settle = async (): Promise<void> => {
    await begun;
    check();
  };
  const writtenAside = async (threadFile: string, step: number, contents: CheckpointFiles): Promise<void> => {
    const folder = run.openCheckpoint(stage.name, step);
    try {
      await writeCheckpointAside(threadFile, folder, contents);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      writing(`the checkpoint ${stage.name}-${step}`, () => {
        throw error;
      });
    }
    run.placeCheckpoint(stage.name, step);
    pruneStage(context, stage);
  };
  return {
    check,
    settle,
    async save(at, extras) {
      await settle();
      const contents = checkpointContents(policy, optimizer, { stage: stage.name, ...at }, extras);
      const roomForCopy = (stageRecord(context, stage.name).memory?.saving ?? 0) > 0;
      if (checkpointThread !== null && roomForCopy) {
        begun = writtenAside(checkpointThread, at.step, contents).catch((why: unknown) => {
          failed = { why };
        });
        return;
      }
      run.saveCheckpoint(stage.name, at.step, withChecksums(contents));
      pruneStage(context, stage);
    },
  };
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
