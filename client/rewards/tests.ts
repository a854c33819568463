/** Reward cases in the Test Explorer: run, and run again on each save. Only in a trusted workspace: they are code of it. */
import * as vscode from "vscode";
import { UserError } from "../../server/shared/user-error";
import { commands } from "../command-ids";
import { Failure, registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { pickReward } from "./score-samples";
import { testItems, type TestItems } from "./test-items";
import { debugFile, runFile, wantedCases } from "./test-run";

type RunReward = (uri: vscode.Uri, reward: string) => Promise<void>;

export function registerTests(context: vscode.ExtensionContext, api: LabApi): void {
  let run: RunReward | null = null;
  registerCommand(context, commands.runCases, async (target, name) => {
    if (run === null)
      throw new Failure("Cases run code of this workspace, which is not trusted. Trust it first.", { kind: "trust" });
    const reward = await pickReward(target, name);
    if (reward) await run(vscode.Uri.parse(reward.uri), reward.export);
  });
  const start = (): void => {
    run = startTests(context, api);
  };
  if (vscode.workspace.isTrusted) start();
  else context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(start));
}

/** Code and data that rewards may be made of. */
const mayMatter = /\.(?:[cm]?[jt]sx?|jsonl?|txt)$/;

function startTests(context: vscode.ExtensionContext, api: LabApi): RunReward {
  const controller = vscode.tests.createTestController("reasoningLab.cases", "Reward Cases");
  const items = testItems(controller, api);
  /** Files that the cases of a file rest on, by the file's item. */
  const inputs = new Map<string, readonly string[]>();
  context.subscriptions.push(controller, items);

  controller.resolveHandler = async (item) => {
    if (item) await items.refresh(item.uri!);
    else await items.all();
  };
  controller.refreshHandler = async () => {
    await items.all();
  };

  async function runOnce(request: vscode.TestRunRequest): Promise<void> {
    const wanted = await wantedCases(items, request, inputs);
    const run = controller.createTestRun(request);
    try {
      for (const { cases } of wanted) for (const { item } of cases) run.enqueued(item);
      for (const one of wanted) {
        if (run.token.isCancellationRequested) break;
        inputs.set(one.file.item.id, await runFile(api, run, one));
      }
    } finally {
      run.end();
    }
  }

  const profile = controller.createRunProfile(
    "Run",
    vscode.TestRunProfileKind.Run,
    async (request, token) => {
      if (request.continuous === true) runOnSave(request, token);
      else await runOnce(request);
    },
    true,
    undefined,
    true,
  );

  controller.createRunProfile("Debug", vscode.TestRunProfileKind.Debug, async (request) => {
    const wanted = await wantedCases(items, request, inputs);
    const run = controller.createTestRun(request);
    try {
      for (const one of wanted) await debugFile(api, run, one);
    } finally {
      run.end();
    }
  });

  /** Runs what a request names whenever a file is saved that decides what comes of it. */
  function runOnSave(request: vscode.TestRunRequest, token: vscode.CancellationToken): void {
    const saved = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      const touched = touchedBy(items, inputs, uri.fsPath);
      if (touched.length === 0) return;
      const include =
        request.include?.filter(({ id }) => touched.some((file) => id.split("#", 1)[0] === file.id)) ?? touched;
      if (include.length > 0) void runOnce(new vscode.TestRunRequest(include, request.exclude, request.profile, true));
    });
    token.onCancellationRequested(() => void saved.dispose());
  }

  return async (uri, reward) => {
    const file = await items.refresh(uri);
    const item = file?.item.children.get(`${file.item.id}#${reward}`);
    if (!item) throw new UserError(`${reward} has no cases yet: save a rollout as one, or write one.`);
    await runOnce(new vscode.TestRunRequest([item], undefined, profile));
  };
}

/** Items of the files whose cases rest on a file that was saved; of those that have not run yet nothing is known but their names. */
function touchedBy(items: TestItems, inputs: ReadonlyMap<string, readonly string[]>, path: string): vscode.TestItem[] {
  return items.known().flatMap(({ item, uri, casesUri }) => {
    const known = inputs.get(item.id) ?? [];
    const own = [uri.fsPath, casesUri.fsPath, ...known].includes(path);
    return own || (known.length === 0 && mayMatter.test(path)) ? [item] : [];
  });
}
