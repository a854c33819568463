/** *Open Metrics of Another Tool…*: a file or a folder of TRL, verl, TensorBoard or Trackio, or a table with a step, in the curves page. */
import * as vscode from "vscode";
import { runFolderOf } from "../runs/run-list";
import { commands } from "../command-ids";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { openCurves } from ".";

/** Called with a path, or an element of the explorer; else a dialog asks. */
export function registerOpenTracker(context: vscode.ExtensionContext, api: LabApi): void {
  registerCommand(context, commands.openTracker, async (target) => {
    const file = target instanceof vscode.Uri ? target.fsPath : (runFolderOf(target) ?? (await ask()));
    if (file === undefined) return;
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: "Reading metrics…" }, () =>
      api.ask("openTracker", { file }),
    );
    openCurves(context, api, { run: null, file });
  });
}

async function ask(): Promise<string | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: "Metrics of TRL, verl, TensorBoard, Trackio, or any table with a step",
      openLabel: "Open",
      canSelectFiles: true,
      // One dialog offers both on macOS only; elsewhere folders are opened from the explorer.
      canSelectFolders: process.platform === "darwin",
      defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file("/"),
    })) ?? [];
  return chosen?.fsPath;
}
