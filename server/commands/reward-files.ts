/** Which reward files a command means by what was typed: files, or all below folders. */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { isFile, isFolder } from "../files/workspace-file";
import { UserError } from "../shared/user-error";

/** Folders in which nobody keeps rewards of their own. */
const skipped = new Set(["node_modules", "dist", ".git", ".reasoning-lab"]);

/** Deeper folders, and more files, are no project's. */
const deepest = 16;
const mostFiles = 1000;

/** Reward files of a folder that fit, in the order of their paths. */
export function rewardFilesIn(folder: string, fits: (file: string) => boolean = () => true): string[] {
  const found: string[] = [];
  const search = (directory: string, depth: number): void => {
    if (depth > deepest || found.length >= mostFiles) return;
    const entries = readdirSync(directory, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && !skipped.has(entry.name)) search(path, depth + 1);
      else if (entry.name.endsWith(".reward.ts") && isFile(path) && fits(path)) found.push(path);
    }
  };
  search(folder, 0);
  return found;
}

/** Throws a UserError for what is no reward file, and for a folder without any. */
export function typedRewardFiles(typed: readonly string[]): string[] {
  const files = (typed.length === 0 ? ["."] : typed).flatMap((name) => {
    const path = resolve(name);
    if (isFolder(path)) {
      const found = rewardFilesIn(path);
      if (found.length === 0) throw new UserError(`There is no reward file (NAME.reward.ts) in ${path}.`);
      return found;
    }
    if (!path.endsWith(".reward.ts"))
      throw new UserError(`${name} is no reward file: name a FILE.reward.ts or a folder.`);
    if (!isFile(path)) throw new UserError(`There is no reward file ${path}.`);
    return [path];
  });
  return [...new Set(files)];
}
