/** *Show Behaviours*: what changed, with what it rests on, and the rollouts that show it. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

export function behaviours(ui: WorkbenchPage): void {
  const row = (measure: string): string => `.changes tr[data-measure=${measure}]`;

  describe("Behaviours", () => {
    it("say from first to last how each changed, in which direction, with interval and count", async () => {
      await vscode.commands.executeCommand("workbench.view.extension.reasoningLab");
      await ui.command("Reasoning Lab: Show Behaviours");
      const page = await ui.webview(row("self-correction"));
      const text = (await page.locator(row("self-correction")).innerText()).replaceAll(/\s+/g, " ");
      assert.match(
        text,
        /^Self-correction \d+\.\d % \d+\.\d % [+−]?\d+\.\d points \[[+−]?\d+\.\d, [+−]?\d+\.\d\] (rose|fell|no clear change) \d+ → \d+/,
      );
      const steps = (await page.locator(row("flags-wrong")).innerText()).replaceAll(/\s+/g, " ");
      assert.match(steps, /\d+ → \d+ steps$/);
    });

    it("have curves with the count each point rests on", async () => {
      const page = await ui.webview(row("self-correction"));
      for (const chart of ["self-correction", "flags", "length"])
        await page.locator(`[data-chart=${chart}] canvas`).waitFor();
      assert.match(await page.locator("[data-chart=self-correction] .note").innerText(), /^n: 64 rollouts a point$/);
      assert.match(await page.locator(".readout").innerText(), /Newest: step 12 · reasoning-rl · n: 64 rollouts/);
      await ui.screenshot("behaviours");
    });

    it("are shown of held-out evaluations too: of each checkpoint", async () => {
      const page = await ui.webview(row("self-correction"));
      await page.locator("vscode-single-select[label='Rollouts of']").click();
      await page.getByText("Held-out evaluations of checkpoints").last().click();
      await page.locator(".changes .ends", { hasText: /evaluated at step \d+ \(96 rollouts\)/ }).waitFor();
      await until("the readout is of an evaluation", async () =>
        (await page.locator(".readout").innerText()).includes("n: 96 rollouts"),
      );
      await ui.screenshot("behaviours-evaluations");
    });

    it("list the examples of a point of a curve", async () => {
      const page = await ui.webview(row("self-correction"));
      const plot = page.locator("[data-chart=flags] .plot");
      await plot.focus();
      await ui.page.keyboard.press("End");
      await ui.page.keyboard.press("Enter");
      await page.locator(".at-step", { hasText: "reasoning-rl step 12" }).waitFor();
      await page.locator(".example .where", { hasText: "reasoning-rl 12" }).first().waitFor();
    });

    it("list “aha” candidates", async () => {
      const page = await ui.webview(row("self-correction"));
      await page.locator("vscode-single-select[label='Examples of']").click();
      await page.getByText("“Aha” candidates").last().click();
      await page.locator(".examples", { hasText: "candidates among" }).waitFor();
      await page.locator(".example .verdict", { hasText: "right" }).first().waitFor();
    });

    it("count the words of the setting, and say which", async () => {
      const page = await ui.webview(row("self-correction"));
      const configuration = vscode.workspace.getConfiguration("reasoningLab");
      await page.locator(".definitions summary").click();
      await page.locator(".definitions", { hasText: "wait, mistake, however" }).waitFor();
      await configuration.update("reflectionWords", ["moment", "hmm"], vscode.ConfigurationTarget.Workspace);
      await page.locator(".definitions", { hasText: "Reflection words: moment, hmm." }).waitFor();
      await page.locator(".definitions").scrollIntoViewIfNeeded();
      await ui.screenshot("behaviours-definitions");
      await configuration.update("reflectionWords", undefined, vscode.ConfigurationTarget.Workspace);
    });

    it("open an example's rollout in the traces", async () => {
      const page = await ui.webview(row("self-correction"));
      const example = page.locator(".example").last();
      const where = await example.locator(".where").innerText();
      const prompt = await example.locator(".prompt").innerText();
      const found = /^(\S+) (\d+) · group (\d+) · sample (\d+)/.exec(where);
      assert.ok(found, where);
      await example.click();
      const traces = await ui.webview(".strip .token");
      await traces.locator(".detail", { hasText: prompt }).waitFor();
      assert.equal(await traces.locator("input.step").inputValue(), found[2]);
      await ui.screenshot("behaviours-trace");
    });
  });
}
