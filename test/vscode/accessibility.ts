/** Every page as axe-core sees it, in a light, a dark and a high-contrast theme: nothing serious. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Frame } from "playwright-core";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";

/** What opens a page, and what it shows once it has its data. */
const views: readonly { readonly title: string; readonly ready: string }[] = [
  { title: "Open Live Curves", ready: "[data-chart=reward] canvas" },
  { title: "Open Traces", ready: ".sample .completion" },
  { title: "Show Pipeline", ready: ".graph li.stage" },
  { title: "Show Behaviours", ready: ".changes tr" },
  { title: "Label Preferences", ready: ".pair .prompt" },
  { title: "Try Checkpoint", ready: ".sampling" },
  { title: "Show Table of Runs", ready: "tbody tr[data-run]" },
];

/** By the class that VS Code gives a page's body. */
const themes = {
  "vscode-light": "Default Light Modern",
  "vscode-dark": "Default Dark Modern",
  "vscode-high-contrast:not(.vscode-high-contrast-light)": "Default High Contrast",
  "vscode-high-contrast-light": "Default High Contrast Light",
};

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** The frame of the page that shows an element. */
async function frameWith(ui: WorkbenchPage, selector: string): Promise<Frame> {
  await (await ui.webview(selector)).locator(selector).first().waitFor();
  for (const frame of ui.page.frames())
    if (
      (await frame
        .locator(selector)
        .count()
        .catch(() => 0)) > 0
    )
      return frame;
  throw new Error(`No frame shows ${selector}.`);
}

/** What axe-core finds serious or critical, a line each with its first places. */
async function faultsOf(frame: Frame): Promise<string[]> {
  if (!(await frame.evaluate(() => "axe" in globalThis)))
    await frame.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await frame.evaluate<{ readonly violations: readonly Violation[] }>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => {
      const places = nodes
        .slice(0, 3)
        .map(({ target, failureSummary = "" }) => `${target.join(" ")} ${failureSummary}`);
      return `${id}: ${help} (${nodes.length}): ${places.join(" | ").replaceAll(/\s+/g, " ")}`;
    });
}

export function accessibility(ui: WorkbenchPage): void {
  const workbench = vscode.workspace.getConfiguration("workbench");

  describe("Pages for everybody", () => {
    after(() => workbench.update("colorTheme", undefined, vscode.ConfigurationTarget.Workspace));

    for (const { title, ready } of views)
      it(`${title}: axe-core finds nothing serious, in any theme`, async () => {
        await vscode.commands.executeCommand("workbench.action.closeAllEditors");
        await ui.command(`Reasoning Lab: ${title}`);
        const frame = await frameWith(ui, ready);
        for (const [shown, theme] of Object.entries(themes)) {
          await workbench.update("colorTheme", theme, vscode.ConfigurationTarget.Workspace);
          const name = theme.replace("Default ", "").toLowerCase().replaceAll(" ", "-");
          await frame.locator(`body.${shown}`).waitFor();
          assert.deepEqual(await faultsOf(frame), [], theme);
          await ui.screenshot(`${title.toLowerCase().replaceAll(" ", "-")}-${name}`);
        }
      });
  });
}
