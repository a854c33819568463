/** Commands that open something: curves, traces, logs. */
import * as vscode from "vscode";
import { openBehaviours } from "./behaviours";
import { openLabels } from "./labels";
import { commands } from "./command-ids";
import { openCurves } from "./curves";
import type { LabApi } from "./lab-api";
import { log } from "./language-client";
import { runFolderOf, type RunList } from "./runs/run-list";
import { openTraces } from "./traces";
import { reached } from "./walkthrough";

/** Commands take a run folder, or an element of the run tree; without one the page shows the newest run. */
export function registerViewCommands(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  // A page without a run shows nothing of what the walkthrough promises.
  const shown = (step: "curves" | "traces"): void => {
    if (runs.entries().length > 0) void reached(step);
  };
  context.subscriptions.push(
    vscode.commands.registerCommand(commands.openCurves, (target: unknown) => {
      openCurves(context, api, { run: runFolderOf(target) });
      shown("curves");
    }),
    vscode.commands.registerCommand(commands.showBehaviours, (target: unknown) =>
      openBehaviours(context, api, { run: runFolderOf(target) }),
    ),
    vscode.commands.registerCommand(commands.openTraces, (target: unknown, stage: unknown, step: unknown) => {
      openTraces(context, api, {
        run: runFolderOf(target),
        stage: typeof stage === "string" ? stage : null,
        step: typeof step === "number" ? step : null,
      });
      shown("traces");
    }),
    vscode.commands.registerCommand(commands.labelPreferences, (target: unknown) =>
      openLabels(context, api, { run: runFolderOf(target) }),
    ),
    vscode.commands.registerCommand(commands.showLogs, () => log.show()),
  );
}
