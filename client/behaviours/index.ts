/** The panel of behaviours. */
import type * as vscode from "vscode";
import { openTraces } from "../traces";
import { panelOf } from "../webview/panel";
import type { LabApi } from "../lab-api";
import type { PanelKind } from "../webview/panel";

const kind: PanelKind = { viewType: "reasoningLab.behaviours", title: "Behaviours", page: "behaviours", icon: null };
const hostOf = panelOf(kind, openTraces);

/** Call once at activation: brings the panel of the last session back. */
export function registerBehaviours(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
}

/** Opens the behaviours of this run, or reveals them; without a run those of the run that lives, else of the newest. */
export function openBehaviours(
  context: vscode.ExtensionContext,
  api: LabApi,
  { run }: { readonly run: string | null },
): void {
  hostOf(context, api).open({ run, stage: null, step: null });
}
