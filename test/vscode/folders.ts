/** A workspace of several folders: runs of all of them in one list, compared, and cleaned up by the settings. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";
import { notifications } from "./notifications";
import type { WorkbenchPage } from "./page";
import { runFolders } from "./run-files";

export function folders(ui: WorkbenchPage): void {
  const paths = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const keep = async (steps: number, checkpoints: number): Promise<void> => {
    const settings = vscode.workspace.getConfiguration("reasoningLab.cleanUp");
    await settings.update("keepSteps", steps, vscode.ConfigurationTarget.Workspace);
    await settings.update("keepCheckpoints", checkpoints, vscode.ConfigurationTarget.Workspace);
  };

  describe("Several folders of a workspace", () => {
    it("have their runs in one table, which names the folder of each", async () => {
      assert.equal(paths.length, 2);
      await ui.command("Reasoning Lab: Show Table of Runs");
      const page = await ui.webview("tbody tr[data-run]");
      await page.locator("thead th", { hasText: "Folder" }).waitFor();
      for (const path of paths) {
        const [run] = runFolders(path);
        await page
          .locator(`tbody tr[data-run="${run}"]`, { hasText: path.endsWith("first") ? "first" : "second" })
          .waitFor();
      }
      await ui.screenshot("folders-table");
    });

    it("are compared with each other, and open the traces of the folder that is meant", async () => {
      const table = await ui.webview("tbody tr[data-run]");
      await table.locator("thead input").check();
      await table.locator("[data-deed=compare]").click();
      const page = await ui.webview("[data-chart='compare:reward'] canvas");
      await page.locator("[data-chart='compare:reward'] .legend button", { hasText: /^B/ }).waitFor();
      await vscode.commands.executeCommand("reasoningLab.openTraces", runFolders(join(paths[1]!))[0]);
      const traces = await ui.webview("input.step");
      const picker = traces.locator("label.field", { hasText: "Run" }).locator("vscode-single-select").first();
      const shown = await picker.evaluate((element) => (element as unknown as { readonly value: string }).value);
      assert.equal(shown, runFolders(paths[1]!)[0]);
    });

    it("are cleaned up by what the settings keep", async () => {
      await keep(1_000_000, 1_000_000);
      await vscode.commands.executeCommand("reasoningLab.freeSpace");
      await notifications(ui).shows("There is nothing to clean up");
      await keep(0, 0);
      const done = vscode.commands.executeCommand("reasoningLab.freeSpace");
      const rows = ui.page.locator(".quick-input-list .monaco-list-row", { hasText: "Numbers per token" });
      await rows.nth(1).waitFor();
      await ui.screenshot("folders-clean-up");
      await ui.page.keyboard.press("Escape");
      await done;
    });
  });
}
