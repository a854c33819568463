/** Wires the features; each has a folder of its own. */
import type * as vscode from "vscode";
import { State } from "vscode-languageclient/node";
import { registerAudit } from "./audit";
import { registerBehaviours } from "./behaviours";
import { registerCompareCommand } from "./compare/commands";
import { registerCurves } from "./curves";
import { registerLinks } from "./curves/open-link";
import { registerMetricsEditor } from "./curves/editor";
import { registerOpenTracker } from "./curves/open-tracker";
import { createLabApi } from "./lab-api";
import { registerLabels } from "./labels";
import { createLanguageClient, log } from "./language-client";
import { registerEngineCommands } from "./engine/commands";
import { registerModelCommands } from "./models/get-model";
import { registerHubToken } from "./models/hub-token";
import { registerPipeline } from "./pipeline";
import { registerPipelineCommands } from "./pipeline/commands";
import { registerPlayground } from "./playground";
import { registerProjectCommands } from "./project/new-project";
import { registerEditorModels } from "./rewards/editor-models";
import { registerJudgeKeys } from "./rewards/judge-keys";
import { registerRescoring } from "./rescore";
import { registerRescoreCommands } from "./rescore/commands";
import { registerRewardCommands } from "./rewards/score-samples";
import { registerRolloutRows } from "./traces/sample-actions";
import { registerRewardVersions } from "./rewards/versions";
import { registerDebugging } from "./rewards/debugging";
import { registerSaveCase } from "./rewards/save-case";
import { registerTests } from "./rewards/tests";
import { registerVerifyText } from "./rewards/verify-text";
import { registerRunCommands } from "./runs/commands";
import { registerNotices } from "./runs/notices";
import { openRunList } from "./runs/run-list";
import { registerStatusBar } from "./runs/status-bar";
import { registerRunTable } from "./run-table";
import { registerRunTree } from "./runs/tree";
import { registerWhenClosed } from "./runs/when-closed";
import { registerTraces } from "./traces";
import { registerTraceEditor } from "./traces/editor";
import { registerViewCommands } from "./view-commands";

let stop: (() => Promise<void>) | null = null;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const client = createLanguageClient(context);
  stop = () => client.stop();
  const api = createLabApi(client, context);
  const runs = openRunList(api, context);

  registerViewCommands(context, api, runs);
  registerRunCommands(context, api, runs);
  registerCompareCommand(context, api);
  registerRewardCommands(context, api);
  registerSaveCase(context, api, runs);
  registerDebugging(context, api);
  registerVerifyText(context, api);
  registerRewardVersions(context, api);
  registerRolloutRows(context, api);
  registerEditorModels(client);
  const secrets = [registerJudgeKeys(context, api), registerHubToken(context, api)];
  registerProjectCommands(context, api);
  registerEngineCommands(context, api);
  registerModelCommands(context, api);
  registerRunTree(context, api, runs);
  registerStatusBar(context, runs);
  registerNotices(context, api, runs);
  registerWhenClosed(context, runs);
  registerCurves(context, api);
  registerOpenTracker(context, api);
  registerMetricsEditor(context, api);
  registerLinks(context, api, runs);
  registerTraces(context, api);
  registerRunTable(context, api);
  registerTraceEditor(context, api);
  registerRescoring(context, api);
  registerRescoreCommands(context, api, runs);
  registerLabels(context, api);
  registerAudit(context, api);
  registerBehaviours(context, api);
  registerPipeline(context, api);
  registerPipelineCommands(context, api, runs);
  registerPlayground(context, api);

  try {
    await client.start();
    // Also one that is started again after a crash.
    const tellSecrets = async (): Promise<void> => {
      for (const tell of secrets) await tell();
    };
    context.subscriptions.push(
      client.onDidChangeState(({ newState }) => {
        if (newState === State.Running) void tellSecrets();
      }),
    );
    await tellSecrets();
    await runs.refresh();
    registerTests(context, api);
  } catch (error) {
    log.error(error instanceof Error ? error : String(error));
    // A failed activation shows nothing by itself.
    log.show();
  }
}

export async function deactivate(): Promise<void> {
  await stop?.();
}
