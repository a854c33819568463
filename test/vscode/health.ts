/** Health notes of a run that learns nothing, from the list of runs to the number in its chart; metrics of another tool in the same page. */
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { runFolders, until } from "./run-files";

export function health(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const note = ".health details[data-rule=no-signal]";

  describe("Health of a run", () => {
    it("marks a run in the list by its alarms, by the thresholds of the settings", async () => {
      await vscode.commands.executeCommand("workbench.view.extension.reasoningLab");
      // The run has twelve steps: too few for the usual window.
      await vscode.workspace
        .getConfiguration("reasoningLab")
        .update("health.window", 5, vscode.ConfigurationTarget.Workspace);
      const row = ui.page.locator(".part.sidebar [role=treeitem]", { hasText: "No signal" }).first();
      await row.filter({ hasText: /\d alarms?/ }).waitFor();
      await row.click();
      // A row that is chosen shows its buttons, which take the room of what is said beside its title.
      await until("its alarms are counted at its edge", async () =>
        /^"[1-9]"$/.test(
          await row
            .locator(".monaco-icon-label")
            .first()
            .evaluate((label) => {
              const { getComputedStyle: styleOf } = globalThis as unknown as {
                getComputedStyle: (of: unknown, part: string) => { content: string };
              };
              return styleOf(label, "::after").content;
            }),
        ),
      );
    });

    it("says what the numbers show, what people do about it and which settings change it", async () => {
      const page = await ui.webview(note);
      await page
        .locator(note, { hasText: /100 % of the groups had completions that all got the same reward/ })
        .waitFor();
      await page.locator(`${note} summary`).focus();
      await ui.page.keyboard.press("Enter");
      await page.locator(note, { hasText: "Settings: dynamic_sampling" }).waitFor();
      assert.match(
        (await page.locator(`${note} a`).getAttribute("href")) ?? "",
        /^https:\/\/arxiv\.org\/abs\/2503\.14476$/,
      );
      await ui.screenshot("health");
    });

    it("shows the evidence in its chart, at its step", async () => {
      const page = await ui.webview(note);
      await page.locator(`${note} button`, { hasText: "frac_reward_zero_std" }).click();
      await page.locator("[data-chart=signal] .plot:focus").waitFor();
      await page.locator(".readout", { hasText: /^Step 12 · reasoning-rl/ }).waitFor();
      await ui.screenshot("health-evidence");
    });
  });

  describe("What changes a health note", () => {
    const selected = async (): Promise<string> => {
      const editor = vscode.window.activeTextEditor;
      return editor === undefined ? "" : editor.document.getText(editor.selection);
    };

    it("is one click away: a setting at its key in the recipe", async () => {
      const page = await ui.webview(note);
      if ((await page.locator(`${note}[open]`).count()) === 0) await page.locator(`${note} summary`).click();
      const setting = page.locator(`${note} .settings button`, { hasText: "num_generations" });
      await setting.focus();
      await ui.page.keyboard.press("Enter");
      await until("the key is selected", async () => (await selected()) === '"num_generations"');
      assert.match(vscode.window.activeTextEditor?.document.fileName ?? "", /chain-sum\.lab\.json$/);
      await ui.screenshot("health-setting");
      await page.locator(`${note} .settings button`, { hasText: "dynamic_sampling" }).click();
      await page.locator(".said", { hasText: "reasoning-rl does not set dynamic_sampling" }).waitFor();
      assert.equal(await selected(), '"reasoning-rl"');
      await vscode.commands.executeCommand("workbench.action.closeEditorsInOtherGroups");
    });

    it("or the threshold that it speaks by, in the settings of VS Code", async () => {
      await vscode.commands.executeCommand("reasoningLab.openCurves", runFolders(workspace)[1]);
      const page = await ui.webview(note);
      if ((await page.locator(`${note}[open]`).count()) === 0) await page.locator(`${note} summary`).click();
      await page.locator(`${note} .thresholds`, { hasText: "window 5" }).waitFor();
      await page.locator(`${note} .thresholds button`, { hasText: "noSignal" }).click();
      await ui.page.locator(".settings-editor .setting-item-label", { hasText: "No Signal" }).first().waitFor();
      await ui.screenshot("health-threshold");
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });
  });

  describe("The rollouts behind a health note", () => {
    it("open in the traces with the filter that finds them, and lead back to the curves", async () => {
      await vscode.commands.executeCommand("reasoningLab.openCurves", runFolders(workspace)[1]);
      const page = await ui.webview(note);
      if ((await page.locator(`${note}[open]`).count()) === 0) await page.locator(`${note} summary`).click();
      await page.locator(`${note} button.traces`).click();
      const traces = await ui.webview("input.step");
      await traces.locator(".group-header").first().waitFor();
      const line = traces.locator(".filters input").first();
      await until("the line is there", async () => / and flat$/.test(await line.inputValue()));
      assert.match(await line.inputValue(), /^step >= \d+ and step <= 12 and flat$/);
      await ui.screenshot("health-traces");
      await traces.locator("[aria-label='Show this step in the curves']").click();
      const curves = await ui.webview(note);
      await curves.locator(".readout", { hasText: /^Step 12 · reasoning-rl/ }).waitFor();
    });
  });

  describe("Metrics of another tool", () => {
    it("open in the curves page under our names, and say what was not read", async () => {
      await ui.command("Reasoning Lab: Open Metrics of Another Tool…");
      const input = ui.page.locator(".quick-input-widget input.input").first();
      await input.waitFor({ state: "visible" });
      await input.fill(`${join(workspace, "trl")}${sep}`);
      await ui.page.locator(".quick-input-list .monaco-list-row", { hasText: "trainer_state.json" }).click();
      const page = await ui.webview(".tracker");
      await page.locator(".tracker", { hasText: "TRL trainer_state.json" }).waitFor();
      for (const chart of ["reward", "rewards", "length", "loss"])
        await page.locator(`[data-chart=${chart}] canvas`).waitFor();
      await page.locator(".remarks", { hasText: "Gaps where 1 number would be not finite" }).waitFor();
      await ui.screenshot("other-tool");
    });

    it("open in an editor of their own: by a double click where the name says what they are, else by Open With", async () => {
      const data = join(__dirname, "..", "..", "server", "trackers", "test-data");
      const files = ["tensorboardX.tfevents", "verl.jsonl", "trackio.db"].map((name) => join(workspace, name));
      for (const file of files) await copyFile(join(data, basename(file)), file);
      const [events, lines, database] = files.map((file) => vscode.Uri.file(file));
      await vscode.commands.executeCommand("vscode.open", events);
      const shown = async (tool: string): Promise<void> => {
        const page = await ui.webview(`.tracker:has-text("${tool}")`);
        await page.locator("canvas").first().waitFor();
        assert.equal(await page.getByText("Back to Runs").count(), 0);
      };
      await shown("tensorboardX.tfevents");
      await ui.screenshot("metrics-editor");
      for (const uri of [lines, database])
        await vscode.commands.executeCommand("vscode.openWith", uri, "reasoningLab.metricTable");
      await shown("trackio.db");
      const compared = await ui.webview(".tracker");
      await compared.getByText("Compare Runs").click();
      await compared.locator(".compared-runs").waitFor();
      await compared.getByText("One Run").click();
      await compared.locator(".tracker", { hasText: "trackio.db" }).waitFor();
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      await shown("verl.jsonl");
      for (let open = 0; open < 2; open++) await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });

    it("leads back to the runs", async () => {
      const page = await ui.webview(".tracker");
      await page.getByText("Back to Runs").click();
      await page.locator(".run-status").waitFor();
      assert.equal(await page.locator(".tracker").count(), 0);
    });
  });
}
