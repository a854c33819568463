/** The panels of the curves page, arranged by mouse and by keyboard. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { annotationsSchema } from "../../server/protocol/annotations";
import type { FrameLocator } from "playwright-core";
import { metricsRowSchema, type MetricsRow } from "../../server/protocol/metrics";
import { notifications } from "./notifications";
import { setting } from "./page";
import type { WorkbenchPage } from "./page";
import { runFolders, until } from "./run-files";

const metricsOf = (folder: string): MetricsRow[] =>
  readFileSync(join(folder, "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => metricsRowSchema.parse(JSON.parse(line)));

export function curves(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const panel = "main > .charts > .chart";
  const order = async (): Promise<(string | null)[]> => {
    const page = await ui.webview(panel);
    const panels = await page.locator(panel).all();
    return Promise.all(panels.map((each) => each.getAttribute("data-chart")));
  };

  describe("Panels of the curves", () => {
    it("are found by a metric's name, moved, pinned, resized and hidden, by keyboard and by mouse", async () => {
      await vscode.commands.executeCommand("reasoningLab.openCurves", runFolders(workspace)[0]);
      const page = await ui.webview("[data-chart=ratio] canvas");
      const chart = (id: string) => page.locator(`[data-chart="${id}"]`);
      const before = await order();
      assert.deepEqual(before.slice(0, 4), ["reward", "rewards", "held-out", "signal"]);
      assert.ok(["ratio", "clip", "solved-length", "phases", "verifiers"].every((id) => before.includes(id)));

      await chart("rewards").locator(".grip").focus();
      await ui.page.keyboard.press("ArrowLeft");
      await page.locator(`${panel}:first-child[data-chart=rewards] .grip:focus`).waitFor();
      await chart("signal").locator(".pin").click();
      await page.locator(`${panel}:first-child[data-chart=signal].pinned`).waitFor();

      const from = (await chart("held-out").locator(".grip").boundingBox())!;
      const to = (await chart("rewards").boundingBox())!;
      await ui.page.mouse.move(from.x + 8, from.y + 8);
      await ui.page.mouse.down();
      await ui.page.mouse.move(to.x + 40, to.y + 60, { steps: 5 });
      await ui.page.mouse.up();
      const wanted = "signal held-out rewards reward";
      await until("the panel is where it was dropped", async () => (await order()).slice(0, 4).join(" ") === wanted);

      const corner = (await chart("reward").locator(".corner").boundingBox())!;
      const height = async (): Promise<number> => (await chart("reward").boundingBox())!.height;
      const high = await height();
      await ui.page.mouse.move(corner.x + 8, corner.y + 8);
      await ui.page.mouse.down();
      await ui.page.mouse.move(corner.x + 8, corner.y + 88, { steps: 4 });
      await ui.page.mouse.up();
      await until("it is 80 pixels higher", async () => Math.abs((await height()) - high - 80) < 3);
      await chart("reward").locator(".corner").focus();
      await ui.page.keyboard.press("ArrowUp");
      await until("it is 40 pixels higher", async () => Math.abs((await height()) - high - 40) < 3);

      await chart("entropy").locator(".more-of").focus();
      await ui.page.keyboard.press("Enter");
      await page.locator(".menu [role=menuitem]:focus", { hasText: "Move Earlier" }).waitFor();
      await ui.screenshot("curves-panel-menu");
      await ui.page.keyboard.press("End");
      await ui.page.keyboard.press("Enter");
      await page.locator(".panel-bar", { hasText: "Entropy" }).waitFor();
      assert.equal(await chart("entropy").count(), 0);

      await page.locator(".finder input").focus();
      await ui.page.keyboard.type("ratio eff");
      await page.locator(".found li.active", { hasText: "ratio/effective_sample_size" }).waitFor();
      await ui.screenshot("curves-finder");
      await ui.page.keyboard.press("Shift+Enter");
      await chart("own:ratio/effective_sample_size").locator(".plot:focus").waitFor();
      // What is hidden comes back when it is sought.
      await page.locator(".finder input").focus();
      await ui.page.keyboard.type("entropy");
      await ui.page.keyboard.press("Enter");
      await chart("entropy").locator(".plot:focus").waitFor();
    });

    it("stand as they were left in a page of another time, until the layout is reset", async () => {
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      await vscode.commands.executeCommand("reasoningLab.openCurves");
      const page = await ui.webview("[data-chart=signal].pinned");
      await page.locator("main > .charts > [data-chart='own:ratio/effective_sample_size']").waitFor();
      assert.deepEqual((await order())[0], "signal");
      await ui.screenshot("curves-arranged");
      await page.getByText("Reset layout").click();
      await page.locator(`${panel}:first-child[data-chart=reward]`).waitFor();
      assert.equal(await page.locator(".panel-bar").count(), 0);
    });
  });

  describe("Notes at steps", () => {
    it("are written at the crosshair, kept with the run, shown as marks, changed and deleted", async () => {
      await vscode.commands.executeCommand("reasoningLab.openCurves", runFolders(workspace)[0]);
      const page = await ui.webview("[data-chart=ratio] canvas");
      await page.locator(".mark-key", { hasText: "▲ checkpoint" }).waitFor();
      await page.locator("[data-chart=reward] .plot").focus();
      await ui.page.keyboard.press("Home");
      for (let step = 0; step < 5; step++) await ui.page.keyboard.press("ArrowRight");
      const at = (await page.locator(".readout").textContent())?.match(/^Step (\d+)/)?.[1] ?? "";
      await ui.page.keyboard.press("n");
      await page.locator(".note-form textarea:focus").waitFor();
      await ui.page.keyboard.type("Reward rises here: <b>why?</b>");
      await ui.page.keyboard.press("Control+Enter");
      await page
        .locator(".notes li", { hasText: `reasoning-rl ${at}` })
        .filter({ hasText: "<b>why?</b>" })
        .waitFor();
      await page.locator("[data-chart=reward] .plot:focus").waitFor();
      const file = join(runFolders(workspace)[0]!, "annotations.json");
      const kept = (): string[] =>
        annotationsSchema.parse(JSON.parse(readFileSync(file, "utf8"))).steps.map(({ text }) => text);
      assert.deepEqual(kept(), ["Reward rises here: <b>why?</b>"]);
      await ui.screenshot("curves-note");

      await page.locator("[data-chart=reward] .note-mark").click();
      await page.locator(".note-form textarea:focus").waitFor();
      await ui.page.keyboard.press("End");
      await ui.page.keyboard.type(" The curriculum.");
      // What is being written outlives a page that is hidden.
      await vscode.commands.executeCommand("workbench.action.files.newUntitledFile");
      await ui.page.locator(".tab", { hasText: "Untitled-1" }).waitFor();
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      await vscode.commands.executeCommand("reasoningLab.openCurves");
      const again = await ui.webview(".note-form textarea");
      await again.locator("vscode-button", { hasText: "Save Note" }).click();
      await again.locator(".notes li", { hasText: "The curriculum." }).waitFor();
      assert.deepEqual(kept(), ["Reward rises here: <b>why?</b> The curriculum."]);

      await again.locator(".notes .link.at").click();
      await again
        .locator(".readout", { hasText: `Step ${at} · reasoning-rl` })
        .filter({ hasText: "Note at step" })
        .waitFor();
      await again.locator(".notes [aria-label^='Delete']").click();
      await again.getByText("Delete for good").click();
      await again.locator(".notes").waitFor({ state: "detached" });
      assert.deepEqual(kept(), []);
    });
  });

  describe("A panel taken along", () => {
    const choose = async (item: string): Promise<FrameLocator> => {
      const page = await ui.webview("[data-chart=reward] .more-of");
      await page.locator("[data-chart=reward] .more-of").click();
      await page.locator(".menu [role=menuitem]", { hasText: item }).click();
      return page;
    };

    const clipboard = (): Promise<string> => ui.page.evaluate("navigator.clipboard.readText()");

    it("is copied as a picture and as numbers, and shown as a table", async () => {
      await ui.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      const page = await choose("Copy as CSV");
      await page
        .locator(".said", { hasText: /^Copied \d+ rows of 2 metrics as CSV: as recorded, not smoothed/ })
        .waitFor();
      const csv = (await clipboard()).split("\r\n");
      assert.equal(csv[0], "stage,step,time,reward,reward_std");
      const rewards = metricsOf(runFolders(workspace)[0]!).filter(({ reward }) => typeof reward === "number");
      assert.deepEqual(
        csv.slice(1, -1).map((line) => Number(line.split(",")[3])),
        rewards.map(({ reward }) => reward),
      );
      await choose("Copy as SVG");
      await page.locator(".said", { hasText: "Copied the panel as SVG" }).waitFor();
      const svg = await clipboard();
      assert.match(svg, /^<svg xmlns[^]*<polyline points="[^]*<\/svg>$/);
      writeFileSync(join(setting("REASONING_LAB_SCREENSHOTS"), "panel.svg"), svg);
      await choose("Copy as PNG");
      await page.locator(".said", { hasText: "the panel as PNG" }).waitFor();
      await choose("Show as Table");
      await page.locator("[data-chart=reward] .exact-table tbody tr").first().waitFor();
      assert.equal(await page.locator("[data-chart=reward] .exact-table tbody tr").count(), rewards.length);
      await ui.screenshot("curves-table");
      await choose("Show as Plot");
    });

    it("has a link to its step, which opens it; one to what is not there says so", async () => {
      const page = await ui.webview("[data-chart=reward] .plot");
      await page.locator("[data-chart=reward] .plot").focus();
      for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowRight"]) await ui.page.keyboard.press(key);
      const at = (await page.locator(".readout").textContent())?.match(/^Step (\d+)/)?.[1] ?? "";
      await choose("Copy Link");
      await page.locator(".said", { hasText: `Copied a link to step ${at} of reasoning-rl` }).waitFor();
      const link = vscode.Uri.parse(await vscode.env.clipboard.readText());
      assert.match(link.query, new RegExp(`step=${at}$`));
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      // A pointer that lies over a plot moves the crosshair.
      await ui.page.mouse.move(2, 400);
      await vscode.commands.executeCommand("vscode.open", link);
      const again = await ui.webview("[data-chart=reward] .plot");
      await again.locator(".readout", { hasText: new RegExp(`^Step ${at} · reasoning-rl`) }).waitFor();
      await vscode.commands.executeCommand("vscode.open", link.with({ query: "run=no-such-run" }));
      await notifications(ui).shows("The run no-such-run that the link names is not in this workspace.");
    });
  });
}
