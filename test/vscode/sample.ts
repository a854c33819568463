/** One sample of the traces: its tokens by keyboard and mouse, what its rewards said, and what can be done with it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { faultsOf } from "./accessibility";
import type { WorkbenchPage } from "./page";
import { runFolders, until } from "./run-files";

export function sample(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";

  describe("Sample", () => {
    it("shows its tokens by keyboard, mouse and chart", async () => {
      await ui.command("Reasoning Lab: Open Traces");
      const page = await ui.webview(".groups li.row");
      await page.locator(".sample button", { hasText: "Tokens" }).first().click();
      const strip = page.locator(".strip");
      await strip.locator(".token").first().waitFor();
      await strip.focus();
      await ui.page.keyboard.press("ArrowRight");
      await ui.page.keyboard.press("ArrowRight");
      await page.locator(".numbers", { hasText: /token\s*2 of/ }).waitFor();
      await page.locator(".strip-chart").click({ position: { x: 3, y: 20 } });
      await page.locator(".numbers", { hasText: /token\s*1 of/ }).waitFor();
      await strip.locator(".token").nth(3).hover();
      await page.locator(".numbers", { hasText: /token\s*4 of/ }).waitFor();
      await until("the chosen token is one", async () => (await strip.locator(".chosen").count()) === 1);
      assert.match(await page.locator(".numbers").innerText(), /log π_old/);
      await ui.screenshot("sample");
    });

    it("shows the likeliest tokens of a place, and where they are not stored what stores them", async () => {
      const page = await ui.webview(".open-sample");
      await page.locator(".strip").focus();
      await ui.page.keyboard.press("Control+Home");
      const table = page.locator(".numbers .alternatives");
      await table.locator("tr[aria-current=true]").waitFor();
      assert.ok((await table.locator("tbody tr").count()) >= 4);
      assert.match(await table.locator("tbody tr").first().innerText(), /%\s+(?:−|0)/);
      await table.scrollIntoViewIfNeeded();
      await ui.screenshot("sample-alternatives");
      assert.deepEqual(await faultsOf(await ui.frame(".open-sample"), false), []);
      const purpose = async (name: string): Promise<void> => {
        await page.locator("vscode-single-select[label='Rollouts of']").click();
        await page.getByRole("option", { name }).click();
      };
      await purpose("Held-out evaluation");
      await page.locator(".sample button", { hasText: "Tokens" }).first().click();
      const hint = page.locator(".numbers", { hasText: "evaluation.top_logprobs" });
      await hint.getByRole("button", { name: "Try Checkpoint with This Prompt" }).waitFor();
      await purpose("Training");
      await page.locator(".sample button", { hasText: "Tokens" }).first().click();
      await page.locator(".strip .token").first().waitFor();
    });

    it("says why it is right or wrong, by button and key", async () => {
      const page = await ui.webview(".open-sample");
      await page.getByRole("button", { name: "Why?" }).click();
      await page.locator(".why", { hasText: "by the check of the task chain-sum" }).waitFor();
      await page.locator(".why th", { hasText: "Decided by" }).waitFor();
      assert.equal(await page.locator(".why .differs").count(), 0);
      await ui.screenshot("sample-why");
      assert.deepEqual(await faultsOf(await ui.frame(".open-sample"), false), []);
      await page.locator(".strip").focus();
      await ui.page.keyboard.press("v");
      await page.locator(".why").waitFor({ state: "detached" });
    });

    it("brings into sight what a key opens above the tokens", async () => {
      const page = await ui.webview(".open-sample");
      const frame = await ui.frame(".open-sample");
      for (const [key, part] of Object.entries({ v: ".why", o: ".history", w: ".what-if" })) {
        await frame.evaluate(
          "document.querySelector('.strip').focus(), document.querySelector('.detail').scrollTo(0, 1e6)",
        );
        await ui.page.keyboard.press(key);
        await page.locator(part).waitFor();
        const top = (selector: string): Promise<number> =>
          frame.evaluate<number>(`document.querySelector("${selector}").getBoundingClientRect().top`);
        await until(`${part} is in sight`, async () => (await top(part)) > (await top(".detail")) - 1);
        await ui.page.keyboard.press(key);
        await page.locator(part).waitFor({ state: "detached" });
      }
    });

    it("tints its tokens by the scores of their steps, which stand in the text", async () => {
      const page = await ui.webview(".open-sample");
      // The list opens below: there must be room for it.
      const tint = "document.querySelector(\"vscode-single-select[label='Tint by']\")";
      await (await ui.frame(".open-sample")).evaluate(`${tint}.scrollIntoView({ block: "start" })`);
      await page.locator("vscode-single-select[label='Tint by']").click();
      await page.getByRole("option", { name: "Step score" }).click();
      await page.locator(".scale", { hasText: "a high score" }).waitFor();
      await page.getByText("By the reward withNumbers").waitFor();
      await page.locator(".step-score").first().scrollIntoViewIfNeeded();
      await ui.screenshot("sample-step-scores");
      assert.deepEqual(await faultsOf(await ui.frame(".open-sample"), false), []);
      await page.locator("vscode-single-select[label='Tint by']").click();
      await page.getByRole("option", { name: /^Surprise/ }).click();
    });

    it("learns its step again as it is changed by hand, and applies that to the recipe", async () => {
      const page = await ui.webview(".open-sample");
      await page.getByRole("button", { name: "What if" }).click();
      const panel = page.locator(".what-if");
      await panel.locator(".reproduces[data-good=true]").waitFor();
      const score = panel.getByLabel("Score of sample 0 by correct");
      await score.fill("3");
      await score.press("Enter");
      await panel.locator("tbody tr").first().locator("td b").first().waitFor();
      await panel.getByLabel("epsilon", { exact: true }).fill("-1");
      await panel.getByLabel("epsilon", { exact: true }).press("Enter");
      await panel.locator("input[aria-invalid=true]").waitFor();
      await panel.getByLabel("epsilon", { exact: true }).fill("0.1");
      await panel.getByLabel("epsilon", { exact: true }).press("Enter");
      await panel.locator("input[data-changed=true]").nth(1).waitFor();
      await ui.screenshot("what-if");
      await panel.getByText("Apply to Recipe").click();
      const recipe = () =>
        vscode.workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.path.endsWith("chain-sum.lab.json"));
      await until("the recipe is edited", () => recipe()?.getText().includes('"epsilon": 0.1') === true);
      assert.match(recipe()!.getText(), /^\/\/ A recipe of a few seconds/);
      await vscode.commands.executeCommand("undo");
      await until("the edit is undone", () => recipe() === undefined);
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });

    it("stands beside another, over the run, with tags and a note, by keys", async () => {
      const page = await ui.webview(".open-sample");
      await page.locator(".open-sample .strip").focus();
      await ui.page.keyboard.press("?");
      await page.locator("dialog.keys[open]").waitFor();
      await ui.page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Keys of this page" }).click();
      await page.locator("dialog.keys[open]").waitFor();
      await ui.page.keyboard.press("Escape");
      await page.locator(".strip").focus();
      await ui.page.keyboard.press("t");
      await ui.page.keyboard.type("odd one");
      await ui.page.keyboard.press("Enter");
      await page.locator(".notes .own-tag", { hasText: "odd one" }).waitFor();
      await page.locator(".groups .own-tag", { hasText: "odd one" }).waitFor();
      // Of the run that the traces are of, which need not be the newest.
      const noted = runFolders(workspace).find((folder) => existsSync(join(folder, "rollout-notes.jsonl")));
      assert.match(readFileSync(join(noted ?? "", "rollout-notes.jsonl"), "utf8"), /"tags":\["odd one"\]/);
      await page.locator(".strip").focus();
      await ui.page.keyboard.press("o");
      await page.locator(".history-table tr[aria-current=true]").waitFor();
      await ui.screenshot("sample-history");
      await ui.page.keyboard.press("o");
      // A group whose rewards differ has a best and a worst.
      for (let at = 0; at < 20; at++) {
        if (
          await page
            .getByRole("button", { name: "Best against worst" })
            .isEnabled({ timeout: 1000 })
            .catch(() => false)
        )
          break;
        await page.locator(".groups li.row").nth(at).click();
        await page.locator(".samples .sample").first().waitFor();
      }
      await page.locator(".sample").first().focus();
      await ui.page.keyboard.press("b");
      await page.locator(".compare .diff").first().waitFor();
      await ui.screenshot("sample-compare");
      await page.getByRole("button", { name: "Prefer this one" }).first().click();
      await page.locator(".told", { hasText: "labels/preferences.jsonl" }).waitFor();
      const labels = () => readFileSync(join(workspace, "labels", "preferences.jsonl"), "utf8");
      assert.match(labels(), /"choice":"[ab]"/);
      await page.getByRole("button", { name: "Prefer this one" }).last().click();
      await page.locator(".told", { hasText: "in place of your opposite preference" }).waitFor();
      await page.locator(".told button").click();
      await page.locator(".told", { hasText: "in place of your opposite preference" }).waitFor();
      await page.getByRole("button", { name: "Prefer this one" }).first().click();
      await page.locator(".told", { hasText: "already" }).waitFor();
      await page.locator(".told button").click();
      await page.locator(".told", { hasText: "is taken back in labels/preferences.jsonl" }).waitFor();
      assert.match(labels().trimEnd().split("\n").at(-1) ?? "", /^\{"undo":/);
      await ui.page.keyboard.press("Escape");
    });

    it("is copied, opened as its raw row, and at the line that paid for it", async () => {
      const page = await ui.webview(".samples .sample");
      await page.locator(".sample button", { hasText: "Tokens" }).first().click();
      await page.locator(".strip .token").first().waitFor();
      await page.getByRole("button", { name: "Copy as JSON" }).click();
      await page.locator(".told", { hasText: "Copied as JSON" }).waitFor();
      await page.locator(".paid .link").first().click();
      const shown = (end: string) =>
        vscode.window.visibleTextEditors.find(({ document }) => document.uri.path.endsWith(end));
      await until("the reward is shown", () => shown("chain-sum.reward.ts") !== undefined);
      const { document, selection } = shown("chain-sum.reward.ts")!;
      assert.match(document.lineAt(selection.active.line).text, /return|=>/);
      await page.locator(".strip").focus();
      await ui.page.keyboard.press("r");
      await until("the raw row is shown", () => shown(".json")?.document.uri.scheme === "reasoning-lab-rollout");
      assert.match(shown(".json")!.document.getText(), /"perToken": \{\n {4}"tokens": \[\d/);
      await vscode.commands.executeCommand("workbench.action.closeEditorsInOtherGroups");
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });
  });
}
