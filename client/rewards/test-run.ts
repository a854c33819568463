/** Runs items of the Test Explorer and shows what came of them. */
import * as vscode from "vscode";
import type { CaseOutcome } from "../../server/protocol/cases";
import { messageOf } from "../../server/shared/user-error";
import { named } from "../../server/shared/unseen";
import type { LabApi } from "../lab-api";
import { debugCases } from "./debugging";
import type { CaseItem, FileItems, TestItems } from "./test-items";

/** Cases of one file that are to run. */
export interface WantedCases {
  readonly file: FileItems;
  readonly cases: readonly CaseItem[];
}

const isWithin = (item: vscode.TestItem, others: ReadonlySet<string>): boolean => {
  for (let at: vscode.TestItem | undefined = item; at; at = at.parent) if (others.has(at.id)) return true;
  return false;
};

/** What is saved before anything runs: the server runs files. */
async function save(paths: ReadonlySet<string>): Promise<void> {
  const dirty = vscode.workspace.textDocuments.filter(({ isDirty, uri }) => isDirty && paths.has(uri.fsPath));
  await Promise.all(dirty.map((document) => document.save()));
}

/** The cases that a request names, after what of them was edited is saved. `inputs`: further files that they rest on. */
export async function wantedCases(
  items: TestItems,
  request: vscode.TestRunRequest,
  inputs: ReadonlyMap<string, readonly string[]>,
): Promise<WantedCases[]> {
  const named = request.include?.map(({ id }) => id.split("#", 1)[0]!);
  const files = named === undefined ? await items.all() : items.known().filter(({ item }) => named.includes(item.id));
  await save(
    new Set(files.flatMap(({ item, uri, casesUri }) => [uri.fsPath, casesUri.fsPath, ...(inputs.get(item.id) ?? [])])),
  );
  // Lines may have moved since they were looked at last.
  const now = await Promise.all(files.map(({ uri }) => items.refresh(uri)));
  const included = request.include && new Set(request.include.map(({ id }) => id));
  const left = new Set((request.exclude ?? []).map(({ id }) => id));
  return now.flatMap((file) => {
    if (!file) return [];
    const cases = file.cases.filter(
      ({ item }) => (included === undefined || isWithin(item, included)) && !isWithin(item, left),
    );
    const whole = included === undefined || included.has(file.item.id);
    return cases.length > 0 || (whole && file.problems.length > 0) ? [{ file, cases }] : [];
  });
}

/** As a terminal has its lines. */
export const outputLine = (text: string): string => `${text.replace(/\r?\n/g, "\r\n")}\r\n`;

/** The place of an error in a reward, where it is known. */
function errorPlace({ error }: CaseOutcome): vscode.Location | null {
  if (error === null || error.file === null || error.line === null) return null;
  const at = new vscode.Position(error.line - 1, Math.max(0, (error.column ?? 1) - 1));
  return new vscode.Location(vscode.Uri.file(error.file), at);
}

/** What is said of a case that did not pass, at its line and at the reward's. */
export function messagesOf(outcome: CaseOutcome, { casesUri }: FileItems): vscode.TestMessage[] {
  const { line, verdict, expected, actual, error } = outcome;
  const place = errorPlace(outcome);
  const atCase = new vscode.Location(casesUri, new vscode.Position(line - 1, 0));
  const failed = (): vscode.TestMessage => {
    const message = vscode.TestMessage.diff(`expected ${expected}, got ${named(actual)}`, expected, named(actual));
    message.location = atCase;
    return message;
  };
  const failure = (): vscode.TestMessage => {
    const message = new vscode.TestMessage(named(error?.message ?? actual));
    message.location = place ?? atCase;
    return message;
  };
  if (verdict === "not-run") return [failure()];
  return place === null ? [failed()] : [failed(), failure()];
}

/** Shows an outcome at its item. */
export function showOutcome(run: vscode.TestRun, file: FileItems, outcome: CaseOutcome): void {
  const found = file.cases.find(({ line }) => line === outcome.line);
  if (!found) return;
  const { item } = found;
  const time = outcome.milliseconds ?? undefined;
  if (outcome.verdict === "passed") run.passed(item, time);
  else if (outcome.verdict === "failed") run.failed(item, messagesOf(outcome, file), time);
  else run.errored(item, messagesOf(outcome, file), time);
}

/** Lines that are no cases, as errors of their file. */
export function showProblems(
  run: vscode.TestRun,
  { item, casesUri }: FileItems,
  problems: FileItems["problems"],
): void {
  if (problems.length === 0) return;
  const messages = problems.map(({ line, column, length, message }) => {
    const told = new vscode.TestMessage(`This line is no case and does not run: ${message}`);
    told.location = new vscode.Location(
      casesUri,
      new vscode.Range(line - 1, column - 1, line - 1, column - 1 + length),
    );
    return told;
  });
  run.errored(item, messages);
}

let runs = 0;

/** By which the server's words of a run are told from those of others. */
export const nextRun = (): number => ++runs;

/** Runs the cases of one file. Returns the files that they rest on. */
export async function runFile(
  api: LabApi,
  run: vscode.TestRun,
  { file, cases }: WantedCases,
): Promise<readonly string[]> {
  const id = nextRun();
  const open = new Map(cases.map(({ line, item }) => [line, item]));
  for (const { item } of cases) run.started(item);
  const show = (outcome: CaseOutcome): void => {
    if (!open.delete(outcome.line)) return;
    showOutcome(run, file, outcome);
  };
  try {
    const all = cases.length === file.cases.length;
    const lines = all ? null : cases.map(({ line }) => line);
    const { outcomes, problems, inputs } = await api.while(
      "caseEnded",
      ({ run: of, outcome }) => {
        if (of === id) show(outcome);
      },
      () => api.ask("runCases", { uri: file.uri.toString(), run: id, rewards: null, lines }, run.token),
    );
    outcomes.forEach(show);
    if (all) showProblems(run, file, problems);
    const passed = outcomes.filter(({ verdict }) => verdict === "passed").length;
    run.appendOutput(
      outputLine(`${vscode.workspace.asRelativePath(file.uri)}: ${passed} of ${outcomes.length} cases passed`),
    );
    return inputs;
  } catch (error) {
    if (!run.token.isCancellationRequested) {
      run.appendOutput(outputLine(messageOf(error)));
      for (const item of open.values()) run.errored(item, new vscode.TestMessage(messageOf(error)));
      open.clear();
    }
    return [];
  } finally {
    for (const item of open.values()) run.skipped(item);
  }
}

/** It may have been stopped since it was looked at. */
const isStopped = ({ token }: vscode.TestRun): boolean => token.isCancellationRequested;

/** Debugs cases of one file, a process for each of their rewards, one after the other. */
export async function debugFile(api: LabApi, run: vscode.TestRun, { file, cases }: WantedCases): Promise<void> {
  for (const reward of new Set(cases.map((one) => one.reward))) {
    if (isStopped(run)) return;
    const own = cases.filter((one) => one.reward === reward);
    for (const { item } of own) run.started(item);
    try {
      const lines = own.map(({ line }) => line);
      for (const outcome of await debugCases(api, { uri: file.uri, reward, lines, testRun: run }))
        showOutcome(run, file, outcome);
    } catch (error) {
      const message = new vscode.TestMessage(messageOf(error));
      const stopped = isStopped(run);
      for (const { item } of own) {
        if (stopped) run.skipped(item);
        else run.errored(item, message);
      }
    }
  }
}
