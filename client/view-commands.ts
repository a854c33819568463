/** Commands that open something: curves, traces, logs. */
import * as vscode from "vscode";
import { openBehaviours } from "./behaviours";
import { openLabels } from "./labels";
import { commands } from "./command-ids";
import { openCurves } from "./curves";
import type { LabApi } from "./lab-api";
import { log } from "./language-client";
import { runFolderOf } from "./runs/run-list";
import { openTraces } from "./traces";

/** Commands take a run folder, or an element of the run tree; without one the page shows the newest run. */
export function registerViewCommands(context: vscode.ExtensionContext, api: LabApi): void {
  context.subscriptions.push(
    vscode.commands.registerCommand(commands.openCurves, (target: unknown) =>
      openCurves(context, api, { run: runFolderOf(target) }),
    ),
    vscode.commands.registerCommand(commands.showBehaviours, (target: unknown) =>
      openBehaviours(context, api, { run: runFolderOf(target) }),
    ),
    vscode.commands.registerCommand(commands.openTraces, (target: unknown, stage: unknown, step: unknown) =>
      openTraces(context, api, {
        run: runFolderOf(target),
        stage: typeof stage === "string" ? stage : null,
        step: typeof step === "number" ? step : null,
      }),
    ),
    vscode.commands.registerCommand(commands.labelPreferences, (target: unknown) =>
      openLabels(context, api, { run: runFolderOf(target) }),
    ),
    vscode.commands.registerCommand(commands.showLogs, () => log.show()),
  );
}
