/** One sample of the traces: its tokens by keyboard and mouse, what its rewards said, and what can be done with it. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

export function sample(ui: WorkbenchPage): void {
  describe("Sample", () => {
    it("shows its tokens by keyboard, mouse and chart", async () => {
      await ui.command("Reasoning Lab: Open Traces");
      const page = await ui.webview(".groups li");
      await page.locator(".sample button", { hasText: "Tokens" }).first().click();
      const strip = page.locator(".strip");
      await strip.locator(".token").first().waitFor();
      await strip.focus();
      await ui.page.keyboard.press("ArrowRight");
      await ui.page.keyboard.press("ArrowRight");
      await page.locator(".numbers", { hasText: /token\s*2 of/ }).waitFor();
      await page.locator(".strip-chart").click({ position: { x: 3, y: 20 } });
      await page.locator(".numbers", { hasText: /token\s*1 of/ }).waitFor();
      await strip.locator(".token").nth(3).hover();
      await page.locator(".numbers", { hasText: /token\s*4 of/ }).waitFor();
      await until("the chosen token is one", async () => (await strip.locator(".chosen").count()) === 1);
      assert.match(await page.locator(".numbers").innerText(), /log π_old/);
      await ui.screenshot("sample");
    });

    it("learns its step again as it is changed by hand, and applies that to the recipe", async () => {
      const page = await ui.webview(".open-sample");
      await page.getByRole("button", { name: "What if" }).click();
      const panel = page.locator(".what-if");
      await panel.locator(".reproduces[data-good=true]").waitFor();
      const score = panel.getByLabel("Score of sample 0 by correct");
      await score.fill("3");
      await score.press("Enter");
      await panel.locator("tbody tr").first().locator("td b").first().waitFor();
      await panel.getByLabel("epsilon", { exact: true }).fill("0.1");
      await panel.getByLabel("epsilon", { exact: true }).press("Enter");
      await panel.locator("input[data-changed=true]").nth(1).waitFor();
      await ui.screenshot("what-if");
      await panel.getByText("Apply to Recipe").click();
      const recipe = () =>
        vscode.workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.path.endsWith("chain-sum.lab.json"));
      await until("the recipe is edited", () => recipe()?.getText().includes('"epsilon": 0.1') === true);
      assert.match(recipe()!.getText(), /^\/\/ A recipe of a few seconds/);
      await vscode.commands.executeCommand("undo");
      await until("the edit is undone", () => recipe() === undefined);
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });
  });
}
