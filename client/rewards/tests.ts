/** Reward cases in the Test Explorer: run, and run again on each save. Only in a trusted workspace: they are code of it. */
import * as vscode from "vscode";
import { named } from "../../server/shared/unseen";
import { UserError } from "../../server/shared/user-error";
import { commands } from "../command-ids";
import { Failure, registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { showInformation } from "../messages";
import { saveOpen } from "../pick-file";
import { coverageDetails, coverFile, rolloutText } from "./coverage";
import { pickReward } from "./score-samples";
import { testItems, type TestItems } from "./test-items";
import { debugFile, outputLine, runFile, wantedCases } from "./test-run";

/** What commands do with the explorer. */
interface Tests {
  run(uri: vscode.Uri, reward: string): Promise<void>;
  /** Shows what a reward ran on the newest rollouts. */
  cover(uri: vscode.Uri, reward: string): Promise<void>;
}

export function registerTests(context: vscode.ExtensionContext, api: LabApi): void {
  let tests: Tests | null = null;
  const register = (command: string, act: (of: Tests, uri: vscode.Uri, reward: string) => Promise<void>): void =>
    registerCommand(context, command, async (target, name) => {
      if (tests === null)
        throw new Failure("This runs code of this workspace, which is not trusted. Trust it first.", { kind: "trust" });
      const reward = await pickReward(target, name);
      if (reward) await act(tests, vscode.Uri.parse(reward.uri), reward.export);
    });
  register(commands.runCases, (of, uri, reward) => of.run(uri, reward));
  register(commands.coverRollouts, (of, uri, reward) => of.cover(uri, reward));
  const start = (): void => {
    tests = startTests(context, api);
  };
  if (vscode.workspace.isTrusted) start();
  else context.subscriptions.push(vscode.workspace.onDidGrantWorkspaceTrust(start));
}

/** Code and data that rewards may be made of. */
const mayMatter = /\.(?:[cm]?[jt]sx?|jsonl?|txt)$/;

function startTests(context: vscode.ExtensionContext, api: LabApi): Tests {
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

  const details = coverageDetails();
  const coverage = controller.createRunProfile("Coverage", vscode.TestRunProfileKind.Coverage, async (request) => {
    const wanted = await wantedCases(items, request, inputs);
    const run = controller.createTestRun(request);
    try {
      for (const one of wanted) await coverFile(api, run, one, details);
    } finally {
      run.end();
    }
  });
  coverage.loadDetailedCoverage = details.load;
  coverage.loadDetailedCoverageForTest = details.loadForTest;

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

  return {
    async run(uri, reward) {
      const file = await items.refresh(uri);
      const item = file?.item.children.get(`${file.item.id}#${reward}`);
      if (!item) throw new UserError(`${reward} has no cases yet: save a rollout as one, or write one.`);
      await runOnce(new vscode.TestRunRequest([item], undefined, profile));
    },
    async cover(uri, reward) {
      await saveOpen(uri);
      const found = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: `Counting what ${reward} runs on rollouts` },
        () => api.ask("coverRollouts", { uri: uri.toString(), export: reward }),
      );
      const text = rolloutText(reward, uri, found);
      const request = new vscode.TestRunRequest([], undefined, coverage);
      const shown = controller.createTestRun(request, text, false);
      details.add(shown, found.files);
      shown.appendOutput(outputLine(text));
      shown.end();
      void showInformation(named(text));
    },
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
