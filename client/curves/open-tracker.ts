/** *Open Metrics of Another Tool…*: a file or a folder of TRL, verl, TensorBoard or Trackio, or a table with a step, in the curves page. */
import * as vscode from "vscode";
import { runFolderOf } from "../runs/run-list";
import { commands } from "../command-ids";
import { askForTracker, readTracker } from "./choose-tracker";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { openCurves } from ".";

/** Called with a path, or an element of the explorer; else a dialog asks. */
export function registerOpenTracker(context: vscode.ExtensionContext, api: LabApi): void {
  registerCommand(context, commands.openTracker, async (target) => {
    const file = target instanceof vscode.Uri ? target.fsPath : (runFolderOf(target) ?? (await askForTracker()));
    if (file === undefined) return;
    await readTracker(api, file);
    openCurves(context, api, { run: null, file });
  });
}
