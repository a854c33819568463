/** Commands that open something: curves, traces, logs. */
import * as vscode from "vscode";
import { anchorOf, glossary } from "../server/protocol/glossary";
import { rolloutPlaceSchema } from "../server/protocol/webviews";
import { openBehaviours } from "./behaviours";
import { openLabels } from "./labels";
import { commands } from "./command-ids";
import { openComparison, openCurves } from "./curves";
import { askForRuns } from "./curves/ask-for-runs";
import { registerCommand } from "./failures";
import type { LabApi } from "./lab-api";
import { log } from "./language-client";
import { runFolderOf, type RunList } from "./runs/run-list";
import { openRunTable } from "./run-table";
import { openTraces } from "./traces";
import { reached } from "./walkthrough";

/** Commands take a run folder, or an element of the run tree; without one the page shows the newest run. */
export function registerViewCommands(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  // A page without a run shows nothing of what the walkthrough promises.
  const shown = (step: "curves" | "traces"): void => {
    if (runs.entries().length > 0) void reached(step);
  };
  const register = (command: string, run: (...args: unknown[]) => unknown): void =>
    registerCommand(context, command, run);

  register(commands.openCurves, (target, stage, step) => {
    const at = typeof stage === "string" ? { stage, step: typeof step === "number" ? step : null } : {};
    openCurves(context, api, { run: runFolderOf(target), ...at });
    shown("curves");
  });
  register(commands.showRunTable, () => openRunTable(context, api));
  register(commands.compareRuns, async (target, selected) => {
    const chosen = (Array.isArray(selected) ? selected : [target]).flatMap((one) => runFolderOf(one) ?? []);
    const folders = chosen.length > 1 ? chosen : await askForRuns(runs, chosen);
    if (folders !== null) openComparison(context, api, folders);
  });
  register(commands.showBehaviours, (target) => openBehaviours(context, api, { run: runFolderOf(target) }));
  register(commands.openTraces, (target, stage, step, rollout) => {
    const place = rolloutPlaceSchema.safeParse(rollout);
    openTraces(context, api, {
      run: runFolderOf(target),
      stage: typeof stage === "string" ? stage : null,
      step: typeof step === "number" ? step : null,
      ...(place.success ? { rollout: place.data } : {}),
    });
    shown("traces");
  });
  register(commands.labelPreferences, (target) => openLabels(context, api, { run: runFolderOf(target) }));
  register(commands.openGlossary, async (term) => {
    const page = vscode.Uri.joinPath(context.extensionUri, "docs", "glossary.md");
    const entry = glossary.find((each) => each.term === term);
    const place = entry === undefined ? page : page.with({ fragment: anchorOf(entry) });
    await vscode.commands.executeCommand("markdown.showPreviewToSide", place);
  });
  register(commands.showLogs, () => log.show());
}
