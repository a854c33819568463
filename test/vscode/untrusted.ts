/** A workspace that is not trusted, with a run in it: it can be looked at, and nothing of it is executed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";
import { notifications } from "./notifications";
import type { WorkbenchPage } from "./page";
import { runFolders, runThat, until } from "./run-files";

export function untrusted(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const recipe = vscode.Uri.file(join(workspace, "chain-sum.lab.json"));

  const notified = notifications(ui);

  describe("A workspace that is not trusted", () => {
    it("starts untrusted", () => {
      assert.equal(vscode.workspace.isTrusted, false);
    });

    it("shows the curves of a run", async () => {
      await ui.command("Reasoning Lab: Open Live Curves");
      const page = await ui.webview("[data-chart=reward]");
      await page.locator("[data-chart=reward] canvas").waitFor();
      await ui.screenshot("untrusted-curves");
    });

    it("shows the traces of a run", async () => {
      await ui.command("Reasoning Lab: Open Traces");
      const page = await ui.webview("nav.groups");
      await page.locator("nav.groups li.row").first().click();
      await page.locator("article.sample").first().waitFor();
      assert.equal(await page.locator("article.sample").count(), 4);
    });

    it("starts no run and says why", async () => {
      const before = runFolders(workspace);
      await vscode.window.showTextDocument(recipe);
      await ui.command("Reasoning Lab: Run Pipeline");
      await notified.shows("not trusted");
      assert.deepEqual(runFolders(workspace), before);
    });

    it("resumes and scores nothing either", async () => {
      const uri = vscode.Uri.file(join(workspace, "rewards", "chain-sum.reward.ts"));
      await vscode.commands.executeCommand("reasoningLab.scoreSamples", uri.toString(), "correct");
      await notified.shows("not trusted");
      await vscode.commands.executeCommand("reasoningLab.resumeRun", runFolders(workspace)[0]);
      await notified.shows("not trusted");
    });

    it("runs once it is trusted, with no reload", async () => {
      const before = runFolders(workspace).length;
      await vscode.commands.executeCommand("workbench.trust.manage");
      await ui.page
        .locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ })
        .first()
        .click();
      await until("the workspace is trusted", () => vscode.workspace.isTrusted);
      await vscode.window.showTextDocument(recipe);
      await ui.command("Reasoning Lab: Run Pipeline");
      await until("a run has begun", () => runFolders(workspace).length === before + 1);
      await runThat(workspace, "the run is completed", ({ status }) => status === "completed");
    });
  });
}
