/** The traces panel. */
import type * as vscode from "vscode";
import { panelOf } from "../webview/panel";
import type { LabApi } from "../lab-api";
import type { PanelKind } from "../webview/panel";
import type { Place } from "../../server/protocol/webviews";

const kind: PanelKind = { viewType: "reasoningLab.traces", title: "Traces", page: "traces", icon: null };
const hostOf = panelOf(kind, (context, api, place) => openTraces(context, api, place));

/** Call once at activation: brings the panel of the last session back. */
export function registerTraces(context: vscode.ExtensionContext, api: LabApi): void {
  hostOf(context, api);
}

/** Opens the traces, or reveals them, at this place; null leaves the choice to the page: the newest. */
export function openTraces(context: vscode.ExtensionContext, api: LabApi, place: Place): void {
  hostOf(context, api).open(place);
}
