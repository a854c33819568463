/** *Compare Algorithms…* from the question to the report. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { runFolders, readRecord } from "./run-files";

export function compare(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const picker = ui.page.locator(".quick-input-widget");
  const title = (text: string) => picker.locator(".quick-input-title", { hasText: text });
  const answer = async (text: string): Promise<void> => {
    await picker.locator("input.input").first().fill(text);
    await ui.page.keyboard.press("Enter");
  };

  describe("Compare Algorithms", () => {
    it("runs each from one checkpoint and shows the table with the curves", async () => {
      const recipe = vscode.Uri.joinPath(vscode.Uri.file(workspace), "chain-sum.lab.json");
      const done = vscode.commands.executeCommand<string>("reasoningLab.compareAlgorithms", recipe);
      await title("which ones?").waitFor();
      await picker.locator(".monaco-list-row", { hasText: "DeepSeekMath" }).first().waitFor();
      await ui.screenshot("compare-algorithms");
      // PPO and GRPO are chosen from the start.
      await ui.page.keyboard.press("Enter");
      await title("seeds").waitFor();
      await answer("3");
      await title("generated tokens").waitFor();
      await answer("1,500");
      const report = await done;
      assert.ok(report, "there is no report");
      const text = readFileSync(report, "utf8");
      assert.match(text, /^\| grpo \|.*none/m);
      assert.match(text, /^\| ppo \|/m);
      const runs = runFolders(workspace).map(readRecord);
      assert.deepEqual(runs.map(({ name }) => name).sort(), ["Tiny", "Tiny · grpo", "Tiny · ppo"]);
      // All start where the cold start ended.
      const starts = new Set(runs.filter(({ name }) => name !== "Tiny").map(({ stages }) => stages[0]?.from));
      assert.equal(starts.size, 1);
      await ui.page.locator(".tab", { hasText: "comparison.md" }).waitFor();
      await ui.page.waitForTimeout(1500);
      await ui.screenshot("compare-report");
    });

    it("left runs whose samples stand side by side", async () => {
      await vscode.commands.executeCommand("reasoningLab.openTraces");
      const page = await ui.webview(".samples .sample");
      const runs = page.locator("vscode-single-select[label='Run']");
      const choose = async (name: RegExp): Promise<void> => {
        await runs.click();
        await page.getByRole("option", { name }).first().click();
        await page.locator(".sample button", { hasText: "Tokens" }).first().click();
        await page.locator(".open-sample .strip .token").first().waitFor();
        await page.locator(".open-sample .strip").focus();
      };
      await choose(/ppo/);
      await ui.page.keyboard.press("c");
      await page.locator(".told", { hasText: "Held" }).waitFor();
      await choose(/grpo/);
      await ui.page.keyboard.press("c");
      await page.locator(".compare .diff").first().waitFor();
      await page
        .locator(".compare-heads section", { hasText: /Run.*ppo/ })
        .first()
        .waitFor();
      await ui.screenshot("sample-compare-runs");
    });
  });
}
