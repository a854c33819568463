/** What a run writes stays in its folder: one from elsewhere may hold links in place of its files, and those lead to files of whoever resumes it. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { leadsWithin } from "../files/paths-within";
import { checkpointsFolder } from "./paths";
import { UserError } from "../shared/user-error";

/** Folders within each other that runs write into: those for commands, in the one for what is live. */
const deepest = 2;

/**
 * Throws an Error for people at the first link of a run folder that leads out of it. What a checkpoint holds is not looked at: checkpoints are written
 * under a new name, and renamed.
 */
export function refuseLinksOut(runFolder: string): void {
  const look = (folder: string, depth: number): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink() && !leadsWithin(runFolder, path))
        throw new UserError(
          `${path} is a link that leads out of the run's folder, where runs write. Replace it by a file or folder, or delete it.`,
        );
      if (entry.isDirectory() && depth < deepest && folder !== checkpointsFolder(runFolder)) look(path, depth + 1);
    }
  };
  look(runFolder, 0);
}
