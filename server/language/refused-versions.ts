/** Live runs that score with another version of a reward file than the one on disk, because that one cannot be used. */
import { basename } from "node:path";
import type { RunEntry } from "../protocol/editor";
import type { RefusedVersion } from "../protocol/rewards";

export interface Refusal extends Pick<RefusedVersion, "message" | "line"> {
  /** `v3 does not compile: the run chain-sum scores with v2`. */
  readonly text: string;
  readonly runFolder: string;
}

/** `v3 does not compile`. */
const faultText = ({ version, fault }: RefusedVersion): string => `v${version} ${fault}`;

/** Of the file with this absolute path, each said once. Lines are those of the file on disk: none for a text that is another. */
export function refusalsOf(file: string, runs: readonly RunEntry[], asOnDisk: () => boolean): Refusal[] {
  const found = runs.flatMap(({ folder, record, live }) =>
    (live?.outdatedRewards ?? []).flatMap(({ file: other, version, refused }): Refusal[] => {
      if (other !== file) return [];
      const { message } = refused;
      const line = asOnDisk() ? refused.line : null;
      const text = `${faultText(refused)}: the run ${record?.name ?? basename(folder)} scores with v${version}`;
      return [{ text, message, line, runFolder: folder }];
    }),
  );
  return [...new Map(found.map((refusal) => [refusal.text, refusal])).values()];
}
