/** Versions of the rewards of a run. */
import { readMetrics } from "./metrics";

/** Hashes over the rewards that scored a run, in their order, each once: by them versions are numbered. */
export function scoredVersions(runFolder: string): string[] {
  const hashes = readMetrics(runFolder, 0).rows.flatMap(({ reward_hash }) =>
    reward_hash === undefined ? [] : [reward_hash],
  );
  return [...new Set(hashes)];
}
