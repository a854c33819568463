/** The language server: documents in, lenses and diagnostics out, runs supervised. */
import { setTexts } from "./shared/l10n";
import "./shared/no-debugger";
import { join } from "node:path";
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  createConnection,
  DidChangeConfigurationNotification,
  ProposedFeatures,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import type { CodeLens, Diagnostic, Hover, Position } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import * as z from "zod";
import { enginesFolder } from "./engine-setup/engines-folder";
import { installedEngines, usableTensorflow } from "./engine-setup/manifest";
import { reflectionWords } from "./behaviours/find-words";
import { thresholdsOf, usualThresholds } from "./health/thresholds";
import { attachToRuns } from "./language/attached-runs";
import { auditMethods } from "./language/audit-methods";
import { behaviourMethods } from "./language/behaviour-methods";
import { caseCompletions, caseDiagnostics, caseHover } from "./language/case-features";
import { caseMethods, textOf } from "./language/case-methods";
import { rolloutMethods } from "./language/case-of-rollout";
import { annotationMethods } from "./language/annotation-methods";
import { exactRowMethods } from "./language/exact-row-methods";
import { runMethods } from "./language/run-methods";
import { cleanUpMethods } from "./language/clean-up-methods";
import { compareMethods } from "./language/compare-methods";
import { coverageLenses, knownCoverage } from "./language/coverage-lenses";
import { curveMethods } from "./language/curve-methods";
import { debugMethods } from "./language/debug-methods";
import { engineMethods } from "./language/engine-methods";
import { forkMethods } from "./language/fork-methods";
import { modelMethods } from "./language/model-methods";
import { healthMethods } from "./language/health-methods";
import { watchHealth } from "./language/health-watch";
import { launcher } from "./language/launch";
import { logText } from "./language/log-text";
import { clientModels, judgeMethods } from "./language/judge-methods";
import { labelMethods } from "./language/label-methods";
import { sampleMethods } from "./language/sample-methods";
import { recipeEditMethods } from "./language/recipe-edit-methods";
import { labMethods } from "./language/lab-methods";
import { pipelineMethods } from "./language/pipeline-methods";
import { openTraceAsker } from "./language/ask-traces";
import { openPlayground } from "./language/playground";
import { playgroundMethods } from "./language/playground-methods";
import { newestRemarks } from "./language/newest-remarks";
import { newestOutcomes, newestRollouts, rewardsOfFile } from "./language/newest-outcomes";
import { recipeActions, recipeCompletions, recipeDiagnostics, recipeHover } from "./language/recipe-features";
import { recipeLenses } from "./language/recipe-lenses";
import { remedyOf } from "./language/remedies";
import { rolloutFileMethods } from "./language/rollout-file-methods";
import { trackerMethods } from "./language/tracker-methods";
import { touchesOf } from "./language/request-guards";
import { lensPlaces } from "./language/lens-places";
import { knownColumns } from "./language/known-columns";
import { knownOfRewards, type CaseTally } from "./language/reward-facts";
import { rewardDiagnostics } from "./language/reward-diagnostics";
import { isInputAt, rewardCompletions, rewardHover } from "./language/reward-assist";
import { lensDocument, resolvedLens, rewardLenses } from "./language/reward-features";
import { openRewardRules } from "./language/reward-rules";
import { resultOfScoring } from "./language/reward-results";
import { rescoreMethods } from "./language/rescore-methods";
import { rescoreSaved } from "./language/rescore-on-save";
import { openRescorer } from "./language/rescorer";
import { runLibrary } from "./language/run-library";
import { watchRuns } from "./language/run-watch";
import { isCases, isRecipe, isReward } from "./language/text";
import { initializationSchema, type CompareProgress, type RunEntry, type ScoreSamplesResult } from "./protocol/editor";
import type { CaseOutcome } from "./protocol/cases";
import type { RolloutCoverage } from "./protocol/coverage";
import { methodsOf, type Handlers, type Params, type Said, type ServerMethod } from "./protocol/methods";
import { answering, hearing, wireName } from "./protocol/requests";
import type { SetupProgress } from "./protocol/engine";
import { isLive } from "./protocol/run";
import { recipeSchema, type Recipe } from "./recipes/schema";
import { whenClosedSchema, type WhenClosed } from "./runs/live-run";
import { rewardFileOf } from "./rewards/cases";
import { recipeFileIn } from "./runs/paths";
import { coalesce } from "./shared/coalesce";
import { named } from "./shared/unseen";
import { setEditorModels } from "./processes/rewards/editor-models";
import { setStoredKeys } from "./processes/rewards/judge-keys";
import { setStoredHubToken } from "./model-setup/hub-token";
import { productVersion } from "./processes/installation";
import { activeRun } from "./launch/run";
import { isInternal, messageOf, stackOf, toldOf, UserError } from "./shared/user-error";
import { liesWithin } from "./files/paths-within";
import { pathOfUri } from "./files/path-of-uri";
import { sizeLimits } from "./files/workspace-file";

const settings = ["reasoningLab.nodePath", "reasoningLab.engine", "reasoningLab.runsWhenClosed"];
const wordsSetting = "reasoningLab.reflectionWords";
const rescoreSetting = "reasoningLab.rescoreOnSave";
const labellerSetting = "reasoningLab.labeller";
const rulesSetting = "reasoningLab.rewards.rules";
const healthSetting = "reasoningLab.health";

/** At most ten a second. */
const pushInterval = 100;
/** Lenses that change faster cannot be clicked: VS Code asks for all of them again each time. */
const documentInterval = 1000;

const installation = { distFolder: __dirname };
const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);
const say = (level: "info" | "warn" | "error", text: string): void => connection.console[level](logText(text));
/** Says something to the client that nobody answers. */
const tell = <Name extends Said<"server → client">>(name: Name, params: Params<Name>): void =>
  void connection.sendNotification(wireName(name), params);
const logged = { log: (text: string): void => say("warn", text) };
const traces = openTraceAsker(installation, logged);
const scans = openTraceAsker(installation, logged);
const outcomesOf = newestOutcomes(
  (folder) => traces.ask("newestRewards", { folder, limit: newestRollouts }),
  (error, again) => {
    say("error", messageOf(error));
    if (again) setTimeout(() => refreshDocuments.hint(), documentInterval);
  },
);
const playground = openPlayground(installation, (text) => say("info", text));
const rescorer = openRescorer(installation, (text) => say("info", text));
const rewards = knownOfRewards({
  results: outcomesOf,
  runs: () => runs.list(),
  rescored: (file) => rescorer.saved(file),
});
const places = lensPlaces();
const columns = knownColumns({
  ask: (folder, recipes) => traces.ask("rowColumns", { folder, recipes: [...recipes] }),
  workspaceOf: (file) => folders.find((folder) => liesWithin(folder, file)) ?? null,
  trusted: () => trusted,
  log: (text) => say("info", text),
});
/** Characters of an example in a hover. */
const exampleLength = 600;

let trusted = false;
let nodePath = "";
/** The user's choice for recipes that leave the engine to `auto`. */
let engine: Recipe["engine"] = "auto";
let engines = enginesFolder(undefined);
let storage = "";
let folders: string[] = [];

const refreshDocuments = coalesce(() => {
  const looked = documents.all().filter(({ uri }) => isReward(uri));
  // Lenses are made of what is known by then.
  void Promise.all(looked.map((document) => publish(document))).then(() =>
    connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined),
  );
}, documentInterval);
const refreshRuns = coalesce(() => tell("runsChanged", {}), pushInterval);
const refresh = (): void => {
  refreshRuns.hint();
  refreshDocuments.hint();
};
const editorModel = clientModels((wire, ...given) => connection.sendRequest<unknown>(wire, ...given));
setEditorModels(editorModel);
const attached = attachToRuns(({ level, text }) => say(level, text), editorModel);
let thresholds = usualThresholds;
const library = runLibrary(
  (folder) => trusted && !isLive(runs.list().find((run) => run.folder === folder)?.record ?? null),
  () => refreshRuns.hint(),
  () => tell("metricsGrown", {}),
);
const health = watchHealth(
  () => thresholds,
  () => refreshRuns.hint(),
  (folder) => library.peek(folder),
);
const runs = watchRuns([], refresh, (found) => {
  attached.look(found);
  health.look(found);
});
/** With what is known of their health. */
const listedRuns = (): RunEntry[] =>
  runs.list().map((run) => {
    const summary = health.summary(run.folder);
    return summary === null ? run : { ...run, health: summary };
  });
/** The user's choice for runs that live when the last window is closed. Who has not been asked yet, or has not answered, keeps them. */
let whenClosed: WhenClosed = "keepRunning";

/** What is being worked on ends with the server. */
const shutdown = new AbortController();

const state = {
  options: () => ({
    installation,
    nodePath,
    engine,
    version: productVersion(installation),
    ...usableTensorflow(installedEngines(engines)),
  }),
  trusted: () => trusted,
  folders: () => folders,
  traces,
  runs: listedRuns,
  health,
  changed: refresh,
  handlers: {
    progress: refresh,
    log: say,
  },
  scored(uri: string, name: string, result: ScoreSamplesResult) {
    rewards.scored(uri, name, resultOfScoring(result));
    refresh();
  },
};

connection.onInitialize(({ initializationOptions, workspaceFolders }) => {
  const options = initializationSchema.safeParse(initializationOptions);
  trusted = options.success && options.data.trusted;
  if (options.success) {
    setTexts(options.data.texts);
    setSettings([options.data.nodePath, options.data.engine, options.data.whenClosed]);
    storage = options.data.storageFolder;
    engines = enginesFolder(undefined, join(storage, "engines"));
  }
  setFolders((workspaceFolders ?? []).map(({ uri }) => uri));
  return {
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      codeLensProvider: { resolveProvider: true },
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      hoverProvider: true,
      completionProvider: { triggerCharacters: ['"', ":", " ", "."] },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
});

connection.onInitialized(() => {
  void connection.client.register(DidChangeConfigurationNotification.type, {
    section: [...settings, wordsSetting, rulesSetting, healthSetting],
  });
  void readRules();
  void readThresholds();
  connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
    const gone = new Set(removed.map(({ uri }) => uri));
    setFolders([...uris.filter((uri) => !gone.has(uri)), ...added.map(({ uri }) => uri)]);
  });
});

/** What a workspace that nobody trusts names outside of itself (a host of the network, say) is not looked at. */
const touches = touchesOf({ trusted: () => trusted, folders: () => folders });

let uris: string[] = [];
function setFolders(next: string[]): void {
  uris = next;
  folders = next.filter((uri) => uri.startsWith("file:")).map((uri) => pathOfUri(uri));
  runs.setFolders(folders);
}

/** What a workspace that nobody trusts names outside of itself is not looked at. */
const rules = openRewardRules({
  touches,
  changed: () => refreshDocuments.hint(),
  failed: (error) => say("error", stackOf(error)),
});

const remarksOf = newestRemarks((folder, limit) => traces.ask("rolloutScores", { folder, limit }));

async function lookAtRollouts({ uri }: TextDocument): Promise<void> {
  const file = pathOfUri(uri);
  await guarded(undefined, async () =>
    rules.remark("rollouts", file, await remarksOf(file, runs.list(), rules.settings())),
  );
}

async function readRules(): Promise<void> {
  for (const problem of rules.set(await connection.workspace.getConfiguration(rulesSetting))) say("warn", problem);
  publishAll();
}

/** In the order of `settings`. */
function setSettings([node, chosen, closing]: readonly unknown[]): void {
  nodePath = z.string().catch("").parse(node);
  engine = recipeSchema.shape.engine.catch("auto").parse(chosen);
  const before = whenClosed;
  whenClosed = whenClosedSchema.catch("keepRunning").parse(closing);
  if (whenClosed !== before) attached.whenClosed(whenClosed);
}
/** Runs are looked at again by others. */
async function readThresholds(): Promise<void> {
  const next = thresholdsOf(await connection.workspace.getConfiguration(healthSetting));
  if (JSON.stringify(next) !== JSON.stringify(thresholds)) thresholds = next;
}
connection.onDidChangeConfiguration(async () => {
  await readThresholds();
  setSettings(await connection.workspace.getConfiguration(settings.map((section) => ({ section }))));
  await readRules();
  // Pages that count words ask again.
  refreshRuns.hint();
});
connection.onNotification(
  wireName("judgeKeys"),
  hearing("judgeKeys", ({ keys }) => setStoredKeys(keys)),
);
connection.onNotification(
  wireName("hubToken"),
  hearing("hubToken", ({ token }) => setStoredHubToken(token)),
);
connection.onNotification(wireName("trustGranted"), () => {
  trusted = true;
  publishAll();
  for (const { uri } of documents.all()) if (isReward(uri) || isRecipe(uri)) columns.look(pathOfUri(uri));
});

/** Text of a file as the editor has it; null: it is not open. */
const openText = (file: string): string | null =>
  documents
    .all()
    .find(({ uri }) => uri.startsWith("file:") && pathOfUri(uri) === file)
    ?.getText() ?? null;

/** Text of a reward file; null where none can be read. */
function sourceOf(file: string): string | null {
  try {
    return textOf(openText, file, sizeLimits.source);
  } catch {
    return null;
  }
}

/** How often what is said of a document was worked out: what was overtaken meanwhile is not said. */
const published = new WeakMap<TextDocument, number>();

/** `edited`: whether its text was edited just now. */
async function publish(document: TextDocument, edited = false): Promise<void> {
  const { uri, version } = document;
  const turn = (published.get(document) ?? 0) + 1;
  published.set(document, turn);
  const diagnostics = await guarded<Diagnostic[] | null>(null, async () => {
    if (isRecipe(uri)) return recipeDiagnostics(document, touches);
    if (isCases(uri)) return caseDiagnostics(document, sourceOf);
    if (!isReward(uri)) return [];
    // Who types waits for no traces.
    const facts = (edited ? rewards.now(document) : null) ?? (await rewards.look(document));
    // Who types waits for no rollouts: what they say is told when it is known.
    if (!edited) void lookAtRollouts(document);
    return [...rewardDiagnostics(document, facts), ...rules.diagnostics(document)];
  });
  if (diagnostics && published.get(document) === turn && documents.get(uri) === document)
    void connection.sendDiagnostics({
      uri,
      version,
      diagnostics: diagnostics.map(({ message, ...one }) => ({
        ...one,
        message: typeof message === "string" ? named(message) : message,
      })),
    });
}

const publishAll = (): void => documents.all().forEach((document) => void publish(document));

/** An error in one feature is logged and the feature says nothing; the server goes on. */
async function guarded<T>(otherwise: T, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    say("error", stackOf(error));
    return otherwise;
  }
}

documents.onDidChangeContent(({ document }) => {
  // What was scored is said of the text as it was: its errors would stand at lines that are others now.
  const edited = document.version > 1 && isReward(document.uri);
  if (edited) {
    rewards.edited(document);
    coverage.edited(document.uri);
  }
  void publish(document, edited);
  // Their cases name rewards of it.
  if (isReward(document.uri))
    for (const other of documents.all())
      if (isCases(other.uri) && rewardFileOf(other.uri) === document.uri) void publish(other);
});
documents.onDidOpen(({ document: { uri } }) => {
  if (isReward(uri) || isRecipe(uri)) columns.look(pathOfUri(uri));
});
documents.onDidSave(({ document }) => {
  if (isReward(document.uri) || isRecipe(document.uri)) columns.look(pathOfUri(document.uri));
  if (!isReward(document.uri)) return;
  rewards.saved(document.uri);
  void rescoreSaved(pathOfUri(document.uri), {
    rescorer,
    runs: () => runs.list(),
    allowed: async () =>
      trusted &&
      z
        .boolean()
        .catch(true)
        .parse(await connection.workspace.getConfiguration(rescoreSetting)),
    nodePath: () => nodePath,
    changed: refresh,
    failed: (error) =>
      say("info", `The newest step was not re-scored with ${pathOfUri(document.uri)}. ${messageOf(error)}`),
  });
});
documents.onDidClose(({ document }) => {
  rewards.forget(document.uri);
  places.forget(document.uri);
  void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
});
// A reward file that appears or changes can mend a recipe, and the other way round.
connection.onDidChangeWatchedFiles(({ changes }) => {
  publishAll();
  for (const { uri } of changes) if (isRecipe(uri)) columns.look(pathOfUri(uri));
});

/** An example is of the newest run that uses the reward. */
async function rewardHoverOf(document: TextDocument, position: Position): Promise<Hover | null> {
  if (!isInputAt(document, position)) return null;
  const file = pathOfUri(document.uri);
  const run = runs.list().find((entry) => rewardsOfFile(file, entry) !== null);
  const example = run ? await traces.ask("newestExample", { folder: run.folder, length: exampleLength }) : null;
  return rewardHover(document, position, example, columns.of(file));
}

const seenLens = (lens: CodeLens): CodeLens =>
  lens.command ? { ...lens, command: { ...lens.command, title: named(lens.command.title) } } : lens;

connection.onCodeLens(({ textDocument: { uri } }) =>
  guarded([], async () => {
    const document = documents.get(uri);
    if (!document) return [];
    if (isReward(uri))
      return [
        ...rewardLenses(document, rewards.now(document) ?? (await rewards.look(document)), places),
        ...coverageLenses(uri, pathOfUri(uri), coverage),
      ].map(seenLens);
    if (!isRecipe(uri)) return [];
    const file = pathOfUri(uri);
    const own = runs
      .list()
      .filter(({ record, workspaceFolder }) => record && recipeFileIn(workspaceFolder, record) === file);
    return recipeLenses(document, own).map(seenLens);
  }),
);
connection.onCodeLensResolve((lens) =>
  guarded(lens, async () => {
    const document = documents.get(lensDocument(lens) ?? "");
    if (!document) return lens;
    return seenLens(await resolvedLens(lens, rewards.now(document) ?? (await rewards.look(document))));
  }),
);
connection.onCodeAction(({ textDocument: { uri }, range }) =>
  guarded([], () => {
    const document = documents.get(uri);
    if (!document) return [];
    if (isRecipe(uri)) return recipeActions(document, range, touches);
    return isReward(uri) ? rules.actions(document, range) : [];
  }),
);
connection.onHover(({ textDocument, position }) =>
  guarded(null, () => {
    const document = documents.get(textDocument.uri);
    if (document && isCases(document.uri)) return caseHover(document, position);
    if (document && isReward(document.uri)) return rewardHoverOf(document, position);
    return document && isRecipe(document.uri) ? recipeHover(document, position) : null;
  }),
);
connection.onCompletion(({ textDocument, position, context }) =>
  guarded([], () => {
    const document = documents.get(textDocument.uri);
    if (document && isReward(document.uri))
      return rewardCompletions(document, position, columns.of(pathOfUri(document.uri)));
    // A dot is for rewards alone.
    if (context?.triggerCharacter === ".") return [];
    if (document && isCases(document.uri)) return caseCompletions(document, position, sourceOf);
    return document && isRecipe(document.uri) ? recipeCompletions(document, position) : [];
  }),
);

const engineState = {
  engines: () => engines,
  distFolder: installation.distFolder,
  progress: (progress: SetupProgress) => tell("setupProgress", progress),
};
const compareState = {
  ...state,
  progress: (progress: CompareProgress) => tell("compareProgress", progress),
};
const coverage = knownCoverage();
const counted = (uri: string, name: string, of: RolloutCoverage): void => {
  coverage.counted(uri, name, of);
  refreshDocuments.hint();
};
const caseState = {
  ...state,
  installation,
  nodePath: () => nodePath,
  log: (text: string) => say("info", text),
  open: openText,
  ended: (run: number, outcome: CaseOutcome) => tell("caseEnded", { run, outcome }),
  tallied(uri: string, tallies: ReadonlyMap<string, CaseTally>) {
    rewards.tallied(uri, tallies);
    refreshDocuments.hint();
  },
};
const behaviourState = {
  ...state,
  scans,
  reflectionWords: async () =>
    z
      .array(z.string())
      .catch([...reflectionWords])
      .parse(await connection.workspace.getConfiguration(wordsSetting)),
};
const labeller = async (): Promise<string> =>
  z
    .string()
    .catch("")
    .parse(await connection.workspace.getConfiguration(labellerSetting));
const launch = launcher({
  options: state.options,
  runs: state.runs,
  whenClosed: () => whenClosed,
  handlers: state.handlers,
  begun(folder) {
    attached.begun(folder);
    runs.check();
  },
});
const files = rolloutFileMethods({ scans, storage: () => storage });
const handlers: Handlers<ServerMethod> = {
  ...labMethods({ ...state, launch, storeOf: files.storeOf }),
  openRolloutFile: files.openRolloutFile,
  ...forkMethods({ ...state, launch }),
  ...labelMethods(state, installation, labeller, traces),
  ...recipeEditMethods(state),
  ...engineMethods(engineState),
  ...modelMethods({ progress: engineState.progress, brought: publishAll }),
  ...compareMethods(compareState),
  ...auditMethods({ ...state, remark: (file, remarks) => rules.remark("audit", file, remarks) }),
  ...behaviourMethods(behaviourState),
  ...healthMethods(state),
  ...trackerMethods({ ...state, scans, thresholds: () => thresholds }),
  ...curveMethods({ ...state, rescorer, library }),
  ...pipelineMethods({ ...state, launch }),
  ...playgroundMethods({ ...state, playground, log: (text) => say("info", text) }),
  ...cleanUpMethods(state),
  ...annotationMethods(state),
  ...runMethods(state),
  ...exactRowMethods(state),
  ...judgeMethods(),
  ...caseMethods(caseState),
  ...rolloutMethods(caseState),
  ...sampleMethods(caseState),
  ...rescoreMethods({ ...state, rescorer }),
  ...debugMethods({ ...caseState, waits: (place) => tell("debuggerWaits", place), counted }),
};
answering(methodsOf("page → server", "client → server"), handlers, {
  on: (wire, answer) => connection.onRequest(wire, answer),
  failed(method, message, error) {
    // Other parameters than a method takes are said as such.
    const internal = isInternal(error) && !(error instanceof z.ZodError);
    if (internal) say("error", stackOf(error));
    const told = internal ? toldOf(error, "The log has its stack.", message) : message;
    say("warn", `${method}: ${told}`);
    return new ResponseError(1, told, remedyOf(error));
  },
  signal: shutdown.signal,
});

// A fault in what answers one message is logged, as one in a feature is: the windows' other requests, and a comparison that runs here, go on.
const survived = (error: unknown): void => say("error", stackOf(error));
process.on("uncaughtException", survived);
process.on("unhandledRejection", survived);

// Runs go on without this server; what it does by itself ends with it, a run of a comparison with a checkpoint.
connection.onShutdown(() => {
  shutdown.abort(new UserError("The editor is closing."));
  runs.dispose();
  attached.dispose();
  traces.close();
  scans.close();
  rescorer.close();
  library.close();
  playground.close();
  activeRun()?.stop(
    "The window was closed or reloaded, and a comparison goes on only in its window. The run stopped with a checkpoint. Resume continues from it.",
  );
});

documents.listen(connection);
connection.listen();
