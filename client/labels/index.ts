/** The panel in which preferences are labelled. */
import type * as vscode from "vscode";
import { openTraces } from "../traces";
import { panelOf } from "../webview/panel";
import type { LabApi } from "../lab-api";
import type { PanelKind } from "../webview/panel";

const kind: PanelKind = { viewType: "reasoningLab.labels", title: "Label Preferences", page: "labels", icon: null };
const hostOf = panelOf(kind, openTraces);

/** Call once at activation: brings the panel of the last session back. */
export function registerLabels(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
}

/** Opens labelling of the rollouts of this run, or reveals it; without a run of the one that lives, else of the newest. */
export function openLabels(
  context: vscode.ExtensionContext,
  api: LabApi,
  { run }: { readonly run: string | null },
): void {
  hostOf(context, api).open({ run, stage: null, step: null });
}
