/** *Re-score Run…*: which run, which reward, which steps; then the page with what came of it. */
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import * as z from "zod";
import type { RunEntry } from "../../server/protocol/editor";
import type { RescoreSteps } from "../../server/protocol/rescore";
import { plural } from "../../server/shared/plural";
import { commands } from "../command-ids";
import { Failure, registerCommand } from "../failures";
import { showInformation, showWarning } from "../messages";
import { saveOpen } from "../pick-file";
import type { LabApi } from "../lab-api";
import { runFolderOf, type RunList } from "../runs/run-list";
import { UserError } from "../../server/shared/user-error";
import { openRescoring } from ".";

export function registerRescoreCommands(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  registerCommand(context, commands.openRescoring, (target) =>
    openRescoring(context, api, { run: runFolderOf(target) }),
  );
  registerCommand(context, commands.rescoreRun, async (target) => {
    // Before anything is asked.
    if (!vscode.workspace.isTrusted)
      throw new Failure("Re-scoring runs code of this workspace, which is not trusted. Trust it first.", {
        kind: "trust",
      });
    const run = await pickRun(runs, runFolderOf(target));
    const reward = run && (await pickReward(run));
    const steps = reward && (await pickSteps());
    if (!run || !reward || !steps) return undefined;
    for (const uri of reward.files) await saveOpen(uri);
    const { folder } = run;
    const asked = { folder, uri: reward.uri?.toString() ?? null, export: reward.export, steps };
    let cancelled = false;
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: "Re-scoring stored rollouts", cancellable: true },
      async (_, token) => {
        token.onCancellationRequested(() => (cancelled = true));
        return api.ask("rescoreRun", asked, token).catch((error: unknown) => {
          if (!cancelled) throw error;
          return null;
        });
      },
    );
    if (!result) return undefined;
    openRescoring(context, api, { run: folder });
    const { all, seconds, notes } = result;
    const text = [
      `${plural(all.samples, "rollout")} re-scored in ${seconds.toFixed(1)} s`,
      ...(all.signChanges === null ? [] : [`${plural(all.signChanges, "advantage")} changed sign`]),
      ...(all.errors > 0 ? [`${plural(all.errors, "sample")} with an error, left out`] : []),
      ...notes,
    ].join(" · ");
    void (all.errors > 0 ? showWarning : showInformation)(text);
    return result;
  });
}

async function pickRun(runs: RunList, folder: string | null): Promise<RunEntry | undefined> {
  const all = runs.entries().filter(({ record }) => record?.stages.some(({ step }) => step > 0));
  const named = all.find((run) => run.folder === folder);
  if (named) return named;
  if (all.length === 0) throw new UserError("There is no run with rollouts to re-score.");
  if (all.length === 1) return all[0];
  const items = all.map((run) => ({ label: runs.titleOf(run), description: run.record?.created ?? "", run }));
  return (await vscode.window.showQuickPick(items, { title: "Re-score Run", placeHolder: "Which run's rollouts?" }))
    ?.run;
}

const recipeSchema = z.object({ rewards: z.array(z.object({ function: z.string() })) });

interface PickedReward {
  /** Of one reward; null: all. */
  readonly uri: vscode.Uri | null;
  readonly export: string | null;
  readonly files: readonly vscode.Uri[];
}

async function pickReward({ record, workspaceFolder }: RunEntry): Promise<PickedReward | undefined> {
  const parsed = recipeSchema.safeParse(record?.recipe);
  const folder = dirname(join(workspaceFolder, ...(record?.recipeFile ?? "").split("/")));
  const own = (parsed.data?.rewards ?? []).flatMap(({ function: reference }) => {
    const [, file, name] = /^(.*)#([\w$]+)$/.exec(reference) ?? [];
    if (file === undefined || name === undefined) return [];
    return [{ label: name, description: file, uri: vscode.Uri.file(join(folder, ...file.split("/"))), export: name }];
  });
  const files = own.map(({ uri }) => uri);
  const all = { label: "All rewards", description: "of the run's recipe", uri: null, export: null };
  if (own.length < 2) return { ...all, files };
  const chosen = await vscode.window.showQuickPick([all, ...own], {
    title: "Re-score Run",
    placeHolder: "With which rewards, as they are now?",
  });
  return chosen && { uri: chosen.uri, export: chosen.export, files };
}

async function pickSteps(): Promise<RescoreSteps | undefined> {
  const items = [
    { label: "All steps", steps: "all" as const },
    { label: "Newest step", steps: "newest" as const },
    { label: "Some steps…", steps: null },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: "Re-score Run", placeHolder: "Which steps?" });
  if (!chosen || chosen.steps !== null) return chosen?.steps;
  const pattern = /^\s*(\d{1,9})\s*(?:[-–]\s*(\d{1,9})\s*)?$/;
  const typed = await vscode.window.showInputBox({
    title: "Re-score Run",
    prompt: "First and last step",
    placeHolder: "3-9",
    ignoreFocusOut: true,
    validateInput: (value) => {
      const [, first, last = first] = pattern.exec(value) ?? [];
      return first === undefined || Number(first) > Number(last) ? "Write steps such as 3-9, or one number." : null;
    },
  });
  const [, first, last = first] = pattern.exec(typed ?? "") ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}
