/** Rules over a reward file with a quick fix, and the audit of one that pays for an empty answer: from the lens to a case that fails. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

/** Visual-RFT#176, with a random tie-break. */
const faulty = `import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => {
  const given = /<answer>([^<]*)<\\/answer>/.exec(completion)?.[1]?.trim() ?? "";
  return given.includes(answer) || answer.includes(given) ? 1 : 0;
};

export const lucky: Reward = ({ completion }) => completion.length / 1000 + Math.random();
`;

export function auditing(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const file = join(workspace, "rewards", "hacked.reward.ts");
  const uri = vscode.Uri.file(file);
  const codes = (): unknown[] => vscode.languages.getDiagnostics(uri).map(({ code }) => code);

  const open = async (): Promise<vscode.TextEditor> => {
    const editor = await vscode.window.showTextDocument(uri, { preview: false, viewColumn: vscode.ViewColumn.One });
    return editor;
  };

  /** Opens the list of quick fixes at a place and resolves to one of them; what is told anew meanwhile closes the list, which is then opened again. */
  const quickFix = async (editor: vscode.TextEditor, place: () => vscode.Position | undefined, title: string) => {
    const fix = ui.page.locator(".action-widget").getByText(title);
    await until(`the fix "${title}" is offered`, async () => {
      const at = place();
      if (at === undefined) return false;
      await ui.page.keyboard.press("Escape");
      await vscode.window.showTextDocument(editor.document, { preview: false, viewColumn: vscode.ViewColumn.One });
      editor.selection = new vscode.Selection(at, at);
      await vscode.commands.executeCommand("editor.action.quickFix");
      return fix.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });
    return fix;
  };

  describe("Rules over a reward file", () => {
    before(async () => {
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      writeFileSync(file, faulty);
    });

    it("say what is wrong where it stands", async () => {
      const editor = await open();
      await until(
        "the rules have spoken",
        () => codes().includes("random-score") && codes().includes("empty-includes"),
      );
      const random = vscode.languages.getDiagnostics(uri).find(({ code }) => code === "random-score");
      assert.equal(editor.document.getText(random?.range), "Math.random()");
      await ui.screenshot("reward-rules");
    });

    it("mend it by a quick fix", async () => {
      const editor = await open();
      const at = editor.document.positionAt(editor.document.getText().indexOf("Math.random"));
      const fix = await quickFix(editor, () => at, "Derive it from the row: seededRandom");
      await ui.screenshot("reward-rules-quick-fix");
      await fix.click();
      await until("the fix is made", () => editor.document.getText().includes("seededRandom(row, completion)"));
      await until("nothing is random any more", () => !codes().includes("random-score"));
      await editor.document.save();
    });

    it("are left out by the setting", async () => {
      const configuration = vscode.workspace.getConfiguration("reasoningLab");
      await configuration.update("rewards.rules", { "empty-includes": "off" }, vscode.ConfigurationTarget.Workspace);
      await until("the rule is off", () => !codes().includes("empty-includes"));
      await configuration.update("rewards.rules", undefined, vscode.ConfigurationTarget.Workspace);
      await until("the rule is on again", () => codes().includes("empty-includes"));
    });
  });

  describe("Rules over rollouts", () => {
    const scored = join(workspace, "rewards", "chain-sum.reward.ts");
    const text = readFileSync(scored, "utf8");

    it("name the rollout that proves them, and open it", async () => {
      // Scores of the run are 0 and 1.
      writeFileSync(
        scored,
        text.replace("/** 1 where the answer is right", "/** @range [2, 3] 1 where the answer is right"),
      );
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(scored), {
        preview: false,
        viewColumn: vscode.ViewColumn.One,
      });
      const found = (): vscode.Diagnostic | undefined =>
        vscode.languages
          .getDiagnostics(editor.document.uri)
          .find(({ code, message }) => code === "out-of-range" && message.includes("newest"));
      await until("the rollouts are told of", () => found() !== undefined);
      assert.match(found()!.message, /declares @range \[2, 3\] and gave [01] .*Scored before the last edit/);
      await until("the sample is opened", async () => {
        const fix = await quickFix(editor, () => found()?.range.start, "Open the sample that shows it");
        return fix.click({ timeout: 5000 }).then(
          () => true,
          () => false,
        );
      });
      const traces = await ui.webview(".strip .token");
      await traces.locator("input.step").waitFor();
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });

    after(() => writeFileSync(scored, text));
  });

  describe("Audit Reward", () => {
    it("proves by a score that an empty answer is paid", async () => {
      await open();
      const lens = ui.page.locator(".codelens-decoration a", { hasText: "Audit" }).first();
      await lens.waitFor();
      // A lens that is drawn anew under the mouse does not hear the click.
      await until("the audit begins", async () => {
        await lens.click();
        await ui.page.waitForTimeout(2000);
        return vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label === "Reward Audit"));
      });
      const page = await ui.webview(".finding");
      await page.locator(".headline", { hasText: "proven" }).waitFor();
      await page.locator('[data-finding="correct/empty-answer"]').click();
      const detail = page.locator(".detail");
      await detail.locator("h3", { hasText: "An empty answer" }).waitFor();
      assert.match(
        (await detail.locator("dl.scores").innerText()).replaceAll(/\s+/g, " "),
        /got 1 sound at most 0 gold answer gets 1/,
      );
      await ui.screenshot("audit");
    });

    it("makes a case of the finding with one click", async () => {
      const page = await ui.webview(".finding");
      await page.locator(".add-case").click();
      const cases = file.replace(/\.reward\.ts$/, ".reward.cases.jsonl");
      await until("the case is written", () => existsSync(cases) && readFileSync(cases, "utf8").includes('"expect":0'));
      const [line] = readFileSync(cases, "utf8").trim().split("\n");
      assert.match(line ?? "", /^\{"reward":"correct",.*<answer>/);
    });

    it("opens the line that paid", async () => {
      const page = await ui.webview(".finding");
      await page.locator(".open-line").click();
      await until("the line is shown", () => {
        const editor = vscode.window.activeTextEditor;
        return editor?.document.uri.fsPath === file && editor.selection.active.line === 4;
      });
    });

    it("keeps a finding that is accepted, with its reason, beside the reward", async () => {
      await ui.command("Reasoning Lab: Audit Reward");
      const page = await ui.webview(".finding");
      await page.locator('[data-finding="correct/empty-answer"]').click();
      await page.locator(".accept input").fill("this test wants it so");
      await page.locator(".accept vscode-button").click();
      const accepted = file.replace(/\.reward\.ts$/, ".reward.audit.json");
      await until(
        "the reason is kept",
        () => existsSync(accepted) && readFileSync(accepted, "utf8").includes("this test wants it so"),
      );
      await page.locator('[data-finding="correct/empty-answer"]').waitFor({ state: "detached" });
    });

    it("is readable in a light theme and in a narrow column", async () => {
      const configuration = vscode.workspace.getConfiguration("workbench");
      await configuration.update("colorTheme", "Default Light Modern", vscode.ConfigurationTarget.Global);
      const page = await ui.webview(".finding");
      await page.locator(".finding").first().click();
      await ui.screenshot("audit-light");
      await ui.page.setViewportSize({ width: 700, height: 900 });
      await ui.screenshot("audit-narrow");
      await ui.page.setViewportSize({ width: 1440, height: 900 });
      await configuration.update("colorTheme", undefined, vscode.ConfigurationTarget.Global);
    });
  });
}
