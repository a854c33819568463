/** *Debug*: a reward runs on a case or a rollout, in a process with the limits of training that waits for VS Code's debugger. */
import * as vscode from "vscode";
import * as z from "zod";
import { groupPlaceSchema, type TraceTokensParams } from "../../server/protocol/editor";
import type { DebuggerPlace, DebugTarget } from "../../server/protocol/debugging";
import type { CaseOutcome } from "../../server/protocol/cases";
import type { Result } from "../../server/protocol/methods";
import { named } from "../../server/shared/unseen";
import { UserError } from "../../server/shared/user-error";
import { commands } from "../command-ids";
import { Failure, registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { showInformation } from "../messages";
import { saveOpen } from "../pick-file";
import { pickReward } from "./score-samples";

/** Milliseconds that a reward may go on for once its debugger is gone: what it has in training. */
const afterwards = 5000;

let sessions = 0;

/** What VS Code attaches with. */
const configurationOf = (name: string, { address, folder, script }: DebuggerPlace): vscode.DebugConfiguration => ({
  type: "node",
  request: "attach",
  name,
  address: "127.0.0.1",
  port: Number(new URL(address).port),
  websocketAddress: address,
  // It waits at the first line of our own script.
  continueOnAttach: true,
  sourceMaps: true,
  pauseForSourceMap: true,
  outFiles: [`${folder.replaceAll("\\", "/")}/**/*.mjs`],
  resolveSourceMapLocations: null,
  skipFiles: ["<node_internals>/**", script],
  autoAttachChildProcesses: false,
});

interface Debugged {
  readonly uri: vscode.Uri;
  readonly reward: string;
  readonly target: DebugTarget;
  /** Of the Test Explorer, that the session belongs to. */
  readonly testRun?: vscode.TestRun;
}

/** Debugs until the reward has answered or somebody ends it; then it throws. */
export async function debugReward(
  api: LabApi,
  { uri, reward, target, testRun }: Debugged,
): Promise<Result<"debugReward">> {
  const session = ++sessions;
  const name = `Debug ${reward} (${session})`;
  const cancel = new vscode.CancellationTokenSource();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let late: NodeJS.Timeout | undefined;
  const ended = vscode.debug.onDidTerminateDebugSession((one) => {
    // Without a debugger, the time limit holds again.
    if (one.name === name && !one.parentSession) late = setTimeout(() => cancel.cancel(), afterwards);
  });
  const stopped = testRun?.token.onCancellationRequested(() => cancel.cancel());
  const attach = async (place: DebuggerPlace): Promise<void> => {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    const started = await vscode.debug.startDebugging(folder, configurationOf(name, place), {
      ...(testRun && { testRun }),
      suppressSaveBeforeStart: true,
    });
    if (started) return;
    cancel.cancel();
    failed.reject(
      new UserError("VS Code's debugger did not start. Is the built-in extension “JavaScript Debugger” enabled?"),
    );
  };
  try {
    return await api.while(
      "debuggerWaits",
      (place) => {
        if (place.session === session) void attach(place).catch((error: unknown) => failed.reject(error));
      },
      () =>
        Promise.race([
          api.ask("debugReward", { uri: uri.toString(), export: reward, session, target }, cancel.token),
          failed.promise,
        ]),
    );
  } finally {
    clearTimeout(late);
    void ended.dispose();
    void stopped?.dispose();
    cancel.cancel();
    cancel.dispose();
  }
}

/** Debugs cases of one reward; what came of each. */
export async function debugCases(
  api: LabApi,
  of: {
    readonly uri: vscode.Uri;
    readonly reward: string;
    readonly lines: readonly number[];
    readonly testRun: vscode.TestRun;
  },
): Promise<readonly CaseOutcome[]> {
  const { uri, reward, lines, testRun } = of;
  return (await debugReward(api, { uri, reward, target: { kind: "cases", lines: [...lines] }, testRun })).outcomes;
}

const rolloutSchema = groupPlaceSchema.extend({ sample: z.int() });

export function registerDebugging(context: vscode.ExtensionContext, api: LabApi): void {
  const needTrust = (): void => {
    if (vscode.workspace.isTrusted) return;
    throw new Failure("Debugging runs code of this workspace, which is not trusted. Trust it first.", {
      kind: "trust",
    });
  };
  const debug = async (uri: vscode.Uri, reward: string, target: DebugTarget): Promise<void> => {
    await saveOpen(uri);
    const { said, of, outcomes } = await debugReward(api, { uri, reward, target });
    const texts = outcomes.map(
      ({ line, expected, actual }) => `case at line ${line}: expected ${expected}, got ${actual}`,
    );
    void showInformation(named(`${reward}: ${said === null ? texts.join(" · ") : `${said} for ${of ?? ""}`}`));
  };
  registerCommand(context, commands.debugReward, async (target, name) => {
    needTrust();
    const picked = await pickReward(target, name);
    if (!picked) return;
    const uri = vscode.Uri.parse(picked.uri);
    const chosen = await pickTarget(api, uri, picked.export);
    if (chosen) await debug(uri, picked.export, chosen);
  });
  registerCommand(context, commands.debugRollout, async (target) => {
    needTrust();
    const place = rolloutSchema.parse(target);
    const reward = await pickOfRun(api, place);
    if (reward === undefined) return;
    const { uri } = await api.ask("rewardOfRun", { folder: place.folder, reward });
    await debug(vscode.Uri.parse(uri), reward, { kind: "rollout", place });
  });
}

/** The reward of a run to debug; undefined: none was picked. */
async function pickOfRun(api: LabApi, place: TraceTokensParams): Promise<string | undefined> {
  const { rewards } = await api.ask("caseOffer", { ...place, reward: null });
  if (rewards.length === 0) throw new UserError("The recipe of this run names no reward file of this workspace.");
  return rewards.length === 1
    ? rewards[0]
    : vscode.window.showQuickPick([...rewards], { placeHolder: "Debug which reward?" });
}

/** What to debug a reward on: the newest rollout, or one of its cases; undefined: nothing was picked. */
async function pickTarget(api: LabApi, uri: vscode.Uri, reward: string): Promise<DebugTarget | undefined> {
  const { cases } = await api.ask("rewardCases", { uri: uri.toString() });
  const own = cases.filter((one) => one.reward === reward);
  if (own.length === 0) return { kind: "newest" };
  const items: (vscode.QuickPickItem & { readonly target: DebugTarget })[] = [
    { label: "$(history) The newest rollout", target: { kind: "newest" } },
    ...own.map(({ line, label, expected }) => ({
      label: `Case at line ${line}`,
      description: `expect ${expected}`,
      detail: label,
      target: { kind: "cases" as const, lines: [line] },
    })),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: `Debug ${reward} on what?`,
    matchOnDetail: true,
  });
  return picked?.target;
}
