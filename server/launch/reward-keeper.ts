/** Keeps with a run every version of its rewards that scores, before the scores are known to anybody. */
import { keepVersion } from "../runs/kept-rewards";
import { scoredVersions } from "../runs/reward-versions";
import type { ScoringVersion } from "../processes/rewards/reward-pool";
import { versionNumbers, type VersionNumbers } from "../processes/rewards/version-numbers";
import { messageOf } from "../shared/user-error";

/** `library`: version of Reasoning Lab. `warn` is told what is not kept; a run goes on without it. */
export function rewardKeeper(
  folder: string,
  library: string,
  warn: (text: string) => void,
): (version: ScoringVersion) => void {
  let numbers: VersionNumbers | null = null;
  let kept: string | null = null;
  const failed = new Set<string>();
  return (version) => {
    if (version.hash === kept) return;
    try {
      numbers ??= versionNumbers(scoredVersions(folder));
      const number = numbers.of(version.hash);
      numbers.scored(version.hash);
      const left = keepVersion(folder, { ...version, number, library });
      if (left !== null) warn(left);
      kept = version.hash;
    } catch (error) {
      // It is tried again with the next groups, and told once.
      if (failed.has(version.hash)) return;
      failed.add(version.hash);
      warn(`The source of the rewards that score now is not kept with the run. ${messageOf(error)}`);
    }
  };
}
