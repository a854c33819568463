/** *Label Preferences…* by keyboard, and a reward model that learns from the labels. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { readLabels } from "../../server/labels/label";
import type { WorkbenchPage } from "./page";
import { readRecord, runFolders, runThat, until } from "./run-files";

export function labels(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const recipe = join(workspace, "chain-sum.lab.json");
  const file = join(workspace, "labels", "preferences.jsonl");
  const written = (): ReturnType<typeof readLabels> =>
    existsSync(file) ? readLabels(readFileSync(file, "utf8"), file) : { labels: [], lines: new Map(), problems: [] };
  const open = () => ui.webview(".pair .prompt");

  describe("Label Preferences", () => {
    it("shows two completions of a prompt, and nothing that tells them apart", async () => {
      await ui.command("Reasoning Lab: Label Preferences");
      const page = await open();
      assert.equal(await page.locator(".side .completion").count(), 2);
      const text = await page.locator("main").innerText();
      assert.doesNotMatch(text, /advantage|correct|wellFormed|step \d/);
      await page.locator(".count", { hasText: /^0 of \d+ pairs$/ }).waitFor();
      await ui.screenshot("labels");
    });

    it("takes ten labels by keyboard, each written at once", async () => {
      const page = await open();
      // No click: the page has the keyboard as it opens.
      await ui.page.keyboard.press("h");
      await page.locator("[data-action=helpful][aria-pressed=true]").waitFor();
      const keys = ["ArrowLeft", "ArrowRight", "1", "2", "ArrowLeft", "2", "1", "ArrowRight", "ArrowLeft", "1"];
      for (const [index, key] of keys.entries()) {
        const left = await page.locator(".side[data-side=left] .completion").innerText();
        await ui.page.keyboard.press(key);
        await page.locator(".count", { hasText: new RegExp(`^${index + 1} of`) }).waitFor();
        const label = written().labels.at(-1);
        assert.equal(written().labels.length, index + 1);
        assert.deepEqual(label?.tags, ["helpful"]);
        assert.equal(label.choice === label.left, key === "ArrowLeft" || key === "1");
        const chosen = label.choice === "a" ? label.a : label.b;
        const isLeft = key === "ArrowLeft" || key === "1";
        const plain = (text: string): string =>
          text.replaceAll(/<\/?(think|answer)>|thinking|answer|not closed|\s/g, "");
        assert.equal(plain(chosen) === plain(left), isLeft, `${key}: ${chosen} | ${left}`);
      }
    });

    it("takes a label back, skips, and calls a tie", async () => {
      const page = await open();
      const count = (number: number) => page.locator(".count", { hasText: new RegExp(`^${number} of`) }).waitFor();
      await ui.page.keyboard.press("s");
      await count(11);
      await ui.page.keyboard.press("u");
      await count(10);
      assert.equal(written().labels.length, 10);
      await ui.page.keyboard.press("ArrowDown");
      await count(11);
      assert.equal(written().labels.at(-1)?.choice, "tie");
      assert.equal(written().problems.length, 0);
    });

    it("goes through them again and says how often both passes agree", async () => {
      const page = await open();
      await page.locator("vscode-single-select[label=Pass]").click();
      await page.locator("vscode-single-select[label=Pass]").getByText("2", { exact: true }).last().click();
      await page.locator(".count", { hasText: /^0 of 11 pairs, pass 2$/ }).waitFor();
      // The drop-down has the focus: what is no key of its own still labels.
      for (const [index, key] of ["1", "ArrowRight", "1"].entries()) {
        await ui.page.keyboard.press(key);
        await page.locator(".count", { hasText: new RegExp(`^${index + 1} of`) }).waitFor();
      }
      await page.locator(".fact", { hasText: /Between passes\s+\d+ %[^]*of\s+3\s*$/ }).waitFor();
      assert.equal(written().labels.filter(({ pass }) => pass === 2).length, 3);
      for (const left of [2, 1, 0]) {
        await ui.page.keyboard.press("u");
        await page.locator(".count", { hasText: new RegExp(`^${left} of`) }).waitFor();
      }
      assert.equal(written().labels.length, 11);
    });

    it("names the line that cannot be read", async () => {
      const text = readFileSync(file, "utf8");
      writeFileSync(file, `${text}<<<<<<< HEAD\n`);
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      await ui.command("Reasoning Lab: Label Preferences");
      const page = await open();
      const line = text.trimEnd().split("\n").length + 1;
      await page.locator(".problem", { hasText: `preferences.jsonl:${line}: a merge was left unfinished` }).waitFor();
      writeFileSync(file, text);
    });

    it("fits a narrow panel: one completion above the other, every key in sight", async () => {
      const size = ui.page.viewportSize() ?? { width: 1400, height: 900 };
      const page = await open();
      await ui.page.setViewportSize({ width: 640, height: 800 });
      await until("the completions stand in one column", async () => {
        const boxes = await Promise.all((await page.locator(".side").all()).map((side) => side.boundingBox()));
        return new Set(boxes.map((box) => box?.x)).size === 1;
      });
      await page.locator(".side[data-side=right] .completion").focus();
      await ui.screenshot("labels-narrow");
      for (const key of await page.locator(".key").all()) {
        const box = await key.boundingBox();
        assert.ok(box !== null && box.x + box.width <= 640 && box.y + box.height <= 800);
      }
      await ui.page.setViewportSize(size);
    });

    it("trains a reward model on them", async () => {
      const text = readFileSync(recipe, "utf8");
      const stage = {
        kind: "reward-model",
        name: "preferred",
        from: "cold-start",
        tag: "helpful",
        pairs: 0,
        steps: 6,
        labels: ["labels/preferences.jsonl"],
        batch_size: 4,
        eval_steps: 0,
      };
      writeFileSync(recipe, text.replace(/\n {2}\],\n {2}"evaluation"/, `,\n${JSON.stringify(stage)}$&`));
      const before = runFolders(workspace).length;
      await vscode.commands.executeCommand("reasoningLab.runStage", vscode.Uri.file(recipe).toString(), "preferred");
      await until("another run has begun", () => runFolders(workspace).length > before);
      const { record } = await runThat(workspace, "the reward model is trained", ({ status }) => status !== "running");
      assert.equal(record.status, "completed", record.message ?? "");
      // Ten preferences; the tie says nothing.
      const note = record.stages[0]?.notes.join() ?? "";
      const [training = 0, heldOut = 0] = [/^(\d+) pairs/, /of (\d+) pairs/].map((part) =>
        Number(part.exec(note)?.[1] ?? 0),
      );
      assert.equal(training + heldOut, 10, note);
      assert.ok("labels/preferences.jsonl" in record.hashes.data);
    });

    it("says how often that reward model agrees, and asks the most uncertain first", async () => {
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      const first = runFolders(workspace).find((folder) => readRecord(folder).stages.length > 1);
      await vscode.commands.executeCommand("reasoningLab.labelPreferences", first);
      const page = await open();
      await page.locator("vscode-single-select[label='Reward model']").click();
      await page.locator("vscode-single-select[label='Reward model']").getByText("preferred").last().click();
      await page
        .locator(".fact", { hasText: /With preferred\s+\d+ %\s+of\s+10, held out\s+\d+ %\s+of\s+\d/ })
        .waitFor();
      await page.locator("vscode-single-select[label=Order]").click();
      await page.locator("vscode-single-select[label=Order]").getByText("Most uncertain first").last().click();
      await page.locator(".count", { hasText: /^11 of/ }).waitFor();
      await ui.screenshot("labels-reward-model");
    });
  });
}
