/** Reward cases through the user interface: the Test Explorer, a rollout that becomes a case, what the editor says in their file. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import * as z from "zod";
import { notifications } from "./notifications";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

/**
 * Lets a stopped thread go on until its debugger has ended: asked of the debugger, as VS Code's command means whichever thread has the focus, and heard of it,
 * as the active session is at times still named when it has ended.
 */
async function goesOn(session: vscode.DebugSession, threadId: number): Promise<void> {
  let ended = false;
  const subscription = vscode.debug.onDidTerminateDebugSession(({ id }) => (ended ||= id === session.id));
  try {
    await until("what is debugged has gone on to its end", async () => {
      // The debugger does not resume what it has only just stopped.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      if (!ended) await session.customRequest("continue", { threadId }).then(undefined, () => undefined);
      return ended;
    });
  } finally {
    subscription.dispose();
  }
}

export function rewardCases(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const reward = join(workspace, "rewards", "chain-sum.reward.ts");
  const cases = join(workspace, "rewards", "chain-sum.reward.cases.jsonl");
  const sidebar = ui.page.locator(".part.sidebar");
  const item = (text: string) => sidebar.locator("[role=treeitem]", { hasText: text }).first();
  const show = (file: string, column = vscode.ViewColumn.One): Thenable<vscode.TextEditor> =>
    vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false, viewColumn: column });
  const messages = notifications(ui);
  const linesOf = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");

  describe("The Test Explorer", () => {
    it("lists the rewards with their cases, and icons at the exports", async () => {
      const wrong = { reward: "correct", prompt: "a1b+1c=", completion: "<answer>3</answer>", answer: "2", expect: 1 };
      appendFileSync(cases, `${JSON.stringify(wrong)}\n`);
      await show(reward);
      await ui.command("Testing: Focus on Test Explorer View");
      await item("chain-sum.reward.ts").waitFor();
      await ui.page.locator(".testing-run-glyph").first().waitFor();
      assert.ok((await ui.page.locator(".testing-run-glyph").count()) >= 2);
    });

    it("runs them: one fails, with expected and actual as a diff at its line", async () => {
      await ui.command("Test: Run All Tests");
      await sidebar.getByText("7/8").first().waitFor();
      // The list of results shows the difference, and leads to the line.
      const panel = ui.page.locator(".part.panel");
      const failed = panel.locator("[role=treeitem]", { hasText: "expected 1, got 0" }).first();
      await failed.click();
      await panel.locator(".monaco-diff-editor").first().waitFor();
      await ui.screenshot("reward-cases-diff");
      await failed.hover();
      await failed.locator("[aria-label*='Go to Source'], [aria-label*='Go to Test']").first().click();
      await until("the case is open", () => vscode.window.activeTextEditor?.document.uri.fsPath === cases);
      assert.equal(vscode.window.activeTextEditor?.selection.active.line, linesOf(cases).length - 1);
    });
  });

  describe("Continuous run", () => {
    it("runs the cases again whenever the reward is saved", async () => {
      const text = readFileSync(reward, "utf8");
      const editor = await show(reward);
      const saved = async (changed: string): Promise<void> => {
        await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, editor.document.lineCount, 0), changed));
        await editor.document.save();
      };
      // There is one profile that can: nothing is asked.
      await ui.command("Test: Start Continuous Run");
      await saved(text.replace("? 1 : 0", "? 0 : 1"));
      await sidebar.getByText("4/8").first().waitFor();
      await saved(text);
      await sidebar.getByText("7/8").first().waitFor();
      await vscode.commands.executeCommand("testing.stopContinuousRun");
    });
  });

  describe("Save as Reward Case", () => {
    it("makes a case of a rollout in the traces, with the score that it gets now; one undo takes it back", async () => {
      const before = linesOf(cases);
      await ui.command("Reasoning Lab: Open Traces");
      const page = await ui.webview(".sample button");
      await page.locator(".sample button", { hasText: "Save as case" }).first().click();
      const list = ui.page.locator(".quick-input-list .monaco-list-row");
      await list.filter({ hasText: "correct" }).first().click();
      await list.filter({ hasText: "what the reward says now" }).first().click();
      await until("the case is in the file", () => linesOf(cases).length === before.length + 1);
      const added = z
        .object({ reward: z.literal("correct"), expect: z.number() })
        .parse(JSON.parse(linesOf(cases).at(-1)!));
      assert.ok([0, 1].includes(added.expect));
      await until("it is shown at its line", () => {
        const editor = vscode.window.activeTextEditor;
        return editor?.document.uri.fsPath === cases && editor.selection.active.line === before.length;
      });
      await ui.screenshot("reward-case-saved");
      await vscode.commands.executeCommand("undo");
      await until(
        "it is taken back",
        () => vscode.window.activeTextEditor?.document.getText().trimEnd() === before.join("\n"),
      );
      await vscode.window.activeTextEditor!.document.save();
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    });
  });

  describe("A file of cases", () => {
    it("says what is wrong at its place, and completes keys and rewards", async () => {
      const editor = await show(cases);
      const text = linesOf(cases).join("\n");
      const last = editor.document.lineCount - 1;
      await editor.edit((edit) =>
        edit.insert(
          new vscode.Position(last, 0),
          '{"reward":"corect","prompt":"p","completion":"c","answer":"a","expct":1}',
        ),
      );
      await until("the key is marked", () =>
        vscode.languages
          .getDiagnostics(editor.document.uri)
          .some(
            ({ message, range }) =>
              message.includes('Did you mean "expect"?') && editor.document.getText(range) === '"expct"',
          ),
      );
      const at = new vscode.Position(last, '{"reward":"'.length);
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        editor.document.uri,
        at,
      );
      assert.ok(items.some(({ label }) => label === '"wellFormed"'));
      await vscode.commands.executeCommand("workbench.action.files.revert");
      assert.equal(linesOf(cases).join("\n"), text);
    });
  });

  describe("Debug", () => {
    it("stops a case at a breakpoint in the TypeScript, shows its variables, and goes on", async () => {
      await show(reward);
      const source = readFileSync(reward, "utf8").split("\n");
      const line = source.findIndex((one) => one.includes("return given"));
      const breakpoint = new vscode.SourceBreakpoint(
        new vscode.Location(vscode.Uri.file(reward), new vscode.Position(line, 0)),
      );
      vscode.debug.addBreakpoints([breakpoint]);
      const lens = ui.page.locator(".codelens-decoration a", { hasText: "Debug" }).first();
      await lens.waitFor();
      await lens.click();
      await ui.page.locator(".quick-input-list .monaco-list-row", { hasText: "Case at line 1" }).first().click();
      await ui.page.locator(".debug-top-stack-frame-line").first().waitFor();
      assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, reward);
      assert.equal(vscode.window.activeTextEditor.selection.active.line, line);
      const session = vscode.debug.activeDebugSession;
      const frame = vscode.debug.activeStackItem;
      assert.ok(session && frame && "frameId" in frame);
      const { result } = z
        .object({ result: z.string() })
        .parse(
          await session.customRequest("evaluate", { expression: "given", frameId: frame.frameId, context: "watch" }),
        );
      assert.equal(result, "'4'");
      await ui.screenshot("reward-debugging");
      // Longer than a case may take without a debugger.
      await ui.page.waitForTimeout(6000);
      await goesOn(session, frame.threadId);
      await messages.shows("case at line 1: expected 1, got 1");
      vscode.debug.removeBreakpoints([breakpoint]);
    });
  });

  describe("Debug in the traces", () => {
    it("stops at the rollout that was clicked", async () => {
      const line = readFileSync(reward, "utf8")
        .split("\n")
        .findIndex((one) => one.includes("return given"));
      const breakpoint = new vscode.SourceBreakpoint(
        new vscode.Location(vscode.Uri.file(reward), new vscode.Position(line, 0)),
      );
      vscode.debug.addBreakpoints([breakpoint]);
      await ui.command("Reasoning Lab: Open Traces");
      const page = await ui.webview(".sample button");
      const sample = page.locator(".sample").first();
      const gold = await page.locator(".group-header .facts b").first().innerText();
      await sample.locator("button", { hasText: "Debug" }).click();
      await ui.page.locator(".quick-input-list .monaco-list-row", { hasText: "correct" }).first().click();
      await ui.page.locator(".debug-top-stack-frame-line").first().waitFor();
      const session = vscode.debug.activeDebugSession;
      const frame = vscode.debug.activeStackItem;
      assert.ok(session && frame && "frameId" in frame);
      const { result } = z
        .object({ result: z.string() })
        .parse(
          await session.customRequest("evaluate", { expression: "answer", frameId: frame.frameId, context: "watch" }),
        );
      assert.equal(result, `'${gold}'`);
      await ui.screenshot("reward-debugging-rollout");
      await goesOn(session, frame.threadId);
      await messages.shows("#0");
      vscode.debug.removeBreakpoints([breakpoint]);
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    });
  });

  describe("Coverage", () => {
    it("of the cases is shown in the source, and for each case by itself", async () => {
      await show(reward);
      await ui.command("Test: Run All Tests with Coverage");
      await ui.page.locator(".coverage-deco-gutter").first().waitFor();
      await ui.screenshot("reward-coverage");
    });

    it("of the newest rollouts says at a return how many have never reached it", async () => {
      const text = readFileSync(reward, "utf8");
      const changed = text.replace(
        "  return given",
        '  if (completion === "nobody writes this") return 0.5;\n  return given',
      );
      assert.notEqual(changed, text);
      const editor = await show(reward);
      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, editor.document.lineCount, 0), changed));
      const lens = ui.page.locator(".codelens-decoration a", { hasText: "Coverage" }).first();
      await lens.waitFor();
      await lens.click();
      await ui.page
        .locator(".codelens-decoration a", { hasText: /return 0\.5: 0 of \d+ rollouts: this branch has never paid/ })
        .first()
        .waitFor();
      await ui.screenshot("reward-coverage-rollouts");
      writeFileSync(reward, text);
    });
  });
}
