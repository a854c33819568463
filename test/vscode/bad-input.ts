/** What goes wrong in a user's files: one clear message at the right place, and nothing recorded is lost. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { notifications } from "./notifications";
import type { WorkbenchPage } from "./page";
import { runFolders, runThat, until } from "./run-files";

export function badInput(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const recipe = join(workspace, "chain-sum.lab.json");
  const reward = join(workspace, "rewards", "chain-sum.reward.ts");
  const recipeText = readFileSync(recipe, "utf8");
  const rewardText = readFileSync(reward, "utf8");
  const notified = notifications(ui);

  const runPipeline = async (): Promise<void> => {
    await vscode.window.showTextDocument(vscode.Uri.file(recipe), { preview: false });
    await ui.command("Reasoning Lab: Run Pipeline");
  };
  /** Puts a function in place of `correct`; returns the number of its first line. */
  const writeCorrect = (body: string): number => {
    const start = rewardText.indexOf("export const correct");
    const end = rewardText.indexOf("};", start) + 2;
    writeFileSync(reward, rewardText.slice(0, start) + body + rewardText.slice(end));
    return rewardText.slice(0, start).split("\n").length;
  };
  const paused = (): ReturnType<typeof runThat> =>
    runThat(workspace, "the run pauses", ({ status }) => status === "paused" || status === "failed");

  afterEach(async () => {
    writeFileSync(recipe, recipeText);
    writeFileSync(reward, rewardText);
    await notified.clear();
  });

  describe("A recipe with an error", () => {
    it("is not run, and the message names the place", async () => {
      writeFileSync(recipe, recipeText.replace('"steps": 5', '"stepz": 5'));
      await runPipeline();
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      await notified.press("stepz", "Open Recipe");
      await until("the recipe is open at the key", () => {
        const editor = vscode.window.activeTextEditor;
        return editor?.document.lineAt(editor.selection.start.line).text.includes("stepz") === true;
      });
      assert.deepEqual(runFolders(workspace), []);
    });
  });

  describe("A reward", () => {
    it("that does not parse keeps the run from starting and says where", async () => {
      writeCorrect("export const correct: Reward = ({ completion } => 1;");
      await runPipeline();
      await notified.press("chain-sum.reward.ts", "Open Reward");
      await until("the reward is open", () => vscode.window.activeTextEditor?.document.uri.fsPath === reward);
      assert.deepEqual(runFolders(workspace), []);
    });

    it("that never returns is stopped, and the run pauses", async () => {
      writeCorrect("export const correct: Reward = () => { for (;;); };");
      await runPipeline();
      const { record } = await paused();
      assert.equal(record.status, "paused");
      assert.match(record.message ?? "", /correct/);
      await notified.shows("correct");
    });

    it("that returns no number is an error, not a 0, and the run pauses with what it recorded", async () => {
      // The run before goes on by itself, now that its reward works again; two at a time are refused.
      await runThat(workspace, "the run before is completed", ({ status }) => status === "completed");
      const line = writeCorrect("export const correct: Reward = () => NaN;");
      const uri = vscode.Uri.file(reward);
      const before = runFolders(workspace).length;
      await runPipeline();
      await until("another run has begun", () => runFolders(workspace).length > before);
      const { record, folder } = await paused();
      assert.equal(record.status, "paused");
      assert.match(record.message ?? "", /NaN|finite|number/);
      assert.ok(existsSync(join(folder, "traces.sqlite")), "the rollouts are not recorded");
      await vscode.window.showTextDocument(uri);
      await until("the error stands at the reward", () =>
        vscode.languages.getDiagnostics(uri).some(({ range }) => range.start.line === line - 1),
      );
    });

    it("cannot read files", async () => {
      const secret = join(workspace, "secret.txt");
      writeFileSync(secret, "secret");
      writeCorrect(
        `export const correct: Reward = async () => { const { readFileSync } = await import(["node", "fs"].join(":")); return readFileSync(${JSON.stringify(secret)}).length; };`,
      );
      await vscode.window.showTextDocument(vscode.Uri.file(reward));
      const result: unknown = await vscode.commands.executeCommand(
        "reasoningLab.scoreSamples",
        vscode.Uri.file(reward).toString(),
        "correct",
      );
      const { errors, samples, firstError } = result as {
        errors: number;
        samples: number;
        firstError: { message: string } | null;
      };
      assert.ok(samples > 0);
      assert.equal(errors, samples);
      assert.match(firstError?.message ?? "", /"node:fs" cannot be imported/);
    });

    it("that is mended lets a paused run go on to its end by itself", async () => {
      // The test before the last one put the working reward back.
      const { record } = await runThat(workspace, "the run is completed", ({ status }) => status === "completed");
      assert.equal(record.stages.at(-1)?.step, 5);
    });
  });

  describe("A run folder that is corrupt", () => {
    it("is named in the list of runs, with the others", async () => {
      const folder = join(workspace, ".reasoning-lab", "runs", "2020-01-01T000000-corrupt");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "run.json"), '{ "name": ');
      await vscode.commands.executeCommand("workbench.view.extension.reasoningLab");
      const tree = ui.page.locator(".part.sidebar [role=treeitem]");
      await tree.filter({ hasText: "2020-01-01T000000-corrupt" }).filter({ hasText: "damaged" }).waitFor();
      assert.ok((await tree.count()) > 1);
      await ui.screenshot("corrupt-run");
    });
  });
}
