import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RunRecord } from "../protocol/run";
import { latestCheckpoint } from "./checkpoints";
import { checkpointsFolder } from "./paths";

/** Absolute path of the checkpoint that a stage gives to those that build on it: its best where it says so, else its newest; null: none. */
export function givenCheckpoint(runFolder: string, record: RunRecord | null, stage: string): string | null {
  const given = record?.stages.find(({ name }) => name === stage)?.given ?? null;
  const path = given === null ? null : join(checkpointsFolder(runFolder), given);
  return path !== null && existsSync(path) ? path : latestCheckpoint(runFolder, stage);
}
