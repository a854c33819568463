/** A panel with a page: opens or reveals it, tells it where to be, and brings it back after a reload of the window. */
import * as vscode from "vscode";
import type { Place } from "../../server/protocol/webviews";
import type { LabApi } from "../lab-api";
import { showTab } from "./restored-tab";
import { connectPage, pagesFolder, type ConnectedPage, type EarlyQuestions } from "./page-connection";

/** Which page, and how its panel looks. */
export interface PanelKind {
  readonly viewType: string;
  readonly title: string;
  /** Name of its bundle in `dist/webviews`. */
  readonly page: string;
  /** Name of a codicon-like picture in `media/`, or null. */
  readonly icon: string | null;
  readonly early?: EarlyQuestions;
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

/** Milliseconds after which a tab that does not come back is given up. */
const longestRestore = 3000;

function panelHost(
  context: vscode.ExtensionContext,
  api: LabApi,
  { viewType, title, page, icon, early }: PanelKind,
  openTraces: (place: Place) => void,
): PanelHost {
  let open: { readonly panel: vscode.WebviewPanel; readonly page: ConnectedPage } | null = null;
  /** Where somebody wants to be in a tab that is being brought back; undefined: none is. */
  let restoring: { place: Place | null } | undefined;

  const adopt = (panel: vscode.WebviewPanel, place: Place | null): void => {
    if (icon !== null) panel.iconPath = vscode.Uri.joinPath(context.extensionUri, "media", icon);
    const connected = connectPage(panel, { context, api, page, title, openTraces, ...(early && { early }) }, place);
    open = { panel, page: connected };
    panel.onDidDispose(() => {
      connected.dispose();
      if (open?.panel === panel) open = null;
    });
  };

  const make = (place: Place | null): void => {
    const options = { enableScripts: true, localResourceRoots: [pagesFolder(context)] };
    adopt(vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active, options), place);
  };

  /** A tab of before a reload has the page's state: it is brought back where there is one. */
  const restore = async (place: Place | null): Promise<void> => {
    const own = { place };
    restoring = own;
    const shown = await showTab(viewType).catch(() => false);
    for (let waited = 0; shown && restoring === own && waited < longestRestore; waited += 50)
      await new Promise((resolve) => setTimeout(resolve, 50));
    if (restoring !== own) return;
    restoring = undefined;
    if (open === null) make(own.place);
  };

  context.subscriptions.push(
    vscode.window.registerWebviewPanelSerializer(viewType, {
      // The page finds its place in its own state.
      deserializeWebviewPanel: (restored) => {
        // A tab that was hidden is brought back when it is shown; by then another may have been opened.
        if (open === null) adopt(restored, restoring?.place ?? null);
        else restored.dispose();
        restoring = undefined;
        return Promise.resolve();
      },
    }),
  );

  return {
    open: (place) => {
      const named =
        place.recipe !== undefined ||
        place.file !== undefined ||
        place.compare !== undefined ||
        place.reward !== undefined ||
        place.checkpoint !== undefined ||
        place.run !== null ||
        place.stage !== null ||
        place.step !== null;
      if (open === null) {
        const wanted = named ? place : null;
        if (restoring !== undefined) restoring.place = wanted ?? restoring.place;
        else void restore(wanted);
        return;
      }
      if (named) open.page.show(place);
      open.panel.reveal();
    },
  };
}
