/** The installed package, away from the repository: a new project is made and trained with nothing but what is in the .vsix. */
import assert from "node:assert/strict";
import { copyFileSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import * as vscode from "vscode";
import { setting } from "./page";
import type { WorkbenchPage } from "./page";
import { runThat } from "./run-files";

export function packaged(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const recipe = join(workspace, "chain-sum.lab.json");
  const extension = vscode.extensions.getExtension("reasoning-lab.reasoning-lab");

  describe("The package", () => {
    it("is what runs, not the repository", () => {
      assert.ok(extension, "the extension is not installed");
      assert.ok(!extension.extensionPath.startsWith(setting("REASONING_LAB_ROOT") + sep), extension.extensionPath);
    });

    it("contains no sources, tests or maps", () => {
      const files = readdirSync(extension!.extensionPath, { recursive: true, encoding: "utf8" });
      const own = files.filter((file) => !file.includes("node_modules") && !file.includes(`dist${sep}samples`));
      assert.deepEqual(
        own.filter((file) => /\.(ts|map)$|^(server|client|webviews|test)\b/.test(file)),
        [],
      );
    });

    it("makes a project", async () => {
      await ui.command("Reasoning Lab: New Project");
      await ui.page.locator(".quick-input-list .monaco-list-row", { hasText: "A small model, from nothing" }).waitFor();
      await ui.page.keyboard.press("Enter");
      await ui.page
        .locator(".quick-input-widget .quick-input-message", { hasText: "empty: this folder itself" })
        .waitFor();
      await ui.page.keyboard.press("Enter");
      await ui.page.locator(".tab", { hasText: "chain-sum.lab.json" }).waitFor();
    });

    it("trains it", async () => {
      copyFileSync(join(setting("REASONING_LAB_ROOT"), "test", "fixtures", "tiny.lab.json"), recipe);
      await ui.command("Reasoning Lab: Run Pipeline");
      const { record } = await runThat(workspace, "the run is completed", ({ status }) => status === "completed");
      assert.deepEqual(
        record.stages.map(({ status }) => status),
        ["completed", "completed"],
      );
      await ui.screenshot("packaged");
    });

    it("shows its curves", async () => {
      await ui.command("Reasoning Lab: Open Live Curves");
      const page = await ui.webview("[data-chart=reward]");
      await page.locator("[data-chart=reward] canvas").waitFor();
    });
  });
}
