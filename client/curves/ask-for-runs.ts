/** Which runs are to be compared. */
import * as vscode from "vscode";
import { mostRuns } from "../../server/protocol/curves";
import { plural } from "../../server/shared/plural";
import { UserError } from "../../server/shared/user-error";
import type { RunList } from "../runs/run-list";

/** Folders of the runs that a person chose; null: none. `chosen`: those that are ticked already. Throws an Error for people where there are no runs. */
export async function askForRuns(runs: RunList, chosen: readonly string[]): Promise<readonly string[] | null> {
  const ticked = new Set(chosen);
  const items = runs
    .entries()
    .filter(({ record }) => record !== null)
    .map((entry) => ({
      label: runs.titleOf(entry),
      description: `${entry.record!.status}, ${entry.record!.recipeFile}`,
      folder: entry.folder,
      picked: ticked.has(entry.folder),
    }));
  if (items.length === 0) throw new UserError("There are no runs to compare.");
  const found = await vscode.window.showQuickPick(items, {
    title: "Compare Runs",
    placeHolder: `Up to ${plural(mostRuns, "run")} to draw over each other`,
    canPickMany: true,
    matchOnDescription: true,
  });
  return found === undefined || found.length === 0 ? null : found.map(({ folder }) => folder);
}
