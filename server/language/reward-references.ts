import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import { discoverRewards } from "../rewards/discover";

/** Files looked at for completion: a workspace has few, a home folder opened by mistake has many. */
const mostFiles = 200;
const skipped = new Set(["node_modules", "dist", ".git", ".reasoning-lab"]);

/** Every reward below a folder, as recipes name it: `rewards/sum.reward.ts#correct`. */
export function rewardReferences(folder: string): string[] {
  const files: string[] = [];
  const search = (directory: string, depth: number): void => {
    if (depth > 4 || files.length >= mostFiles) return;
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory() && !skipped.has(entry.name)) search(join(directory, entry.name), depth + 1);
      else if (entry.isFile() && entry.name.endsWith(".reward.ts")) files.push(join(directory, entry.name));
    }
  };
  search(folder, 0);
  return files.flatMap((file) => {
    const path = relative(folder, file).split(sep).join("/");
    let source: string;
    try {
      source = readText(file, sizeLimits.source);
    } catch {
      // Gone meanwhile, or none that is read: it is offered to nobody.
      return [];
    }
    return discoverRewards(source).rewards.map(({ name }) => `${path}#${name}`);
  });
}
