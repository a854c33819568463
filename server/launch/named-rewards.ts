/** Rewards that the record of a run names: a folder from elsewhere may name what one would not execute. */
import { dirname, resolve } from "node:path";
import { leadsWithin } from "../files/paths-within";
import { splitRewardReference } from "../recipes/check";
import { resolveFrom } from "../recipes/resolve-from";
import type { Recipe } from "../recipes/schema";
import type { RunHandlers } from "./supervise";
import { UserError } from "../shared/user-error";

/**
 * Tells the workspace and the reward files that are about to be executed, before any is loaded. Returns a sentence on each that is outside of the
 * workspace folder, links followed.
 */
export function sayWhatRuns(
  { rewards }: Recipe,
  workspaceFolder: string,
  recipeFile: string,
  handlers: RunHandlers,
): string[] {
  const workspace = resolve(workspaceFolder);
  const files = new Set(rewards.map(({ function: reference }) => splitRewardReference(reference).file));
  const paths = [...files].map((file) => resolveFrom(dirname(recipeFile), file));
  handlers.log?.(
    "info",
    `Workspace ${workspace}. Its run executes the reward${paths.length === 1 ? "" : "s"} in ${paths.join(", ")}`,
  );
  return paths
    .filter((path) => !leadsWithin(workspace, path))
    .map((path) => `The run executes a reward that is outside of the workspace folder: ${path}.`);
}

/** Throws an Error for people at the first of them. */
export function refuseOutside(outside: readonly string[]): void {
  const [first] = outside;
  if (first !== undefined)
    throw new UserError(`${first} Copy it into the workspace, name it in the recipe, and use the current recipe.`);
}
