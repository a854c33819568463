/** The panel with the table of runs. */
import type * as vscode from "vscode";
import { openTraces } from "../traces";
import { panelOf } from "../webview/panel";
import type { LabApi } from "../lab-api";
import type { PanelKind } from "../webview/panel";

const kind: PanelKind = { viewType: "reasoningLab.runTable", title: "Runs", page: "runs", icon: null };
const hostOf = panelOf(kind, openTraces);

/** Call once at activation: brings the panel of the last session back. */
export function registerRunTable(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
}

export function openRunTable(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api).open({ run: null, stage: null, step: null });
}
