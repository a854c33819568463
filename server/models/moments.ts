/**
 * AdamW's moments of a checkpoint: two thirds of it, and of use only to who goes on from there. A checkpoint that has been left without them says so by its
 * checksums, which list them no more: where they are listed and missing, it is damaged.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import { replaceFile, writing } from "../runs/atomic-file";
import { checksumFile } from "./checksums";

/** Where they are, and where they were in checkpoints of earlier versions. */
export const momentsFile = "trainer/optimizer.tensors";
const places = [momentsFile, "trainer.safetensors"];

const listed = (line: string): boolean => places.some((place) => line.endsWith(`  ${place}`));

/** Whether a checkpoint was left without moments on purpose. */
export function lacksMoments(folder: string): boolean {
  const sums = join(folder, checksumFile);
  if (!existsSync(sums) || places.some((place) => existsSync(join(folder, place)))) return false;
  return !readText(sums, sizeLimits.recipe).split("\n").some(listed);
}

/**
 * Leaves a checkpoint without its moments, and its other files as they are. Whenever the process ends, it is a checkpoint with them or one without. One
 * without checksums could not say that they are gone, and keeps them.
 */
export function dropMoments(folder: string): void {
  const path = join(folder, checksumFile);
  const found = places.filter((place) => existsSync(join(folder, place)));
  if (found.length === 0 || !existsSync(path)) return;
  writing(path, () => {
    const lines = readText(path, sizeLimits.recipe).split("\n");
    if (lines.some(listed)) replaceFile(path, lines.filter((line) => !listed(line)).join("\n"));
    for (const place of found) rmSync(join(folder, place), { force: true });
  });
}

/** What it means to go on from a checkpoint that has none, for people. `name` of the checkpoint. */
export const withoutMomentsText = (name: string): string =>
  `${name} has no moments of AdamW: with keep_moments "newest" only the newest checkpoint of a stage in progress has them. The optimizer begins afresh there, ` +
  "at the stage's learning rate, so that its first updates are larger and the numbers are not those of the run that went on.";
