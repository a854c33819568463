/** Reward cases through the user interface: the Test Explorer, a rollout that becomes a case, what the editor says in their file. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

export function rewardCases(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const reward = join(workspace, "rewards", "chain-sum.reward.ts");
  const cases = join(workspace, "rewards", "chain-sum.reward.cases.jsonl");
  const sidebar = ui.page.locator(".part.sidebar");
  const item = (text: string) => sidebar.locator("[role=treeitem]", { hasText: text }).first();
  const show = (file: string, column = vscode.ViewColumn.One): Thenable<vscode.TextEditor> =>
    vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false, viewColumn: column });
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
}
