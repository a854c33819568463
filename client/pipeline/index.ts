/** The pipeline panel. */
import type * as vscode from "vscode";
import { openTraces } from "../traces";
import { panelOf } from "../webview/panel";
import type { LabApi } from "../lab-api";
import type { PanelKind } from "../webview/panel";

const kind: PanelKind = { viewType: "reasoningLab.pipeline", title: "Pipeline", page: "pipeline", icon: null };
const hostOf = panelOf(kind, openTraces);

/** Call once at activation: brings the panel of the last session back. */
export function registerPipeline(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
}

/** Opens the pipeline of a run, else of a recipe as it stands; without either that of the run that lives, else of the newest. */
export function openPipeline(
  context: vscode.ExtensionContext,
  api: LabApi,
  { run, recipe }: { readonly run: string | null; readonly recipe: string | null },
): void {
  hostOf(context, api).open({ run, stage: null, step: null, ...(recipe === null ? {} : { recipe }) });
}
