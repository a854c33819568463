/** Texts of models and data that are markup, turn around, control a terminal or have a megabyte: every view shows them as text that can be seen, and goes on. */
import assert from "node:assert/strict";
import { join, sep } from "node:path";
import type { Frame } from "playwright-core";
import * as vscode from "vscode";
import { views } from "../harness/views.mjs";
import type { WorkbenchPage } from "./page";

/** Views of the table that show texts of the run; those of files of others have hostile ones of their own below. */
const ofRun = views.filter(({ name }) => !name.startsWith("rollouts-"));

interface Found {
  /** Scripts, pictures, frames and what was marked, which only data could have made; and whether a script of it ran. */
  readonly made: string[];
  /** Texts and names in which a character stands that nobody sees. */
  readonly unseen: string[];
  /** Whether a part of the markup can be read. */
  readonly readable: boolean;
  /** Names of characters that are shown. */
  readonly named: string[];
}

/** Looks through a page with its shadow trees. Runs in the page. */
const look = `(() => {
  const unseen = /[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u200b\\u202a-\\u202e\\u2066-\\u2069\\ufeff]|\\p{Cs}/u;
  const found = { made: [], unseen: [], readable: false, named: [] };
  const names = new Set();
  if ("owned" in globalThis) found.made.push("a script ran: " + globalThis.owned);
  const excerpt = (text) => JSON.stringify(text.slice(Math.max(0, text.search(unseen) - 30)).slice(0, 80));
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.parentElement?.closest("style, script")) return;
      if (node.data.includes("<script>") || node.data.includes("</script>")) found.readable = true;
      if (unseen.test(node.data) && !node.parentElement?.closest(".unseen"))
        found.unseen.push(node.parentElement?.outerHTML.slice(0, 60) + ": " + excerpt(node.data));
      return;
    }
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches("img, iframe, object, embed, [data-owned], [onerror]")) found.made.push(node.outerHTML.slice(0, 200));
      if (node.matches("script") && node.closest("body") && !node.src) found.made.push(node.outerHTML.slice(0, 200));
      for (const attribute of ["title", "aria-label", "label", "placeholder", "alt"]) {
        const value = node.getAttribute(attribute);
        if (value !== null && unseen.test(value)) found.unseen.push(attribute + " of " + node.localName + ": " + excerpt(value));
      }
      if (node.matches(".unseen")) names.add(node.getAttribute("data-name"));
    }
    for (const child of node.childNodes) walk(child);
    if (node.shadowRoot) walk(node.shadowRoot);
  };
  walk(document.body);
  found.named = [...names];
  for (const option of document.querySelectorAll("vscode-single-select, select"))
    if (/U\\+202E/.test(JSON.stringify(option.options ?? ""))) found.named.push("U+202E");
  return found;
})()`;

/** Milliseconds until the page has drawn twice. */
const pulse = `new Promise((done) => {
  const start = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})`;

export function hostile(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";

  async function isPlain(frame: Frame): Promise<void> {
    const { made, unseen, readable, named } = await frame.evaluate<Found>(look);
    assert.deepEqual({ made, unseen }, { made: [], unseen: [] });
    assert.ok(readable, "no part of the markup can be read");
    assert.ok(named.includes("U+202E"), `U+202E is not named among ${named.join(", ")}`);
    const milliseconds = await frame.evaluate<number>(pulse);
    assert.ok(milliseconds < 2000, `the page took ${milliseconds} ms to draw`);
  }

  describe("Hostile texts", () => {
    beforeEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

    for (const { name, ready, open } of ofRun)
      it(`are text in the view ${name}`, async () => {
        await open(ui);
        const frame = await ui.frame(ready);
        await ui.screenshot(`hostile-${name}`);
        await isPlain(frame);
      });

    it("are text in files of rollouts of other tools, and in the form for their columns", async () => {
      await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(join(workspace, "hostile-rollouts.jsonl")));
      await isPlain(await ui.frame(".sample .completion"));
      await ui.screenshot("hostile-rollouts");
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(join(workspace, "hostile-columns.jsonl")));
      await isPlain(await ui.frame("form.columns"));
      await ui.screenshot("hostile-columns");
    });

    it("are text in metrics of other tools", async () => {
      await ui.command("Reasoning Lab: Open Metrics of Another Tool…");
      const input = ui.page.locator(".quick-input-widget input.input").first();
      await input.waitFor({ state: "visible" });
      await input.fill(`${join(workspace, "hostile")}${sep}`);
      await ui.page.locator(".quick-input-list .monaco-list-row", { hasText: "metrics.jsonl" }).click();
      const frame = await ui.frame(".tracker");
      await frame.locator("[data-chart] canvas").first().waitFor();
      const more = frame.locator("details.more > summary");
      if (await more.isVisible()) await more.click();
      await ui.screenshot("hostile-metrics");
      await isPlain(frame);
      await frame.getByText("Back to Runs").click();
    });

    it("are text as somebody types them for a checkpoint", async () => {
      await ui.command("Reasoning Lab: Try Checkpoint");
      const page = await ui.webview(".sampling");
      await page.locator(".loaded", { hasText: "parameters" }).waitFor();
      await page.locator("textarea[name=prompt]").fill("</script><b data-owned>2</b>\u202e+\u0000\u001b[31m3");
      await page.getByText("Write an Answer").click();
      await page.locator("textarea[name=draft]").fill("</script><b data-owned>5</b>\u202e\u0007");
      await page.getByText("Ask the Model and the Rewards").click();
      const frame = await ui.frame(".round[aria-busy=false]");
      await ui.screenshot("hostile-answers");
      await isPlain(frame);
    });

    it("are text in the list of runs", async () => {
      await vscode.commands.executeCommand("workbench.view.extension.reasoningLab");
      const rows = ui.page.locator(".part.sidebar [role=treeitem]");
      await rows.filter({ hasText: "</script>" }).nth(1).waitFor();
      await ui.screenshot("hostile-tree");
      const texts: string[] = [];
      for (const row of await rows.all())
        texts.push((await row.textContent()) ?? "", (await row.getAttribute("aria-label")) ?? "");
      for (const text of texts)
        assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/);
      assert.ok(texts.some((text) => text.includes("⟨U+202E⟩")));
      assert.equal(await ui.page.locator(".part.sidebar [data-owned]").count(), 0);
    });
  });
}
