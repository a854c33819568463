/** The page of re-scorings. */
import type * as vscode from "vscode";
import { openTraces } from "../traces";
import { panelOf } from "../webview/panel";
import type { LabApi } from "../lab-api";
import type { PanelKind } from "../webview/panel";

const kind: PanelKind = { viewType: "reasoningLab.rescore", title: "Re-scored Samples", page: "rescore", icon: null };
const hostOf = panelOf(kind, openTraces);

/** Call once at activation: brings the panel of the last session back. */
export function registerRescoring(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
}

/** Opens what came of this run's re-scoring, or reveals it. */
export function openRescoring(
  context: vscode.ExtensionContext,
  api: LabApi,
  { run }: { readonly run: string | null },
): void {
  hostOf(context, api).open({ run, stage: null, step: null });
}
