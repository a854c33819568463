/** A model to start from; TensorFlow in the editor: set up, chosen, trained with. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { InstalledEngine } from "../../server/protocol/engine";
import { notifications } from "./notifications";
import type { WorkbenchPage } from "./page";
import { runThat, until } from "./run-files";

export function engine(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const messages = notifications(ui);
  const picker = ui.page.locator(".quick-input-widget");
  const rows = picker.locator(".monaco-list-row");

  describe("Get a Model", () => {
    it("lists what can be had with size and licence, and leaves a file alone that has the model's name", async () => {
      const file = join(workspace, "models", "SmolLM2-135M-Instruct.Q4_1.gguf");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, "mine");
      void vscode.commands.executeCommand("reasoningLab.getModel");
      await rows
        .filter({ hasText: "SmolLM2 135M Instruct" })
        .filter({ hasText: "93 MB to download, Apache-2.0" })
        .waitFor();
      await ui.screenshot("get-model");
      await ui.page.keyboard.press("Enter");
      await messages.shows("is there, and is not SmolLM2 135M Instruct");
      assert.equal(readFileSync(file, "utf8"), "mine");
      await messages.clear();
    });
  });

  describe("TensorFlow engine", function () {
    before(function () {
      // What `npm test` sets up first. The command would download it here.
      if (!process.env["REASONING_LAB_TENSORFLOW"]) this.skip();
    });

    it("is offered with its size, and tested when it is there", async () => {
      const done = vscode.commands.executeCommand<InstalledEngine>("reasoningLab.setUpEngine");
      await rows.filter({ hasText: "CUDA" }).first().waitFor();
      await rows.filter({ hasText: "installed" }).first().waitFor();
      await ui.screenshot("engine-set-up");
      await ui.page.keyboard.press("Enter");
      const { probe } = await done;
      assert.equal(probe?.works, true);
      await messages.shows("works on the CPU");
    });

    it("is chosen for recipes that leave the engine open", async () => {
      const done = vscode.commands.executeCommand("reasoningLab.selectEngine");
      await rows.filter({ hasText: "works on the CPU" }).waitFor();
      await ui.screenshot("engine-select");
      await rows.filter({ hasText: "works on the CPU" }).click();
      assert.equal(await done, "tensorflow");
      assert.equal(vscode.workspace.getConfiguration("reasoningLab").get("engine"), "tensorflow");
    });

    it("trains the recipe, and the status bar says so", async () => {
      const recipe = join(workspace, "chain-sum.lab.json");
      // Long enough to be looked at.
      writeFileSync(recipe, readFileSync(recipe, "utf8").replace('"steps": 60', '"steps": 400'));
      await vscode.window.showTextDocument(vscode.Uri.file(recipe));
      await vscode.commands.executeCommand("reasoningLab.runPipeline");
      const statusBar = ui.page.locator("#reasoning-lab\\.reasoning-lab\\.reasoningLab\\.run");
      await statusBar.filter({ hasText: /SFT \d+/ }).waitFor();
      const hover = ui.page.locator(".monaco-hover", { hasText: "TensorFlow 2." });
      // A hover goes when what it stands at changes, and this text does with every step.
      await until("the hover names the engine", async () => {
        await ui.page.mouse.move(400, 200);
        await statusBar.hover();
        await ui.page.waitForTimeout(800);
        return (await hover.count()) > 0;
      });
      await ui.screenshot("engine-status");
      const { record } = await runThat(workspace, "the run ends", ({ status }) => status === "completed");
      assert.equal(record.engine.name, "tensorflow");
    });
  });
}
