/** Runs as things: named, tagged, found, sorted and deleted, in the tree and in their table. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { notifications } from "./notifications";
import { runFolders, until } from "./run-files";

export function runsAsThings(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const rows = ui.page.locator(".part.sidebar [role=treeitem]");
  const input = ui.page.locator(".quick-input-widget input.input").first();
  const type = async (text: string): Promise<void> => {
    await input.waitFor({ state: "visible" });
    await input.fill(text);
    await ui.page.keyboard.press("Enter");
  };

  describe("Runs as things", () => {
    it("get a name and tags in the tree, by which they are found; the folder keeps its own", async () => {
      await vscode.commands.executeCommand("workbench.view.extension.reasoningLab");
      const [newest] = runFolders(workspace);
      await rows.filter({ hasText: "Slips" }).first().waitFor();
      void vscode.commands.executeCommand("reasoningLab.renameRun", newest);
      await type("With doubts");
      await rows.filter({ hasText: "With doubts" }).first().waitFor();
      void vscode.commands.executeCommand("reasoningLab.tagRun", { folder: newest });
      await type("slips, paper");
      await rows.filter({ hasText: "With doubts" }).filter({ hasText: "#slips #paper" }).first().waitFor();
      void vscode.commands.executeCommand("reasoningLab.filterRuns");
      await type("#paper");
      await rows.filter({ hasText: "No signal" }).first().waitFor({ state: "detached" });
      await ui.page.locator(".part.sidebar", { hasText: "1 of 2 runs with “#paper”" }).waitFor();
      await rows.filter({ hasText: "With doubts" }).first().hover();
      await ui.page.locator(".monaco-hover", { hasText: "on disk" }).first().waitFor();
      await ui.screenshot("runs-tree");
      await vscode.commands.executeCommand("reasoningLab.clearRunFilter");
      await rows.filter({ hasText: "No signal" }).first().waitFor();
      assert.equal(basename(runFolders(workspace)[0]!), basename(newest!));
      assert.match(readFileSync(join(newest!, "annotations.json"), "utf8"), /"name": "With doubts"/);
    });

    it("are compared with others from their menu in the tree, by the names that people gave them", async () => {
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      const choices = ui.page.locator(".quick-input-list .monaco-list-row");
      const ticked = choices.filter({ has: ui.page.locator("input:checked, .monaco-checkbox.checked") });
      const soon = { timeout: 10_000 };
      // Menus and lists close when something else takes the focus.
      await until("both are chosen", async () => {
        await ui.page.keyboard.press("Escape");
        try {
          await rows
            .filter({ hasText: "With doubts" })
            .first()
            .click({ button: "right", ...soon });
          await ui.page.locator(".monaco-menu .action-item", { hasText: "Compare Runs…" }).first().click(soon);
          await ticked.filter({ hasText: "With doubts" }).waitFor(soon);
          await choices.filter({ hasText: "No signal" }).click(soon);
          await ticked.filter({ hasText: "No signal" }).waitFor(soon);
        } catch {
          return false;
        }
        await ui.page.keyboard.press("Enter");
        return true;
      });
      await ui.webview("[data-chart='compare:reward'] canvas");
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    });

    it("stand in a table with what tells their recipes apart, sorted and filtered", async () => {
      await ui.command("Reasoning Lab: Show Table of Runs");
      const page = await ui.webview("tbody tr[data-run]");
      await page
        .locator("tbody tr", { hasText: "With doubts" })
        .filter({ hasText: /\d kB|\d MB/ })
        .waitFor();
      assert.equal(await page.locator("tbody tr").count(), 2);
      // The table calls a run what the tree does; the folder is its tooltip.
      const named = page.locator("tbody .link", { hasText: "With doubts" });
      const title = ((await named.textContent()) ?? "").trim();
      await rows.filter({ hasText: title }).first().waitFor();
      assert.ok(((await named.getAttribute("title")) ?? "").startsWith(runFolders(workspace)[0]!));
      await page.locator("thead button", { hasText: "reward" }).first().click();
      await page.locator("thead [aria-sort=descending]", { hasText: "reward" }).waitFor();
      // One of the titles is reached by Tab, the others and the rows by arrow keys.
      await page.locator(".filter input").focus();
      for (const key of ["Tab", "Tab"]) await ui.page.keyboard.press(key);
      await page.locator("thead [aria-sort=descending] button:focus", { hasText: "reward" }).waitFor();
      await ui.page.keyboard.press("ArrowLeft");
      await page.locator("thead button[tabindex='0']:focus", { hasText: "held-out" }).waitFor();
      await ui.page.keyboard.press("ArrowDown");
      await page.locator("tbody tr[data-run]:nth-child(1) .link:focus").waitFor();
      await ui.page.keyboard.press("ArrowDown");
      await page.locator("tbody tr[data-run]:nth-child(2) .link:focus").waitFor();
      await page.locator(".filter input").fill("doubts");
      await page.locator(".count", { hasText: "1 of 2 runs" }).waitFor();
      await page.locator(".filter input").fill("");
      await ui.screenshot("runs-table");
      // What the settings at the right are of stays to be read.
      const before = ui.page.viewportSize() ?? { width: 1440, height: 900 };
      await ui.page.setViewportSize({ width: 1000, height: before.height });
      await page.locator("html").evaluate((html) => {
        (html as unknown as { scrollTo: (x: number, y: number) => void }).scrollTo(4000, 0);
      });
      const toolbar = await page.locator(".toolbar").boundingBox();
      const name = await page.locator("tbody th", { hasText: "With doubts" }).boundingBox();
      const far = await page.locator("tbody td:nth-child(4)").first().boundingBox();
      assert.ok(toolbar !== null && name !== null && far !== null);
      assert.ok(name.x >= toolbar.x && name.x < toolbar.x + 60, JSON.stringify({ name, toolbar }));
      assert.ok(far.x < name.x, "the table was scrolled");
      await ui.screenshot("runs-table-scrolled");
      await ui.page.setViewportSize(before);
      await page.locator("tbody .link", { hasText: "With doubts" }).focus();
      await ui.page.keyboard.press("Enter");
      const curves = await ui.webview("[data-chart=ratio] canvas");
      await curves.locator(`label[title="${runFolders(workspace)[0]!}"]`, { hasText: "Run" }).waitFor();
      await curves.locator("vscode-single-select[label=Run]", { hasText: title }).waitFor();
    });

    it("are compared from the table, and taken along together", async () => {
      await ui.command("Reasoning Lab: Show Table of Runs");
      const table = await ui.webview("tbody tr[data-run]");
      await table.locator("thead input").check();
      await table.locator("[data-deed=compare]").click();
      const page = await ui.webview("[data-chart='compare:reward'] canvas");
      await page.locator("[data-chart='compare:reward'] .more-of").click();
      await page.locator(".menu [role=menuitem]", { hasText: "Copy as CSV" }).click();
      await page
        .locator(".said", { hasText: /^Copied 24 rows of 1 metric as CSV: as recorded, not smoothed/ })
        .waitFor();
      await page.getByText("One Run").click();
      await page.locator("[data-chart=reward] canvas").waitFor();
      await ui.command("Reasoning Lab: Show Table of Runs");
      await (await ui.webview("tbody tr[data-run]")).locator("thead input").uncheck();
    });

    it("are sorted where there are five hundred, of which those in sight are drawn", async () => {
      const [newest] = runFolders(workspace);
      const record = JSON.parse(readFileSync(join(newest!, "run.json"), "utf8")) as Record<string, unknown>;
      const folders = Array.from({ length: 500 }, (_, at) => {
        const id = `2025-01-01T000000-many-${String(at).padStart(3, "0")}`;
        const folder = join(dirname(newest!), id);
        mkdirSync(folder);
        writeFileSync(join(folder, "run.json"), JSON.stringify({ ...record, id, seed: (at * 7919) % 500 }));
        return folder;
      });
      try {
        await ui.command("Reasoning Lab: Show Table of Runs");
        const page = await ui.webview("tbody tr[data-run]");
        await page.locator(".count", { hasText: "502 runs" }).waitFor();
        await page.locator("thead th", { hasText: "seed" }).waitFor();
        const sort = page.locator("thead button", { hasText: "seed" });
        const took: number[] = [];
        for (let turn = 0; turn < 6; turn++) {
          const before = await page.locator("tbody tr[data-run]").first().getAttribute("data-run");
          took.push(
            await sort.evaluate(async (button) => {
              const { requestAnimationFrame: frame } = globalThis as unknown as {
                requestAnimationFrame: (next: () => void) => void;
              };
              const start = performance.now();
              (button as unknown as { click: () => void }).click();
              // The page draws in the next frame; the one after is shown.
              await new Promise<void>((resolve) => frame(() => frame(() => resolve())));
              return performance.now() - start;
            }),
          );
          assert.notEqual(await page.locator("tbody tr[data-run]").first().getAttribute("data-run"), before);
        }
        console.log(`        sorts of 502 runs: ${took.map((one) => one.toFixed(0)).join(", ")} ms`);
        assert.ok((await page.locator("tbody tr[data-run]").count()) < 80);
        await page.locator("thead button", { hasText: "Run" }).first().click();
        await page.locator("html").evaluate((html) => {
          const element = html as unknown as { scrollTo: (x: number, y: number) => void; scrollHeight: number };
          element.scrollTo(0, element.scrollHeight / 2);
        });
        await page.locator("tbody tr", { hasText: "-many-25" }).first().waitFor();
        // The titles of the columns stay under the toolbar, which stays too.
        const bars = await page.locator(".toolbar, thead th:nth-child(5)").all();
        const [toolbar, head] = await Promise.all(bars.map((each) => each.boundingBox()));
        const below = toolbar!.y + toolbar!.height;
        assert.ok(Math.abs(head!.y - below) < 2, JSON.stringify({ toolbar, head }));
        await ui.screenshot("runs-many");
      } finally {
        for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      }
      const page = await ui.webview("tbody tr[data-run]");
      await page.locator(".count", { hasText: "2 runs" }).waitFor();
    });

    it("are deleted only once that is confirmed", async () => {
      await ui.command("Reasoning Lab: Show Table of Runs");
      const page = await ui.webview("tbody tr[data-run]");
      const kept = runFolders(workspace)[1]!;
      const row = page.locator(`tbody tr[data-run$="${basename(kept)}"]`);
      await row.locator("input").check();
      await page.locator(".count", { hasText: "2 runs · 1 chosen" }).waitFor();
      await page.locator("[data-deed=delete]").click();
      // VS Code opens no dialog in a test, and says so: nothing was confirmed.
      await notifications(ui).shows("dialog");
      assert.ok(existsSync(kept));
      await row.locator("input").uncheck();
    });
  });
}
