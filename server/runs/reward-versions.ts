/** Which versions of the rewards score a run, for views: what its supervisor wrote last. */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { fileVersionSchema, type FileVersion } from "../protocol/rewards";
import { replaceFile } from "./atomic-file";
import { readMetrics } from "./metrics";
import { rewardVersionsPath } from "./paths";

/** Hashes over the rewards that scored a run, in their order, each once: by them versions are numbered. */
export function scoredVersions(runFolder: string): string[] {
  const hashes = readMetrics(runFolder, 0).rows.flatMap(({ reward_hash }) =>
    reward_hash === undefined ? [] : [reward_hash],
  );
  return [...new Set(hashes)];
}

export function writeRewardVersions(runFolder: string, files: readonly FileVersion[]): void {
  const path = rewardVersionsPath(runFolder);
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, JSON.stringify(files));
}

/** Empty where nothing was edited while the run lived, and where the file cannot be read: what it says is for people alone. */
export function readRewardVersions(runFolder: string): FileVersion[] {
  try {
    return z.array(fileVersionSchema).parse(JSON.parse(readFileSync(rewardVersionsPath(runFolder), "utf8")));
  } catch {
    return [];
  }
}
