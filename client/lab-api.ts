/** The language server as the client asks it and hears it, by the methods of `server/protocol`. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Given, Params, Said, ServerMethod } from "../server/protocol/methods";
import { asking, hearing, wireName, type Ask } from "../server/protocol/requests";

type Notice = Said<"server → client">;

export interface LabApi {
  /** Asks the server; before it runs a question waits for it. Rejects with a sentence for people. */
  readonly ask: Ask<ServerMethod>;
  /** Says something to the server that it does not answer. */
  say<Name extends Said<"client → server">>(notice: Name, params: Params<Name>): Promise<void>;
  /** Hears what the server says while `work` goes on. */
  while<Name extends Notice, T>(notice: Name, hear: (params: Given<Name>) => void, work: () => Promise<T>): Promise<T>;
  /** Runs appeared, vanished or changed. */
  readonly onRunsChanged: vscode.Event<void>;
  /** A run whose metrics somebody reads has written more of them. */
  readonly onMetricsGrown: vscode.Event<void>;
}

export function createLabApi(client: LanguageClient, context: vscode.ExtensionContext): LabApi {
  const changed = new vscode.EventEmitter<void>();
  const grown = new vscode.EventEmitter<void>();
  const on = <Name extends Notice>(notice: Name, hear: (params: Given<Name>) => void): vscode.Disposable =>
    client.onNotification(wireName(notice), hearing(notice, hear));
  context.subscriptions.push(
    changed,
    grown,
    on("metricsGrown", () => grown.fire()),
    on("runsChanged", () => changed.fire()),
  );
  return {
    ask: asking((wire, ...given) => client.sendRequest<unknown>(wire, ...given)),
    say: (notice, params) => client.sendNotification(wireName(notice), params),
    async while(notice, hear, work) {
      const subscription = on(notice, hear);
      try {
        return await work();
      } finally {
        subscription.dispose();
      }
    },
    onRunsChanged: changed.event,
    onMetricsGrown: grown.event,
  };
}
