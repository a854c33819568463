/** *Show Pipeline*, and what can be done with what its stages gave: model cards, folders, data sets, evaluations. */
import { join } from "node:path";
import * as vscode from "vscode";
import type { RunEntry } from "../../server/protocol/editor";
import { runTitle } from "../../server/protocol/run-title";
import { gives } from "../../server/protocol/stage-kinds";
import { commands } from "../command-ids";
import type { LabApi } from "../lab-api";
import { registerCommand } from "../failures";
import { showInformation } from "../messages";
import { pickRecipe } from "../runs/pick-recipe";
import { checkpointOf, runFolderOf, type RunList } from "../runs/run-list";
import { openPipeline } from "./index";
import { UserError } from "../../server/shared/user-error";

export function registerPipelineCommands(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  const register = (command: string, run: (...args: unknown[]) => Promise<unknown>): void =>
    registerCommand(context, command, run);

  register(commands.showPipeline, async (target) => {
    const run = isRecipe(target) ? null : runFolderOf(target);
    const recipe = run === null && (isRecipe(target) || runs.entries().length === 0) ? await pickRecipe(target) : null;
    if (recipe !== undefined) openPipeline(context, api, { run, recipe: recipe?.toString() ?? null });
  });

  register(commands.openModelCard, async (target, named) => {
    const run = await pickRun(runs, target, "Which run's model card?");
    if (!run) return;
    const cards = await carded(run);
    const asked = nameOf(target, named);
    if (asked !== null && !cards.includes(asked)) throw new UserError(noCard(asked));
    if (cards.length === 0) throw new UserError(noCard(runTitle(run)));
    const checkpoint = asked ?? (await pickName(cards, "Which checkpoint's model card?"));
    if (checkpoint === undefined) return;
    await vscode.commands.executeCommand("markdown.showPreview", vscode.Uri.file(cardPath(run, checkpoint)));
  });

  register(commands.revealCheckpoint, async (target, named) => {
    const run = await pickRun(runs, target, "A checkpoint of which run?");
    const checkpoint = run && (await pickCheckpoint(run, nameOf(target, named), "Reveal which checkpoint?"));
    if (checkpoint === undefined) return;
    await vscode.commands.executeCommand("revealFileInOS", vscode.Uri.file(checkpointPath(run!, checkpoint)));
  });

  register(commands.exportDataset, async (target, named) => {
    const run = await pickRun(runs, target, "A data set of which run?");
    if (!run) return undefined;
    const choosing = (run.record?.stages ?? []).flatMap((stage) => (gives(stage, "data set") ? [stage.name] : []));
    if (choosing.length === 0)
      throw new UserError("Only rejection sampling makes a data set, and this run has no such stage.");
    const stage = typeof named === "string" ? named : await pickName(choosing, "The training set of which stage?");
    if (stage === undefined) return undefined;
    const source = await api.ask("datasetFile", { folder: run.folder, stage });
    const file = await vscode.window.showSaveDialog({
      title: `Export the training set of ${stage}`,
      filters: { "JSON Lines": ["jsonl"] },
      defaultUri: vscode.Uri.file(join(run.workspaceFolder, `${stage}.jsonl`)),
    });
    if (!file) return undefined;
    await vscode.workspace.fs.copy(vscode.Uri.file(source), file, { overwrite: true });
    void showInformation(`The training set of ${stage} was written to ${file.fsPath}.`, "Open").then((chosen) => {
      if (chosen) void vscode.commands.executeCommand("vscode.open", file);
    });
    return file.fsPath;
  });

  register(commands.evaluateCheckpoint, async (target, named) => {
    const run = await pickRun(runs, target, "Evaluate a checkpoint of which run?");
    const checkpoint = run && (await pickCheckpoint(run, nameOf(target, named), "Evaluate which checkpoint?"));
    if (!run || checkpoint === undefined) return undefined;
    const samples = await askSamples(checkpoint);
    if (samples === undefined) return undefined;
    const { folder } = await api.ask("evaluateCheckpoint", { folder: run.folder, checkpoint, samples });
    await runs.refresh();
    openPipeline(context, api, { run: folder, recipe: null });
    return folder;
  });
}

const isRecipe = (target: unknown): boolean =>
  target instanceof vscode.Uri || (typeof target === "string" && target.endsWith(".lab.json"));

const nameOf = (target: unknown, named: unknown): string | null =>
  typeof named === "string" ? named : checkpointOf(target);

const checkpointPath = (run: RunEntry, name: string): string => join(run.folder, "checkpoints", name);
const cardPath = (run: RunEntry, name: string): string => join(checkpointPath(run, name), "README.md");
const noCard = (what: string): string =>
  `${what} has no model card. A stage that trains a policy writes one beside its last checkpoint when it completes.`;

/** The run of an element of the tree, or one that is picked of all. */
async function pickRun(runs: RunList, target: unknown, placeHolder: string): Promise<RunEntry | undefined> {
  const folder = runFolderOf(target);
  // A run that has just begun may not be in the list yet.
  if (folder !== null && !runs.entries().some((run) => run.folder === folder)) await runs.refresh();
  const entries = runs.entries().filter(({ record }) => record !== null);
  if (folder !== null) {
    const found = entries.find((run) => run.folder === folder);
    if (!found) throw new UserError(`The run ${folder} no longer exists, or cannot be read.`);
    return found;
  }
  if (entries.length === 0) throw new UserError("There is no run yet. Run a recipe first.");
  if (entries.length === 1) return entries[0];
  const items = entries.map((run) => ({ label: runs.titleOf(run), run }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.run;
}

async function pickName(names: readonly string[], placeHolder: string): Promise<string | undefined> {
  return names.length === 1 ? names[0] : vscode.window.showQuickPick([...names], { placeHolder });
}

/** A checkpoint's folder name: the one that was asked for, if the run has it, or one that is picked; those of the last stage come first. */
async function pickCheckpoint(run: RunEntry, asked: string | null, placeHolder: string): Promise<string | undefined> {
  const order = run.record?.stages.map(({ name }) => name) ?? [];
  const newestFirst = [...run.checkpoints].sort(
    (a, b) => order.indexOf(b.stage) - order.indexOf(a.stage) || b.step - a.step,
  );
  const names = newestFirst.map(({ name }) => name);
  if (asked !== null) {
    if (!names.includes(asked)) throw new UserError(`The run no longer has the checkpoint ${asked}.`);
    return asked;
  }
  if (names.length === 0) throw new UserError(`${runTitle(run)} has no checkpoint yet.`);
  return pickName(names, placeHolder);
}

/** Checkpoints with a model card, newest of the last stage first. */
async function carded(run: RunEntry): Promise<string[]> {
  const found = await Promise.all(
    run.checkpoints.map(async ({ name }) => {
      try {
        await vscode.workspace.fs.stat(vscode.Uri.file(cardPath(run, name)));
        return [name];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

/** Null: as the recipe has it. Undefined: given up. */
async function askSamples(checkpoint: string): Promise<number | null | undefined> {
  const fits = (text: string): boolean => text.trim() === "" || (/^\d+$/.test(text.trim()) && Number(text) > 0);
  const text = await vscode.window.showInputBox({
    title: `Evaluate ${checkpoint}`,
    prompt: "Samples per held-out prompt: the k of pass@k. Empty: as in the recipe.",
    placeHolder: "as in the recipe",
    validateInput: (value) => (fits(value) ? undefined : "Enter a whole number from 1, or nothing."),
  });
  if (text === undefined) return undefined;
  return text.trim() === "" ? null : Number(text);
}
