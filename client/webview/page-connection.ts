/** A page in a webview: answers what it asks, tells it where to be and that something changed; a panel and an editor of a file alike. */
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { createMessageConnection, ResponseError, type MessageConnection } from "vscode-jsonrpc/node";
import {
  methodsOf,
  type Given,
  type Params,
  type Result,
  type Said,
  type ServerMethod,
} from "../../server/protocol/methods";
import { answering, portEnds, wireName } from "../../server/protocol/requests";
import type { Place } from "../../server/protocol/webviews";
import { coalesce } from "../../server/shared/coalesce";
import { UserError } from "../../server/shared/user-error";
import { commands } from "../command-ids";
import { withFinding } from "../audit/with-finding";
import { openPlace } from "../failures";
import type { LabApi } from "../lab-api";
import { applySettings } from "../traces/apply-settings";
import { copyRollout, openPaidLine, openRawRow } from "../traces/sample-actions";
import { openRewardChange, openRewardSource } from "../rewards/versions";
import { pageAnswers } from "./answers";
import { earlyAnswers, type EarlyAnswers } from "./early-answers";
import { copyLink } from "../curves/copy-link";
import { openSetting, openThreshold } from "../curves/open-setting";
import { chooseTracker } from "../curves/choose-tracker";
import { keptFilters } from "./keep-filters";
import { keptLayout } from "./keep-layout";
import { pageHtml } from "./page-html";
import { saveFile } from "./save-file";

/** What a page says that is no message is its own fault, and no news for a person. */
const log = { error: () => undefined, warn: () => undefined, info: () => undefined, log: () => undefined };

/** At most ten hints a second. */
const hintMilliseconds = 100;

/** The file that a page is the editor of. */
export interface OwnFile {
  readonly path: string;
  readonly read: (request: Given<"rolloutFile">) => Promise<Result<"rolloutFile">>;
}

export interface PageOptions {
  readonly context: vscode.ExtensionContext;
  readonly api: LabApi;
  /** Name of its bundle in `dist/webviews`. */
  readonly page: string;
  readonly title: string;
  readonly openTraces: (place: Place) => void;
  readonly own?: OwnFile;
  readonly early?: EarlyQuestions;
}

/** What a page is going to ask, asked while it is still being loaded. */
export interface EarlyQuestions {
  /** `waiting`: where the page is to be; null: it finds its place itself. Ends when all is asked. */
  readonly begin: (begin: EarlyAnswers<ServerMethod>["begin"], waiting: Place | null) => Promise<void>;
  /** What a page of this kind asks. */
  readonly heard: (method: ServerMethod, params: unknown) => void;
}

export interface ConnectedPage {
  /** Tells the page where to be, at once or with the answer to its next question about runs: a page that is loading cannot hear yet. */
  show(place: Place): void;
  dispose(): void;
}

/** Folder of all pages. */
export const pagesFolder = (context: vscode.ExtensionContext): vscode.Uri =>
  vscode.Uri.joinPath(context.extensionUri, "dist", "webviews");

/** Loads the page into the panel's webview. `waiting`: where it is to be. */
export function connectPage(
  panel: vscode.WebviewPanel,
  { context, api, page, title, openTraces, own, early }: PageOptions,
  waiting: Place | null,
): ConnectedPage {
  const { webview } = panel;
  const resources = pagesFolder(context);
  const answers = earlyAnswers(api.ask);
  /** Something changed that the page cannot have heard of. */
  let missed = false;
  const askFor: typeof answers.ask = (method, params, token) => {
    early?.heard(method, params);
    return answers.ask(method, params, token);
  };
  const changed = (hears: boolean): void => {
    answers.forget();
    if (panel.visible && hears) hints.hint();
    else missed = early !== undefined;
  };
  /** Whether the page in the panel has asked something since it was last loaded. */
  let listening = false;
  let drawsMetrics = false;
  /** With the page as it was loaded last: what an earlier one asked is answered to nobody. */
  let connection: MessageConnection | null = null;

  const say = <Name extends Said<"client → page">>(name: Name, params: Params<Name>): void =>
    void connection?.sendNotification(wireName(name), params);

  /** Speaks to a page that is being loaded; what it posts comes to `hear`. */
  const connect = (): ((message: unknown) => void) => {
    connection?.dispose();
    answers.forget();
    missed = false;
    listening = false;
    drawsMetrics = false;
    let hear: (message: unknown) => void = () => undefined;
    const ends = portEnds(
      (message) => void webview.postMessage(message),
      (take) => (hear = take),
    );
    const next = createMessageConnection(ends.reader, ends.writer, log);
    connection = next;
    const handlers = pageAnswers(
      askFor,
      {
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
        settings: (settings) => applySettings(api, settings),
        setting: (setting) => openSetting(api, setting),
        threshold: openThreshold,
        paidLine: (place) => openPaidLine(api, place),
        rawRow: openRawRow,
        copyRollout: (place) => copyRollout(api, place),
        debugRollout: (place) => void vscode.commands.executeCommand(commands.debugRollout, place),
        copyLink: (workspaceFolder, place) => copyLink(context, workspaceFolder, place),
        chooseTracker: () => chooseTracker(api),
        withRuns,
        layout: keptLayout(context),
        filters: keptFilters(context),
        saveFile,
        tryRollout: (place) => void vscode.commands.executeCommand(commands.tryCheckpoint, place),
        saveCase: (place) => void vscode.commands.executeCommand(commands.saveRewardCase, place),
        rolloutFile: (request) => {
          if (own === undefined) throw new UserError("This page is the editor of no file.");
          return own.read(request);
        },
      },
      own?.path ?? null,
    );
    answering(methodsOf("page → server", "page → client"), handlers, {
      on: (wire, answer) =>
        next.onRequest(wire, (...given: unknown[]) => {
          listening = true;
          drawsMetrics ||= early !== undefined || wire === wireName("readCurves");
          if (missed) hints.hint();
          missed = false;
          if (wire === wireName("listRuns") && waiting !== null) {
            say("show", waiting);
            waiting = null;
          }
          return answer(...given);
        }),
      failed: (_method, message) => new ResponseError(1, message),
    });
    next.listen();
    return (message) => hear(message);
  };

  /** Tells a page what it is going to ask; one that was loaded anew meanwhile has another connection, and asks. */
  const tellEarly = async (to: MessageConnection | null): Promise<void> => {
    const known = await answers.answers();
    if (to === null || to !== connection || known.length === 0) return;
    void to.sendNotification(wireName("early"), { place: waiting, answers: known });
  };

  let hear = connect();
  webview.options = { enableScripts: true, localResourceRoots: [resources] };
  const hints = coalesce(() => say("changed", {}), hintMilliseconds);
  const subscriptions = [
    webview.onDidReceiveMessage((message: unknown) => hear(message)),
    api.onRunsChanged(() => changed(listening)),
    api.onMetricsGrown(() => changed(drawsMetrics)),
    panel.onDidChangeViewState(() => {
      // A hidden page is gone; when it is shown again it is loaded anew and asks for everything.
      if (!panel.visible) {
        hear = connect();
        hints.cancel();
      }
    }),
  ];
  webview.html = pageHtml({
    language: vscode.env.language,
    texts: vscode.l10n.bundle ?? {},
    title,
    nonce: randomUUID(),
    cspSource: webview.cspSource,
    script: webview.asWebviewUri(vscode.Uri.joinPath(resources, `${page}.js`)).toString(),
    style: webview.asWebviewUri(vscode.Uri.joinPath(resources, `${page}.css`)).toString(),
  });
  const first = connection;
  // What could not be asked early is asked by the page, which says what is wrong.
  void early
    ?.begin(answers.begin, waiting)
    .catch(() => undefined)
    .then(() => tellEarly(first));
  return {
    show(place) {
      if (listening && panel.visible) say("show", place);
      else waiting = place;
    },
    dispose() {
      hints.cancel();
      for (const subscription of subscriptions) subscription.dispose();
      connection?.dispose();
      connection = null;
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
      await vscode.commands.executeCommand(commands.openCurves, run, result.stage, result.step);
  }
}

/** What is done with runs is done as the command does it. */
const commandOf: Readonly<Record<Given<"withRuns">["what"], string>> = {
  open: commands.openCurves,
  compare: commands.compareRuns,
  tag: commands.tagRun,
  rename: commands.renameRun,
  note: commands.noteRun,
  delete: commands.deleteRun,
};

async function withRuns(what: Given<"withRuns">["what"], folders: readonly string[]): Promise<void> {
  await vscode.commands.executeCommand(commandOf[what], folders[0], folders);
}
