/** The editor of files of metrics that other tools wrote: the curves page on that file. It reads; nothing is written beside it. */
import * as vscode from "vscode";
import type { LabApi } from "../lab-api";
import { openTraces } from "../traces";
import { connectPage } from "../webview/page-connection";

/** For names that are metrics for certain and nothing to read as text, and for those that may be anything: these are opened by *Open With…*. */
const viewTypes = ["reasoningLab.metrics", "reasoningLab.metricTable"] as const;

export function registerMetricsEditor(context: vscode.ExtensionContext, api: LabApi): void {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    async resolveCustomEditor({ uri }, panel) {
      const file = uri.fsPath;
      // The server reads a file outside of the workspace once a person has opened it; what is wrong with it the page says.
      await api.ask("openTracker", { file }).catch(() => undefined);
      const page = connectPage(
        panel,
        { context, api, page: "curves", title: "Metrics", openTraces: (place) => openTraces(context, api, place) },
        { run: null, stage: null, step: null, file, editor: true },
      );
      panel.onDidDispose(() => page.dispose());
    },
  };
  for (const viewType of viewTypes)
    context.subscriptions.push(
      vscode.window.registerCustomEditorProvider(viewType, provider, { supportsMultipleEditorsPerDocument: true }),
    );
}
