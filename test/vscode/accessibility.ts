/** Every view as axe-core sees it, in light, dark and both high-contrast themes: nothing serious. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Frame } from "playwright-core";
import * as vscode from "vscode";
import { views } from "../harness/views.mjs";
import type { WorkbenchPage } from "./page";

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

/** What axe-core finds serious or critical, a line each with its first places; `colours`: by the rules that look at colours alone. */
export async function faultsOf(frame: Frame, colours: boolean): Promise<string[]> {
  if (!(await frame.evaluate(() => "axe" in globalThis)))
    await frame.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await frame.evaluate<{ readonly violations: readonly Violation[] }>(
    `axe.run(document, { resultTypes: ['violations']${colours ? ", runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }" : ""} })`,
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

  describe("Views for everybody", () => {
    after(() => workbench.update("colorTheme", undefined, vscode.ConfigurationTarget.Workspace));

    for (const { name, ready, open } of views)
      it(`${name}: axe-core finds nothing serious, in any theme`, async () => {
        await vscode.commands.executeCommand("workbench.action.closeAllEditors");
        await open(ui);
        const frame = await ui.frame(ready);
        const faults: string[] = [];
        // What a theme changes is colours.
        for (const [index, [shown, theme]] of Object.entries(themes).entries()) {
          await workbench.update("colorTheme", theme, vscode.ConfigurationTarget.Workspace);
          await frame.locator(`body.${shown}`).waitFor();
          faults.push(...(await faultsOf(frame, index > 0)).map((fault) => `${theme}: ${fault}`));
        }
        await ui.screenshot(`view-${name}`);
        assert.deepEqual(faults, []);
      });
  });
}
