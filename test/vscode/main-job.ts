/** The main job through the user interface: write a reward, launch the stages, watch it learn, open the traces. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";

export function mainJob(ui: WorkbenchPage): void {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";

  describe("New Project", () => {
    it("writes recipe, reward, cases and types into the workspace and opens the recipe", async () => {
      await ui.command("Reasoning Lab: New Project");
      await ui.page.locator(".quick-input-widget .quick-input-title").waitFor();
      await ui.page.keyboard.press("Enter");
      await ui.page.locator(".tab", { hasText: "chain-sum.lab.json" }).waitFor();
      for (const file of ["chain-sum.lab.json", "rewards/chain-sum.reward.ts", "types/reasoning-lab.d.ts"]) {
        assert.ok(existsSync(join(folder, ...file.split("/"))), `${file} is missing`);
      }
      await ui.screenshot("new-project");
    });
  });
}
