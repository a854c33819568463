/** The language server: started over IPC, told about trust, its log in one output channel. */
import { join } from "node:path";
import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import type { InitializationOptions } from "../server/protocol/editor";
import { wireName } from "../server/protocol/requests";
import { commands } from "./command-ids";
import { traceLog } from "./secrets";

export const log = vscode.window.createOutputChannel("Reasoning Lab", { log: true });

export function createLanguageClient(context: vscode.ExtensionContext): LanguageClient {
  // Asked for at each start: a server that is started again after a crash knows what has changed since.
  const initializationOptions = (): InitializationOptions => ({
    trusted: vscode.workspace.isTrusted,
    nodePath: vscode.workspace.getConfiguration("reasoningLab").get("nodePath", ""),
    engine: vscode.workspace.getConfiguration("reasoningLab").get("engine", "auto"),
    whenClosed: vscode.workspace.getConfiguration("reasoningLab").get("runsWhenClosed", "ask"),
    storageFolder: context.globalStorageUri.fsPath,
    texts: vscode.l10n.bundle ?? {},
  });
  const module = join(context.extensionPath, "dist", "server.js");
  const client = new LanguageClient(
    "reasoningLab",
    "Reasoning Lab",
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ["--inspect"] } },
    },
    {
      documentSelector: [
        { scheme: "file", language: "lab-recipe" },
        { scheme: "file", pattern: "**/*.reward.ts" },
        { scheme: "file", pattern: "**/*.reward.cases.jsonl" },
      ],
      synchronize: {
        fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{reward.ts,lab.json,reward.cases.jsonl}"),
      },
      outputChannel: log,
      traceOutputChannel: traceLog(log),
      // Hovers link terms to their entries; a link in them to any other command does nothing.
      markdown: { isTrusted: { enabledCommands: [commands.openGlossary] } },
      initializationOptions,
    },
  );
  context.subscriptions.push(
    log,
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      void client.sendNotification(wireName("trustGranted"), {});
    }),
  );
  return client;
}
