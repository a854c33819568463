/** Runs over each other: what happened to each, their traces, and metrics of another tool beside them. */
import assert from "node:assert/strict";
import { join, sep } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { runFolders, until } from "./run-files";

export function comparedRuns(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const chart = "[data-chart='compare:reward']";

  describe("Runs over each other", () => {
    it("are marked by their letter, and so is only the baseline where that is wanted", async () => {
      await vscode.commands.executeCommand("reasoningLab.openCurves", runFolders(workspace)[0]);
      const curves = await ui.webview("[data-chart=reward] canvas");
      await curves.locator("vscode-button", { hasText: "Compare Runs" }).click();
      const page = await ui.webview(".compared-runs");
      await page.locator(".add-runs input").fill("no-signal");
      await page.locator(".add-runs li button").first().click();
      await page.locator(`${chart} .legend button`, { hasText: /^B/ }).waitFor();
      await page.locator(".mark-key", { hasText: "▲ checkpoint" }).waitFor();
      await page.locator(`${chart} .plot`).focus();
      await ui.page.keyboard.press("End");
      await page.locator(".readout", { hasText: "A: checkpoint" }).waitFor();
      await page.locator("label.field", { hasText: "Marks" }).locator("vscode-single-select").click();
      await page.locator("label.field", { hasText: "Marks" }).getByText("None").last().click();
      await page.locator(".mark-key").waitFor({ state: "detached" });
      await page.locator("label.field", { hasText: "Marks" }).locator("vscode-single-select").click();
      await page.locator("label.field", { hasText: "Marks" }).getByText("Of each run").last().click();
      await page.locator(".mark-key").waitFor();
    });

    it("have metrics of another tool beside them", async () => {
      const page = await ui.webview(".compared-runs");
      // The list of runs to add is folded once two are there.
      await page.locator(".add-runs summary").click();
      await page.locator(".add-tracker").click();
      const input = ui.page.locator(".quick-input-widget input.input").first();
      await input.waitFor({ state: "visible" });
      const row = ui.page.locator(".quick-input-list .monaco-list-row", { hasText: "trainer_state.json" });
      // A picker that has only just opened writes its own path over what is typed.
      await until("the file is offered", async () => {
        await input.fill(workspace);
        await input.fill(`${join(workspace, "trl")}${sep}`);
        await ui.page.waitForTimeout(1000);
        return (await row.count()) > 0;
      });
      await row.click();
      await page.locator(".compared-runs tbody tr", { hasText: "of another tool" }).waitFor();
      await page.locator(`${chart} .legend button`, { hasText: /^C/ }).waitFor();
      await page.locator(`${chart} .plot`).focus();
      for (const key of ["Home", "ArrowRight", "ArrowRight"]) await ui.page.keyboard.press(key);
      await page.locator(`${chart} .legend button`, { hasText: /^C\s*0\.25/ }).waitFor();
      await ui.screenshot("compared-other-tool");
    });

    it("lead to the traces of the run that is clicked on, or that is chosen by keyboard", async () => {
      const page = await ui.webview(".compared-runs");
      for (const letter of ["A", "C"]) await page.locator(`input[aria-label='Show ${letter}']`).click();
      await page.locator(`${chart} .legend button`, { hasText: /^C/ }).waitFor({ state: "detached" });
      const box = (await page.locator(`${chart} .u-over`).boundingBox())!;
      await ui.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      // Of the traces, whichever frames come and go while they open.
      const traces = await ui.webview(".group-header");
      const picker = traces.locator("label.field", { hasText: "Run" }).locator("vscode-single-select").first();
      const shown = await picker.evaluate((element) => (element as unknown as { readonly value: string }).value);
      assert.equal(shown, runFolders(workspace)[1]);
      await ui.screenshot("compared-traces");

      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      const again = await ui.webview(".compared-runs");
      await again.locator("input[aria-label='Show A']").click();
      await again.locator(`${chart} .legend button`, { hasText: /^A/ }).waitFor();
      await again.locator(`${chart} .plot`).focus();
      await ui.page.keyboard.press("End");
      await ui.page.keyboard.press("Enter");
      const items = again.locator(".menu [role=menuitem]");
      await items.nth(1).waitFor();
      assert.match((await items.first().textContent()) ?? "", /^A: .*step \d+$/);
      await ui.page.keyboard.press("Enter");
      await ui.webview(".group-header");
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      await (await ui.webview(".compared-runs")).getByText("One Run").click();
    });
  });
}
