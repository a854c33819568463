/** *Fork Run…* from a checkpoint with a changed setting, its lineage in the tree, and a resume that asks. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { runFolders, runThat, until } from "./run-files";

export function fork(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const picker = ui.page.locator(".quick-input-widget");
  const rows = picker.locator(".quick-input-list .monaco-list-row");
  const input = picker.locator("input.input").first();
  const tree = ui.page.locator(".part.sidebar [role=treeitem]");
  const recipe = join(workspace, "chain-sum.lab.json");

  describe("Fork Run", () => {
    it("starts a run from a checkpoint with changed settings", async () => {
      const parent = runFolders(workspace)[0]!;
      await vscode.commands.executeCommand("workbench.view.extension.reasoningLab");
      const done = vscode.commands.executeCommand<string>("reasoningLab.forkRun", parent, "cold-start-60");
      await picker.locator(".quick-input-title", { hasText: "step 60 of cold-start" }).waitFor();
      await rows.filter({ hasText: "runs reasoning-rl" }).waitFor();
      await input.fill("reasoning-rl.learning_rate");
      await rows.filter({ hasText: "reasoning-rl.learning_rate" }).first().click();
      await picker.locator(".quick-input-title", { hasText: "reasoning-rl.learning_rate" }).waitFor();
      await input.fill("-1");
      await picker.getByText("must be more than 0").waitFor();
      await input.fill("0.0003");
      await ui.page.waitForTimeout(500);
      await ui.page.keyboard.press("Enter");
      const start = rows.filter({ hasText: "Start the fork" });
      await rows.filter({ hasText: "reasoning-rl.learning_rate: 0.0001 → 0.0003" }).waitFor();
      await ui.screenshot("fork-run");
      await start.click();
      const folder = await done;
      assert.ok(folder);
      const { record } = await runThat(workspace, "the fork is completed", ({ status }) => status === "completed");
      assert.deepEqual(record.parent, {
        run: basename(parent),
        checkpoint: "cold-start-60",
        changes: ["reasoning-rl.learning_rate: 0.0001 → 0.0003"],
      });
      assert.deepEqual(
        record.stages.map(({ name }) => name),
        ["reasoning-rl"],
      );
    });

    it("offers the checkpoints of a run that is over, and what can be done from its end", async () => {
      const finished = runFolders(workspace).at(-1)!;
      void vscode.commands.executeCommand("reasoningLab.forkRun", { folder: finished });
      await picker.locator(".quick-input-title", { hasText: "from which checkpoint?" }).waitFor();
      await rows.filter({ hasText: "step 60 of cold-start" }).filter({ hasText: "the end of the stage" }).waitFor();
      await ui.screenshot("fork-checkpoints");
      const end = rows.filter({ hasText: "of reasoning-rl" }).filter({ hasText: "the end of the stage" });
      await end.click();
      await picker.locator(".quick-input-title", { hasText: "of reasoning-rl" }).waitFor();
      await rows.filter({ hasText: "is the end of the recipe: raise reasoning-rl.steps" }).waitFor();
      assert.equal(await rows.filter({ hasText: "Start the fork" }).count(), 0);
      await input.fill("reasoning-rl.steps");
      await rows.filter({ hasText: "reasoning-rl.steps" }).first().click();
      await picker.locator(".quick-input-title", { hasText: "reasoning-rl.steps" }).waitFor();
      await input.fill("4000");
      await ui.page.waitForTimeout(500);
      await ui.page.keyboard.press("Enter");
      await rows.filter({ hasText: "Start the fork" }).filter({ hasText: "continues reasoning-rl" }).waitFor();
      await ui.page.keyboard.press("Escape");
    });

    it("shows where it is from, and under its checkpoint what goes on from there", async () => {
      const forked = tree.filter({ hasText: "from cold-start-60" }).first();
      await forked.waitFor();
      // A run opens by itself when the tree has seen it live, which a fork as short as this may not give it time for.
      if ((await forked.getAttribute("aria-expanded")) === "false") await forked.locator(".monaco-tl-twistie").click();
      await tree.filter({ hasText: "forked from cold-start-60" }).filter({ hasText: "Tiny" }).waitFor();
      const parent = tree.filter({ hasText: "Tiny" }).last();
      await parent.locator(".monaco-tl-twistie").click();
      const stage = tree.filter({ hasText: "cold-start" }).filter({ hasText: "SFT" }).last();
      await stage.locator(".monaco-tl-twistie").click();
      await tree.filter({ hasText: "step 60" }).first().waitFor();
      await tree.filter({ hasText: "reasoning-rl.learning_rate: 0.0001 → 0.0003" }).waitFor();
      await ui.screenshot("fork-tree");
    });
  });

  describe("A resume that would change the run", () => {
    it("says what has changed, and goes on when that is accepted", async () => {
      writeFileSync(recipe, readFileSync(recipe, "utf8").replace('"steps": 60', '"steps": 4000'));
      await vscode.commands.executeCommand("reasoningLab.runStage", vscode.Uri.file(recipe).toString(), "cold-start");
      await runThat(workspace, "it trains", ({ stages }) => (stages[0]?.step ?? 0) > 20);
      const folder = runFolders(workspace)[0]!;
      await vscode.commands.executeCommand("reasoningLab.stopRun", folder);
      await runThat(workspace, "it has stopped", ({ status }) => status === "stopped");
      appendFileSync(join(workspace, "rewards", "chain-sum.reward.ts"), "\nexport const half: Reward = () => 0.5;\n");
      const done = vscode.commands.executeCommand<string>("reasoningLab.resumeRun", folder);
      await rows
        .filter({ hasText: "Rewards edited: correct, wellFormed in rewards/chain-sum.reward.ts." })
        .first()
        .waitFor();
      await ui.screenshot("resume-changes");
      await ui.page.keyboard.press("Enter");
      assert.equal(await done, folder);
      const { record } = await runThat(workspace, "it goes on", ({ status }) => status === "running");
      assert.match(record.accepted[0]?.changes.join() ?? "", /Rewards edited/);
      await until("it can be stopped", async () => {
        await vscode.commands.executeCommand("reasoningLab.stopRun", folder);
        return true;
      });
      await runThat(workspace, "it has stopped again", ({ status }) => status === "stopped");
    });
  });
}
