/** A panel with a page: opens or reveals it, answers it, tells it that something changed, and brings it back after a reload of the window. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { pageRequestSchema } from "../../server/protocol/webviews";
import type { TraceFilter } from "../../server/protocol/traces";
import type { HostMessage, RolloutPlace } from "../../server/protocol/webviews";
import { coalesce } from "../../server/shared/coalesce";
import { commands } from "../command-ids";
import { answer, knownRuns } from "./answers";
import type { ResultPlace, RunReader, SourcePlace, TracePlace } from "./answers";
import { pageHtml } from "./page-html";

/** At most ten hints a second. */
const hintMilliseconds = 100;

/** What a panel needs of the language server. */
export interface PanelApi extends RunReader {
  readonly onRunsChanged: vscode.Event<void>;
}

/** Which page, and how its panel looks. */
export interface PanelKind {
  readonly viewType: string;
  readonly title: string;
  /** Name of its bundle in `dist/webviews`. */
  readonly page: string;
  /** Name of a codicon-like picture in `media/`, or null. */
  readonly icon: string | null;
}

/** Where a panel should be; null leaves the choice to the page. */
export interface Place {
  readonly run: string | null;
  readonly stage: string | null;
  readonly step: number | null;
  readonly rollout?: RolloutPlace | undefined;
  readonly show?: TraceFilter["show"] | undefined;
  /** A recipe's URI, for the pipeline of a recipe as it stands. */
  readonly recipe?: string | undefined;
}

export interface PanelHost {
  /** Opens the panel, or reveals the one that is there, at this place. */
  open(place: Place): void;
}

/** Opens the traces at a place: what a page may ask for. */
type OpenTraces = (context: vscode.ExtensionContext, api: PanelApi, place: TracePlace) => void;

/** The host of a kind of panel, made when it is first asked for: a window has one panel of each kind. */
export function panelOf(
  kind: PanelKind,
  openTraces: OpenTraces,
): (context: vscode.ExtensionContext, api: PanelApi) => PanelHost {
  const hosts = new WeakMap<vscode.ExtensionContext, PanelHost>();
  return (context, api) => {
    const host = hosts.get(context) ?? panelHost(context, api, kind, (place) => openTraces(context, api, place));
    hosts.set(context, host);
    return host;
  };
}

function panelHost(
  context: vscode.ExtensionContext,
  api: PanelApi,
  kind: PanelKind,
  openTraces: (place: TracePlace) => void,
): PanelHost {
  let panel: vscode.WebviewPanel | null = null;
  /** Said to the page with the answer to its next question about runs: a page that is loading cannot hear yet. */
  let waiting: Place | null = null;
  /** Whether the page in the panel has asked something since it was last loaded. */
  let listening = false;

  const reader = knownRuns(api);
  const resources = vscode.Uri.joinPath(context.extensionUri, "dist", "webviews");

  const post = (message: HostMessage): void => void panel?.webview.postMessage(message);

  const adopt = (adopted: vscode.WebviewPanel): void => {
    panel = adopted;
    listening = false;
    const { webview } = adopted;
    webview.options = { enableScripts: true, localResourceRoots: [resources] };
    if (kind.icon !== null) adopted.iconPath = vscode.Uri.joinPath(context.extensionUri, "media", kind.icon);
    const hints = coalesce(() => post({ type: "changed" }), hintMilliseconds);

    const subscriptions = [
      webview.onDidReceiveMessage((message: unknown) => void receive(message)),
      api.onRunsChanged(() => {
        if (adopted.visible && listening) hints.hint();
      }),
      adopted.onDidChangeViewState(() => {
        // A hidden page is gone; when it is shown again it is loaded anew and asks for everything.
        if (!adopted.visible) {
          listening = false;
          hints.cancel();
        }
      }),
    ];
    adopted.onDidDispose(() => {
      hints.cancel();
      for (const subscription of subscriptions) subscription.dispose();
      if (panel === adopted) panel = null;
    });
    webview.html = pageHtml({
      title: kind.title,
      nonce: randomUUID(),
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(resources, `${kind.page}.js`)).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(resources, `${kind.page}.css`)).toString(),
    });
  };

  const receive = async (message: unknown): Promise<void> => {
    const parsed = pageRequestSchema.safeParse(message);
    if (!parsed.success) return;
    const request = parsed.data;
    listening = true;
    if (request.type === "runs" && waiting !== null) {
      post({ type: "show", ...waiting });
      waiting = null;
    }
    try {
      const result = await answer(request, reader, {
        traces: openTraces,
        source: (place) => void openSource(place),
        result: (place) => void openResult(place),
      });
      post({ type: "reply", id: request.id, ok: true, result });
    } catch (error) {
      post({
        type: "reply",
        id: request.id,
        ok: false,
        message: error instanceof Error ? error.message : String(error),
      });
    }
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
      const named = place.recipe !== undefined || place.run !== null || place.stage !== null || place.step !== null;
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
      if (named && listening && panel.visible) post({ type: "show", ...place });
      else if (named) waiting = place;
      panel.reveal();
    },
  };
}

/** Shows the line beside the panel, so that both can be read. A file that cannot be opened is VS Code's own message. */
async function openSource({ path, line, column }: SourcePlace): Promise<void> {
  const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), Math.max(0, (column ?? 1) - 1));
  await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(path), {
    viewColumn: vscode.ViewColumn.Beside,
    selection: new vscode.Range(at, at),
  } satisfies vscode.TextDocumentShowOptions);
}

/** What a stage gave is opened as its command does it. */
async function openResult({ run, result }: ResultPlace): Promise<void> {
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
    case "dataset":
      await vscode.commands.executeCommand(commands.exportDataset, run, result.stage);
      return;
    case "curves":
      await vscode.commands.executeCommand(commands.openCurves, run, result.stage);
  }
}
