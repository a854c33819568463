/** Rewards and what a run recorded: versions behind a mark, re-scoring with its dashed line, lenses, examples and types. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { keptVersions } from "../../server/runs/kept-rewards";
import { notifications } from "./notifications";
import type { WorkbenchPage } from "./page";
import { readRecord, runFolders, runThat, stepOf, until } from "./run-files";

export function rewardData(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const recipe = join(workspace, "chain-sum.lab.json");
  const reward = join(workspace, "rewards", "chain-sum.reward.ts");
  const rewardUri = vscode.Uri.file(reward);
  const messages = notifications(ui);
  const show = (file: string): Thenable<vscode.TextEditor> =>
    vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false, viewColumn: vscode.ViewColumn.One });
  const lens = (text: string | RegExp) => ui.page.locator(".codelens-decoration a", { hasText: text }).first();

  describe("Rewards and what a run recorded", () => {
    let original = "";
    before(() => (original = readFileSync(reward, "utf8")));
    after(() => writeFileSync(reward, original));

    it("an edit that fails a case waits, and says so; one that passes them leaves a mark that opens the diff", async () => {
      const text = readFileSync(recipe, "utf8");
      writeFileSync(recipe, text.replace('"steps": 5', '"steps": 4000'));
      const folder = await vscode.commands.executeCommand<string>(
        "reasoningLab.runPipeline",
        vscode.Uri.file(recipe).toString(),
      );
      assert.ok(folder);
      await runThat(workspace, "rewards score", (record) => stepOf(record, "reasoning-rl") > 1);
      await show(reward);
      // Half a point for a wrong answer: two cases of `correct` say 0.
      writeFileSync(reward, original.replace("given === answer ? 1 : 0", "given === answer ? 1 : 0.5"));
      await lens("fails the case at line 3: the run Tiny scores with v1").waitFor();
      await until("the editor says it at the line", () =>
        vscode.languages
          .getDiagnostics(rewardUri)
          .some(({ message }) => /cases\.jsonl:3: correct gives 0\.5, and the case expects 0\./.test(message)),
      );
      await ui.screenshot("reward-refused");
      writeFileSync(reward, original.replace("given === answer ? 1 : 0", "answer === given ? 1 : 0"));
      await until("the edit scores", () => keptVersions(folder).versions.length === 2);
      await until("the curves have the mark", () => stepOf(readRecord(folder), "reasoning-rl") > 5);
      await vscode.commands.executeCommand("reasoningLab.openCurves", folder);
      const page = await ui.webview("[data-chart=reward]");
      await page.locator(".edits button", { hasText: /v2 from step \d+/ }).waitFor();
      await ui.screenshot("curves-mark");
      await page.locator("[data-chart=reward] button.mark").first().click();
      await ui.page.locator(".tab", { hasText: "chain-sum.reward.ts (v1 ↔ v2)" }).waitFor();
      await ui.page
        .locator(".monaco-diff-editor .view-line", { hasText: /answer\s===\sgiven/ })
        .first()
        .waitFor();
      await ui.screenshot("reward-diff");
      await ui.command("Reasoning Lab: Stop Run");
      await runThat(workspace, "the run has stopped", ({ status }) => status === "stopped");
      writeFileSync(recipe, text);
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    });

    it("a score in the traces says which version gave it, and opens that", async () => {
      const [folder] = runFolders(workspace);
      await vscode.commands.executeCommand("reasoningLab.openTraces", folder);
      const page = await ui.webview(".groups");
      await page.locator(".sample .version", { hasText: "v2" }).first().click();
      await until("the source is shown", () =>
        vscode.workspace.textDocuments.some(
          (document) => document.uri.scheme === "reasoning-lab-kept" && document.getText().includes("answer === given"),
        ),
      );
      await ui.screenshot("reward-version");
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    });

    it("lenses say how the newest step went, hovers give an example, and rows have types", async () => {
      await show(reward);
      await lens(/\d\.\d\d ± \d\.\d\d over 16 rollouts [▁-█]+/).waitFor();
      await lens(/p50 .* ms, p99 .* ms/).waitFor();
      await ui.screenshot("reward-lens-step");
      const text = readFileSync(reward, "utf8");
      const document = await vscode.workspace.openTextDocument(rewardUri);
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        rewardUri,
        document.positionAt(text.indexOf("splitReasoning(completion)") + "splitReasoning(".length + 1),
      );
      const shown = hovers
        .flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value))
        .join("\n");
      assert.match(shown, /In a rollout of reasoning-rl, step \d+:\n\n```text\n/);
      const types = join(workspace, "types", "rows.d.ts");
      await until("the types of rows are written", () => existsSync(types));
      assert.match(readFileSync(types, "utf8"), /interface RowColumns \{\n {4}readonly prompt: string;/);
    });

    it("a save re-scores the newest step in the background, and the lens says what changed", async () => {
      const editor = await show(reward);
      const start = editor.document.getText().indexOf("answer === given ? 1 : 0");
      assert.ok(start > 0);
      const range = new vscode.Range(
        editor.document.positionAt(start),
        editor.document.positionAt(start + "answer === given ? 1 : 0".length),
      );
      await editor.edit((edit) => edit.replace(range, "answer === given ? 0 : 1"));
      await editor.document.save();
      await lens(/Step \d+ re-scored: \d/).waitFor();
      await ui.screenshot("reward-rescored-lens");
    });

    it("Re-score Run shows old beside new, and what training would have seen on the curves", async () => {
      const [folder] = runFolders(workspace);
      const result = vscode.commands.executeCommand("reasoningLab.rescoreRun", folder);
      for (const choice of ["All rewards", "All steps"]) {
        await ui.page.locator(".quick-input-list .monaco-list-row", { hasText: choice }).first().waitFor();
        await ui.page.locator(".quick-input-list .monaco-list-row", { hasText: choice }).first().click();
      }
      const found = (await result) as { all: { samples: number; signChanges: number; errors: number } } | undefined;
      assert.ok(found && found.all.samples > 0 && found.all.errors === 0, JSON.stringify(found));
      const page = await ui.webview(".samples-of");
      await page.locator(".numbers", { hasText: "weighted sum" }).waitFor();
      await page.locator(".changed-sample .head").first().click();
      await page.locator(".side-by-side pre").waitFor();
      assert.match(await page.locator(".side-by-side .numbers").innerText(), /correct\s+[01]\s+[01]/);
      await ui.screenshot("rescored");
      const configuration = vscode.workspace.getConfiguration("workbench");
      await configuration.update("colorTheme", "Default Dark Modern", vscode.ConfigurationTarget.Global);
      await ui.page.setViewportSize({ width: 700, height: 900 });
      await page.locator(".numbers", { hasText: "weighted sum" }).waitFor();
      await ui.screenshot("rescored-dark-narrow");
      await ui.page.setViewportSize({ width: 1440, height: 900 });
      await configuration.update("colorTheme", undefined, vscode.ConfigurationTarget.Global);
      await page.locator(".side-by-side .link").click();
      await (await ui.webview(".groups")).locator(".sample, .tokens").first().waitFor();
      await vscode.commands.executeCommand("reasoningLab.openCurves", folder);
      const curves = await ui.webview("[data-chart=reward]");
      await curves
        .locator("[data-chart=reward] .legend button", { hasText: "what training would have seen" })
        .waitFor();
      await curves
        .locator("[data-chart=rewards] .legend button", { hasText: "correct: what training would have seen" })
        .waitFor();
      await ui.screenshot("curves-rescored");
      await messages.clear();
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    });
  });
}
