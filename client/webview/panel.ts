/** A panel with a page: opens or reveals it, answers it, tells it that something changed, and brings it back after a reload of the window. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { createMessageConnection, ResponseError, type MessageConnection } from "vscode-jsonrpc/node";
import { methodsOf, type Given, type Params, type Said } from "../../server/protocol/methods";
import { answering, portEnds, wireName } from "../../server/protocol/requests";
import type { Place } from "../../server/protocol/webviews";
import { coalesce } from "../../server/shared/coalesce";
import { commands } from "../command-ids";
import { withFinding } from "../audit/with-finding";
import { openPlace } from "../failures";
import type { LabApi } from "../lab-api";
import { openRewardChange, openRewardSource } from "../rewards/versions";
import { pageAnswers } from "./answers";
import { keptLayout } from "./keep-layout";
import { pageHtml } from "./page-html";
import { saveFile } from "./save-file";

/** What a page says that is no message is its own fault, and no news for a person. */
const log = { error: () => undefined, warn: () => undefined, info: () => undefined, log: () => undefined };

/** At most ten hints a second. */
const hintMilliseconds = 100;

/** Which page, and how its panel looks. */
export interface PanelKind {
  readonly viewType: string;
  readonly title: string;
  /** Name of its bundle in `dist/webviews`. */
  readonly page: string;
  /** Name of a codicon-like picture in `media/`, or null. */
  readonly icon: string | null;
}

export interface PanelHost {
  /** Opens the panel, or reveals the one that is there, at this place. */
  open(place: Place): void;
}

/** Opens the traces at a place: what a page may ask for. */
type OpenTraces = (context: vscode.ExtensionContext, api: LabApi, place: Place) => void;

/** The host of a kind of panel, made when it is first asked for: a window has one panel of each kind. */
export function panelOf(
  kind: PanelKind,
  openTraces: OpenTraces,
): (context: vscode.ExtensionContext, api: LabApi) => PanelHost {
  const hosts = new WeakMap<vscode.ExtensionContext, PanelHost>();
  return (context, api) => {
    const host = hosts.get(context) ?? panelHost(context, api, kind, (place) => openTraces(context, api, place));
    hosts.set(context, host);
    return host;
  };
}

function panelHost(
  context: vscode.ExtensionContext,
  api: LabApi,
  kind: PanelKind,
  openTraces: (place: Place) => void,
): PanelHost {
  let panel: vscode.WebviewPanel | null = null;
  /** Said to the page with the answer to its next question about runs: a page that is loading cannot hear yet. */
  let waiting: Place | null = null;
  /** Whether the page in the panel has asked something since it was last loaded. */
  let listening = false;

  /** With the page as it was loaded last: what an earlier one asked is answered to nobody. */
  let connection: MessageConnection | null = null;

  const resources = vscode.Uri.joinPath(context.extensionUri, "dist", "webviews");

  const say = <Name extends Said<"client → page">>(name: Name, params: Params<Name>): void =>
    void connection?.sendNotification(wireName(name), params);

  /** Speaks to a page that is being loaded; what it posts comes to `hear`. */
  const connect = (webview: vscode.Webview): ((message: unknown) => void) => {
    connection?.dispose();
    listening = false;
    let hear: (message: unknown) => void = () => undefined;
    const ends = portEnds(
      (message) => void webview.postMessage(message),
      (take) => (hear = take),
    );
    const own = createMessageConnection(ends.reader, ends.writer, log);
    connection = own;
    const handlers = pageAnswers(api.ask, {
      traces: ({ folder: run, ...place }) => openTraces({ run, ...place }),
      source: ({ path, line, column }) => void openPlace({ file: path, line, column }, { beside: true }),
      glossary: (term) => void vscode.commands.executeCommand(commands.openGlossary, term),
      result: (place) => void openResult(place),
      audit: async (uri) => {
        await vscode.commands.executeCommand(commands.auditReward, uri);
      },
      finding: (finding) => withFinding(api, finding),
      rewardChange: (change) => openRewardChange(api, change),
      rewardSource: (source) => openRewardSource(api, source),
      debugRollout: (place) => void vscode.commands.executeCommand(commands.debugRollout, place),
      layout: keptLayout(context),
      saveFile,
      tryRollout: (place) => void vscode.commands.executeCommand(commands.tryCheckpoint, place),
      saveCase: (place) => void vscode.commands.executeCommand(commands.saveRewardCase, place),
    });
    answering(methodsOf("page → server", "page → client"), handlers, {
      on: (wire, answer) =>
        own.onRequest(wire, (...given: unknown[]) => {
          listening = true;
          if (wire === wireName("listRuns") && waiting !== null) {
            say("show", waiting);
            waiting = null;
          }
          return answer(...given);
        }),
      failed: (_method, message) => new ResponseError(1, message),
    });
    own.listen();
    return (message) => hear(message);
  };

  const adopt = (adopted: vscode.WebviewPanel): void => {
    panel = adopted;
    const { webview } = adopted;
    let hear = connect(webview);
    webview.options = { enableScripts: true, localResourceRoots: [resources] };
    if (kind.icon !== null) adopted.iconPath = vscode.Uri.joinPath(context.extensionUri, "media", kind.icon);
    const hints = coalesce(() => say("changed", {}), hintMilliseconds);

    const subscriptions = [
      webview.onDidReceiveMessage((message: unknown) => hear(message)),
      api.onRunsChanged(() => {
        if (adopted.visible && listening) hints.hint();
      }),
      adopted.onDidChangeViewState(() => {
        // A hidden page is gone; when it is shown again it is loaded anew and asks for everything.
        if (!adopted.visible) {
          hear = connect(webview);
          hints.cancel();
        }
      }),
    ];
    adopted.onDidDispose(() => {
      hints.cancel();
      for (const subscription of subscriptions) subscription.dispose();
      if (panel !== adopted) return;
      connection?.dispose();
      connection = null;
      panel = null;
    });
    webview.html = pageHtml({
      title: kind.title,
      nonce: randomUUID(),
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(resources, `${kind.page}.js`)).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(resources, `${kind.page}.css`)).toString(),
    });
  };

  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(kind.viewType, {
      // The page finds its place in its own state.
      deserializeWebviewPanel: (restored) => {
        // A tab that was hidden is brought back when it is shown; by then another may have been opened.
        if (panel === null) adopt(restored);
        else restored.dispose();
        return Promise.resolve();
      },
    }),
  );

  return {
    open: (place) => {
      const named =
        place.recipe !== undefined ||
        place.file !== undefined ||
        place.reward !== undefined ||
        place.checkpoint !== undefined ||
        place.run !== null ||
        place.stage !== null ||
        place.step !== null;
      if (panel === null) {
        waiting = named ? place : null;
        adopt(
          vscode.window.createWebviewPanel(kind.viewType, kind.title, vscode.ViewColumn.Active, {
            enableScripts: true,
            localResourceRoots: [resources],
          }),
        );
        return;
      }
      if (named && listening && panel.visible) say("show", place);
      else if (named) waiting = place;
      panel.reveal();
    },
  };
}

/** What a stage gave is opened as its command does it. */
async function openResult({ folder: run, result }: Given<"openResult">): Promise<void> {
  switch (result.what) {
    case "card":
      await vscode.commands.executeCommand(commands.openModelCard, run, result.checkpoint);
      return;
    case "folder":
      await vscode.commands.executeCommand(commands.revealCheckpoint, run, result.checkpoint);
      return;
    case "evaluation":
      await vscode.commands.executeCommand(commands.evaluateCheckpoint, run, result.checkpoint);
      return;
    case "playground":
      await vscode.commands.executeCommand(commands.tryCheckpoint, run, result.checkpoint);
      return;
    case "dataset":
      await vscode.commands.executeCommand(commands.exportDataset, run, result.stage);
      return;
    case "curves":
      await vscode.commands.executeCommand(commands.openCurves, run, result.stage);
  }
}
