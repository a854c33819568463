/** Checkpoint folders: written beside their place and moved there at once. */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isFolder } from "../files/workspace-file";
import type { CheckpointEntry } from "../protocol/editor";
import type { FileContent } from "../shared/file-content";
import { renameWithRetry, writeDurably, writing } from "./atomic-file";
import { refuseGone } from "./held-file";
import { checkpointName, checkpointsFolder, parseCheckpointName } from "./paths";

const unfinished = ".new-";
const replaced = ".old-";

/** Finished checkpoints, by stage name and step. */
export function listCheckpoints(runFolder: string): CheckpointEntry[] {
  const folder = checkpointsFolder(runFolder);
  if (!isFolder(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const parsed = parseCheckpointName(name);
      return parsed && isFolder(join(folder, name)) ? [{ name, ...parsed }] : [];
    })
    .sort((a, b) => (a.stage === b.stage ? a.step - b.step : a.stage < b.stage ? -1 : 1));
}

/** Absolute path of the stage's newest checkpoint, or null. */
export function latestCheckpoint(runFolder: string, stage: string): string | null {
  const last = listCheckpoints(runFolder)
    .filter((entry) => entry.stage === stage)
    .at(-1);
  return last ? join(checkpointsFolder(runFolder), last.name) : null;
}

/** Clears what a killed writer left: unfinished folders go, and one that was being replaced comes back. */
export function recoverCheckpoints(runFolder: string): void {
  const folder = checkpointsFolder(runFolder);
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  for (const name of readdirSync(folder)) {
    if (name.startsWith(replaced)) {
      const original = join(folder, name.slice(replaced.length));
      if (existsSync(original)) rmSync(join(folder, name), { recursive: true, force: true });
      else renameWithRetry(join(folder, name), original);
    } else if (name.startsWith(unfinished)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** A folder for the files of `checkpoints/<stage>-<step>/`, which nobody sees before it is placed. */
export function openCheckpoint(runFolder: string, stage: string, step: number): string {
  const temporary = join(checkpointsFolder(runFolder), unfinished + checkpointName(stage, step));
  // A run that was deleted while it ran does not come back as a folder of checkpoints.
  refuseGone(runFolder);
  writing(`the checkpoint ${temporary}`, () => {
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
  });
  return temporary;
}

/** Moves the folder of {@link openCheckpoint} to its place, whole, in place of one of the same name. Returns its name. */
export function placeCheckpoint(runFolder: string, stage: string, step: number): string {
  const folder = checkpointsFolder(runFolder);
  const name = checkpointName(stage, step);
  const [target, temporary, aside] = [
    join(folder, name),
    join(folder, unfinished + name),
    join(folder, replaced + name),
  ];
  refuseGone(runFolder);
  writing(`the checkpoint ${target}`, () => {
    rmSync(aside, { recursive: true, force: true });
    if (existsSync(target)) renameWithRetry(target, aside);
    renameWithRetry(temporary, target);
    rmSync(aside, { recursive: true, force: true });
  });
  return name;
}

/** Writes `checkpoints/<stage>-<step>/` whole, in place of one of the same name. Returns the folder's name. */
export function saveCheckpoint(
  runFolder: string,
  stage: string,
  step: number,
  files: Readonly<Record<string, FileContent>>,
): string {
  const temporary = openCheckpoint(runFolder, stage, step);
  writing(`the checkpoint ${checkpointName(stage, step)}`, () => {
    try {
      for (const [file, data] of Object.entries(files)) {
        // Names may be of folders below.
        mkdirSync(dirname(join(temporary, file)), { recursive: true });
        writeDurably(join(temporary, file), data);
      }
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
  });
  return placeCheckpoint(runFolder, stage, step);
}

/** Deletes the stage's older checkpoints but the newest `keep` (at least one) and those that are `wanted`. */
export function pruneCheckpoints(
  runFolder: string,
  stage: string,
  keep: number,
  wanted: readonly (string | null)[] = [],
): void {
  const folder = checkpointsFolder(runFolder);
  const entries = listCheckpoints(runFolder).filter((entry) => entry.stage === stage);
  for (const { name } of entries.slice(0, -Math.max(1, keep))) {
    if (wanted.includes(name)) continue;
    // Out of the readers' sight first: a folder is never seen with some of its files gone.
    const doomed = join(folder, unfinished + name);
    rmSync(doomed, { recursive: true, force: true });
    renameWithRetry(join(folder, name), doomed);
    rmSync(doomed, { recursive: true, force: true });
  }
}
