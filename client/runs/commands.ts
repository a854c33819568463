/** Starting, stopping and resuming runs. */
import * as vscode from "vscode";
import { endingText, isLive, isResumable, type RunRecord } from "../../server/protocol/run";
import type { ResumeRunParams, ResumeRunResult, RunEntry } from "../../server/protocol/editor";
import { commands } from "../command-ids";
import { registerCommand } from "../failures";
import { showInformation } from "../messages";
import { reached } from "../walkthrough";
import type { LabApi } from "../lab-api";
import { withoutLinks } from "../without-links";
import { forkFrom } from "./fork";
import { cleanUpRuns } from "./clean-up";
import { copyRunPath, deleteRuns, noteRun, renameRun, revealRun, tagRun } from "./edit-run";
import { pickRecipe } from "./pick-recipe";
import { checkpointOf, runFolderOf } from "./run-list";
import type { RunList } from "./run-list";
import { UserError } from "../../server/shared/user-error";

export function registerRunCommands(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  const register = (command: string, run: (...args: unknown[]) => Promise<unknown>): void =>
    registerCommand(context, command, run);

  register(commands.runPipeline, async (target) => {
    const recipe = await pickRecipe(target);
    if (!recipe) return undefined;
    const { folder } = await api.ask("startRun", { recipeUri: recipe.toString(), stage: null });
    await reached("ran");
    return folder;
  });

  register(commands.runStage, async (target, stage) => {
    const recipe = await pickRecipe(target);
    if (!recipe) return undefined;
    const recipeUri = recipe.toString();
    const name = typeof stage === "string" ? stage : await pickStage(api, recipeUri);
    return name === undefined ? undefined : (await api.ask("startRun", { recipeUri, stage: name })).folder;
  });

  register(commands.stopRun, async (target) => {
    const folder = runFolderOf(target) ?? (await pickRun(runs, isLive, "No run is running.", "Stop which run?"));
    if (folder !== undefined) await api.ask("stopRun", { folder });
  });

  register(commands.resumeRun, async (target, skipBatch, acceptChanges) => {
    const folder =
      runFolderOf(target) ?? (await pickRun(runs, isResumable, "There is no run to resume.", "Resume which run?"));
    return folder === undefined
      ? undefined
      : await resume(api, { folder, skipBatch: skipBatch === true, acceptChanges: acceptChanges === true });
  });

  register(commands.freeSpace, () => cleanUpRuns(api, runs));

  /** What a command was called with: elements of the tree, run folders, or what somebody picks. */
  const chosen = async (placeHolder: string, targets: readonly unknown[]): Promise<RunEntry[]> => {
    const [target, all] = targets;
    const folders = Array.isArray(all) && all.length > 0 ? all.map(runFolderOf) : [runFolderOf(target)];
    const named = folders.filter((folder) => folder !== null);
    if (named.length === 0) {
      const picked = await pickRun(runs, () => true, "There are no runs.", placeHolder);
      if (picked !== undefined) named.push(picked);
    }
    return [...new Set(named)].map((folder) => {
      const run = runs.entries().find((entry) => entry.folder === folder);
      if (!run) throw new UserError(`The run ${folder} no longer exists.`);
      return run;
    });
  };
  const forEachOf = async (
    found: readonly RunEntry[],
    work: (run: RunEntry) => PromiseLike<unknown>,
  ): Promise<void> => {
    for (const run of found) await work(run);
  };
  register(commands.renameRun, async (...targets) =>
    forEachOf(await chosen("Rename which run?", targets), (run) => renameRun(api, run)),
  );
  register(commands.noteRun, async (...targets) =>
    forEachOf(await chosen("Write a note on which run?", targets), (run) => noteRun(api, run)),
  );
  register(commands.tagRun, async (...targets) => tagRun(api, await chosen("Tag which run?", targets)));
  register(commands.deleteRun, async (...targets) => deleteRuns(api, await chosen("Delete which run?", targets)));
  register(commands.copyRunPath, async (...targets) =>
    copyRunPath(await chosen("Copy the path of which run?", targets)),
  );
  register(commands.revealRun, async (...targets) =>
    forEachOf((await chosen("Reveal which run?", targets)).slice(0, 1), revealRun),
  );

  register(commands.forkRun, async (target, checkpoint) => {
    const forkable = (record: RunRecord | null): boolean => record !== null;
    const folder =
      runFolderOf(target) ?? (await pickRun(runs, forkable, "There is no run to fork.", "Fork which run?"));
    const name = typeof checkpoint === "string" ? checkpoint : checkpointOf(target);
    return folder === undefined ? undefined : await forkFrom(api, folder, name);
  });
}

/** Resumes a run; where something is not what it was, only once somebody has seen what. */
async function resume(api: LabApi, params: ResumeRunParams): Promise<string | undefined> {
  const result = await api.ask("resumeRun", params);
  if ("folder" in result) return begun(result);
  const accept = "$(debug-continue) Resume with what has changed";
  const fork = "$(repo-forked) Fork Run…";
  const changes = result.changes.map((change) => ({ label: withoutLinks(change) }));
  const ways = [
    { label: accept, detail: "The run's record notes what you accepted." },
    { label: fork, detail: "Leave this run alone, and start a new one from a checkpoint." },
  ];
  let chosen: vscode.QuickPickItem | undefined;
  do
    chosen = await vscode.window.showQuickPick(
      [...ways, { label: "", kind: vscode.QuickPickItemKind.Separator }, ...changes],
      {
        title: "Resume Run: something has changed since, so the results would differ",
        placeHolder: "To get exactly the same run, undo the changes and resume again",
        ignoreFocusOut: true,
      },
    );
  while (chosen && changes.some(({ label }) => label === chosen?.label));
  if (chosen?.label === fork) return forkFrom(api, params.folder, null);
  if (chosen?.label !== accept) return undefined;
  const accepted = await api.ask("resumeRun", { ...params, acceptChanges: true });
  return "folder" in accepted ? begun(accepted) : undefined;
}

function begun({ folder, notice }: Extract<ResumeRunResult, { readonly folder: string }>): string {
  if (notice !== null) void showInformation(notice);
  return folder;
}

async function pickStage(api: LabApi, recipeUri: string): Promise<string | undefined> {
  const stages = await api.ask("recipeStages", { recipeUri });
  const items = stages.map(({ name, kind }) => ({ label: name, description: kind }));
  return (await vscode.window.showQuickPick(items, { placeHolder: "Run which stage?" }))?.label;
}

async function pickRun(
  runs: RunList,
  fits: (record: RunRecord | null) => boolean,
  none: string,
  placeHolder: string,
): Promise<string | undefined> {
  const fitting = runs.entries().filter(({ record }) => fits(record));
  if (fitting.length === 0) throw new UserError(none);
  if (fitting.length === 1) return fitting[0]!.folder;
  const items = fitting.map((entry) => ({
    label: runs.titleOf(entry),
    description: (entry.record && endingText(entry.record)) ?? "",
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.entry.folder;
}
