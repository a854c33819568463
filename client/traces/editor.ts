/** The editor of files of rollouts: stores of traces, and what other tools wrote. It reads; nothing is written beside the file. */
import * as vscode from "vscode";
import { columnMappingSchema, type ColumnMapping } from "../../server/protocol/rollout-files";
import type { Given, Result } from "../../server/protocol/methods";
import { connectPage } from "../webview/page-connection";
import type { LabApi } from "../lab-api";
import { openTraces } from ".";

/** For names that are rollouts for certain, and for those that may be anything: these are opened by *Reopen Editor With…*. */
const viewTypes = ["reasoningLab.rollouts", "reasoningLab.rolloutTable"] as const;

/** Where choices of columns are kept, by the columns that a file has. */
const mappingKey = (shape: string): string => `rolloutColumns.${shape}`;

export function registerTraceEditor(context: vscode.ExtensionContext, api: LabApi): void {
  const remembered = (shape: string): ColumnMapping | null =>
    columnMappingSchema.safeParse(context.globalState.get<unknown>(mappingKey(shape))).data ?? null;

  /** As it was last chosen for such columns, unless somebody chooses now. */
  const read = async ({ folder: file, mapping, whole }: Given<"rolloutFile">): Promise<Result<"rolloutFile">> => {
    const { shape } = await api.ask("openRolloutFile", { file, mapping: null, whole, look: true });
    if (shape !== null && mapping !== null) await context.globalState.update(mappingKey(shape), mapping);
    const chosen = shape === null ? null : (mapping ?? remembered(shape));
    return api.ask("openRolloutFile", { file, mapping: chosen, whole, look: false });
  };

  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: ({ uri }, panel) => {
      const path = uri.fsPath;
      const page = connectPage(
        panel,
        {
          context,
          api,
          page: "traces",
          title: "Traces",
          openTraces: (place) => openTraces(context, api, place),
          own: { path, read },
        },
        { run: null, stage: null, step: null, file: path },
      );
      panel.onDidDispose(() => page.dispose());
    },
  };
  for (const viewType of viewTypes)
    context.subscriptions.push(
      vscode.window.registerCustomEditorProvider(viewType, provider, { supportsMultipleEditorsPerDocument: true }),
    );
}
