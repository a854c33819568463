/** The main job through the user interface: write a reward, launch the stages, watch it learn, open the traces. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { ScoreSamplesResult } from "../../server/protocol/editor";
import { notifications } from "./notifications";
import { setting } from "./page";
import type { WorkbenchPage } from "./page";
import { runFolders, runThat, stepOf, until } from "./run-files";

const commandTitles = [
  "New Project",
  "Run Pipeline",
  "Run Stage…",
  "Stop Run",
  "Resume Run",
  "Fork Run…",
  "Label Preferences…",
  "Open Live Curves",
  "Open Traces",
  "Score Samples",
  "Verify Text…",
  "Compare Algorithms…",
  "Show Logs",
];

export function mainJob(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const recipe = join(workspace, "chain-sum.lab.json");
  const reward = join(workspace, "rewards", "chain-sum.reward.ts");
  const recipeUri = vscode.Uri.file(recipe);
  const rewardUri = vscode.Uri.file(reward);

  const show = (file: string): Thenable<vscode.TextEditor> =>
    vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false, viewColumn: vscode.ViewColumn.One });
  const lens = (text: string) => ui.page.locator(".codelens-decoration a", { hasText: text }).first();
  const clickLens = async (text: string): Promise<void> => {
    await lens(text).waitFor();
    await lens(text).click();
  };
  const messages = notifications(ui);
  const statusBar = ui.page.locator("#reasoning-lab\\.reasoning-lab\\.reasoningLab\\.run");
  const sidebar = ui.page.locator(".part.sidebar");

  describe("New Project", () => {
    it("offers every command in the palette", async () => {
      await ui.page.keyboard.press("F1");
      const input = ui.page.locator(".quick-input-widget input.input").first();
      for (const title of commandTitles) {
        await input.fill(`>Reasoning Lab: ${title}`);
        await ui.page
          .locator(".quick-input-list .monaco-list-row", { hasText: `Reasoning Lab: ${title}` })
          .first()
          .waitFor();
      }
      await ui.page.keyboard.press("Escape");
    });

    it("says what to do where there are no runs", async () => {
      await vscode.commands.executeCommand("workbench.view.extension.reasoningLab");
      await sidebar.getByText("No runs yet").waitFor();
      await ui.screenshot("welcome");
    });

    it("opens what another tool recorded from the curves of no runs", async () => {
      const data = join(setting("REASONING_LAB_ROOT"), "server", "trackers", "test-data", "trainer_state.json");
      await ui.command("Reasoning Lab: Open Live Curves");
      const page = await ui.webview(".open-tracker");
      await page.getByText("Open Metrics of Another Tool…").click();
      const input = ui.page.locator(".quick-input-widget input.input").first();
      await ui.page.locator(".quick-input-title", { hasText: "any table with a step" }).waitFor();
      // Until the dialog has looked at a path, Enter goes elsewhere.
      await until("the file is chosen", async () => {
        if (!(await input.isVisible())) return true;
        await input.fill(data);
        await ui.page.waitForTimeout(1500);
        await ui.page.keyboard.press("Enter");
        await ui.page.waitForTimeout(500);
        return !(await input.isVisible());
      });
      await page.locator(".tracker", { hasText: "TRL" }).waitFor();
      await page.locator("[data-chart=reward] canvas").waitFor();
      await page.getByText("Back to Runs").click();
      await page.locator(".empty", { hasText: "No runs yet" }).waitFor();
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    });

    it("writes recipe, reward, cases and types into the workspace and opens the recipe", async () => {
      await ui.command("Reasoning Lab: New Project");
      await ui.page.locator(".quick-input-list .monaco-list-row", { hasText: "A small model, from nothing" }).waitFor();
      await ui.page.keyboard.press("Enter");
      await ui.page
        .locator(".quick-input-widget .quick-input-message", { hasText: "empty: this folder itself" })
        .waitFor();
      await ui.page.keyboard.press("Enter");
      await ui.page.locator(".tab", { hasText: "chain-sum.lab.json" }).waitFor();
      for (const file of [
        "rewards/chain-sum.reward.cases.jsonl",
        "rewards/chain-sum.reward.ts",
        "types/reasoning-lab.d.ts",
      ]) {
        assert.ok(existsSync(join(workspace, ...file.split("/"))), `${file} is missing`);
      }
    });

    it("refuses to overwrite a project", async () => {
      const before = readFileSync(recipe, "utf8");
      await vscode.commands.executeCommand("reasoningLab.newProject", workspace);
      assert.equal(readFileSync(recipe, "utf8"), before);
    });

    it("resolves the types of rewards with no install", async () => {
      await show(reward);
      await vscode.commands.executeCommand("vscode.executeHoverProvider", rewardUri, new vscode.Position(0, 0));
      await until("TypeScript looks at the reward", async () => {
        const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
          "vscode.executeHoverProvider",
          rewardUri,
          positionOf(readFileSync(reward, "utf8"), "Reward"),
        );
        return hovers.some(({ contents }) =>
          JSON.stringify(contents.map((part) => (part as vscode.MarkdownString).value)).includes("Reward"),
        );
      });
      const unresolved = vscode.languages.getDiagnostics(rewardUri).filter(({ code }) => code === 2307);
      assert.deepEqual(unresolved, []);
    });
  });

  describe("Walkthrough", () => {
    it("leads from the project to the traces in at most six steps", async () => {
      await vscode.commands.executeCommand(
        "workbench.action.openWalkthrough",
        "reasoning-lab.reasoning-lab#reasoningLab",
      );
      const steps = ui.page.locator(".gettingStartedContainer .getting-started-step");
      await ui.page.getByText("Train your first reasoning model").first().waitFor();
      const titles = await steps.locator(".step-title").allTextContents();
      assert.ok(titles.length > 0 && titles.length <= 6, `${titles.length} steps`);
      assert.match(titles.at(-1) ?? "", /traces/i);
      await ui.screenshot("walkthrough");
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });
  });

  describe("Recipe", () => {
    it("completes keys and explains them", async () => {
      const document = (await show(recipe)).document;
      const at = positionOf(document.getText(), '"num_generations"');
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", recipeUri, at);
      assert.match(
        hovers.map(({ contents }) => (contents[0] as vscode.MarkdownString).value).join(),
        /group that advantages are relative to/,
      );
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        "vscode.executeCompletionItemProvider",
        recipeUri,
        at,
      );
      const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
      assert.ok(labels.includes("beta") && labels.includes("epsilon_high"), labels.join());
    });

    it("reports an unknown key at its place, with the key that was meant", async () => {
      const original = readFileSync(recipe, "utf8");
      const { document } = await show(recipe);
      writeFileSync(recipe, original.replace('"num_generations"', '"num_generatons"'));
      await until("the error is shown", () => vscode.languages.getDiagnostics(recipeUri).length > 0);
      const [problem] = vscode.languages.getDiagnostics(recipeUri);
      assert.equal(document.getText(problem!.range), '"num_generatons"');
      assert.match(problem!.message, /num_generations/);
      writeFileSync(recipe, original);
      await until("the error is gone", () => vscode.languages.getDiagnostics(recipeUri).length === 0);
    });

    it("reports a reward that does not exist", async () => {
      const original = readFileSync(recipe, "utf8");
      writeFileSync(recipe, original.replace("#wellFormed", "#wellFromed"));
      await until("the error is shown", () =>
        vscode.languages.getDiagnostics(recipeUri).some(({ message }) => message.includes("wellFormed")),
      );
      writeFileSync(recipe, original);
    });
  });

  describe("Reward", () => {
    it("is scored on its cases where there are no rollouts", async () => {
      await show(reward);
      await clickLens("Score samples");
      await lens("cases").waitFor();
      await ui.screenshot("reward-lens-cases");
    });
  });

  describe("Verify Text", () => {
    it("shows the verdict's steps for a selection, read-only", async () => {
      const content = "so it is \\boxed{\\frac{2}{4}} or not";
      const document = await vscode.workspace.openTextDocument({ content });
      const editor = await vscode.window.showTextDocument(document);
      editor.selection = new vscode.Selection(0, 0, 0, content.indexOf(" or not"));
      await ui.command("Reasoning Lab: Verify Text…");
      await ui.page.locator(".quick-input-widget .quick-input-title", { hasText: "Verify Text" }).waitFor();
      await ui.page.keyboard.type("0.5");
      await ui.page.keyboard.press("Enter");
      const verdict = () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "reasoning-lab-verdict");
      await until("the verdict is shown", () => verdict()?.getText().includes("frac{2}{4}") === true);
      assert.match(verdict()!.getText(), /^Right/);
      await ui.page.locator(".tab", { hasText: "Verdict" }).waitFor();
      await ui.screenshot("verdict");
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    });
  });

  describe("Pipeline", () => {
    before(() => copyFileSync(join(setting("REASONING_LAB_ROOT"), "test", "fixtures", "fast.lab.json"), recipe));

    it("runs from its lens; status bar, tree and lens show how far it is", async () => {
      await show(recipe);
      await vscode.commands.executeCommand("revealLine", { lineNumber: 1, at: "top" });
      await clickLens("Run Pipeline");
      await statusBar.filter({ hasText: /SFT \d+\/1000 · loss \d\.\d\d/ }).waitFor();
      await lens("Stop (cold-start").waitFor();
      await sidebar.getByText("cold-start").first().waitFor();
      await statusBar.filter({ hasText: /GRPO \d+\/240 · reward \d\.\d\d/ }).waitFor();
      await ui.screenshot("running");
    });

    it("shows the curves live, from a click on the status bar", async () => {
      await statusBar.click();
      const page = await ui.webview("[data-chart=reward]");
      const readout = page.locator(".readout");
      const seen = async (): Promise<string> => (await readout.textContent()) ?? "";
      await until("the readout shows a step", async () => /\d/.test(await seen()));
      const first = await seen();
      await until("the curves move on by themselves", async () => (await seen()) !== first);
    });

    it("stops after the step in progress with a checkpoint, and says so", async () => {
      await ui.command("Reasoning Lab: Stop Run");
      const { folder, record } = await runThat(workspace, "the run has stopped", ({ status }) => status === "stopped");
      const step = stepOf(record, "reasoning-rl");
      assert.ok(step > 0 && step < 240, `stopped at step ${step}`);
      assert.ok(readdirSync(join(folder, "checkpoints")).includes(`reasoning-rl-${step}`));
      await sidebar.getByText("stopped").first().waitFor();
    });

    it("resumes from the checkpoint; a trainer killed from outside is reported and can be resumed", async () => {
      const before = stepOf((await runThat(workspace, "a stopped run", () => true)).record, "reasoning-rl");
      await ui.command("Reasoning Lab: Resume Run");
      const { folder, record } = await runThat(
        workspace,
        "the resumed run moves on",
        (resumed) => resumed.status === "running" && stepOf(resumed, "reasoning-rl") > before,
      );
      assert.equal(runFolders(workspace).length, 1);
      process.kill(record.process!.pid, "SIGKILL");
      await runThat(workspace, "the run is marked as interrupted", ({ status }) => status === "interrupted");
      await messages.press("Something else ended the trainer process", "Resume");
      const end = await runThat(workspace, "the run completes", ({ status }) => status === "completed");
      assert.equal(end.folder, folder);
      assert.equal(stepOf(end.record, "reasoning-rl"), 240);
      await messages.clear();
    });

    it("shows the result over the stage", async () => {
      await show(recipe);
      await lens("pass@1").waitFor();
      await ui.screenshot("recipe-lenses");
    });
  });

  describe("Curves", () => {
    it("show a reward that rose", async () => {
      await ui.command("Reasoning Lab: Open Live Curves");
      const page = await ui.webview("[data-chart=reward]");
      const plot = page.locator("[data-chart=reward] .u-over");
      await plot.scrollIntoViewIfNeeded();
      await ui.page.waitForTimeout(1000);
      const box = await plot.boundingBox();
      assert.ok(box);
      const rewardAt = async (share: number): Promise<number> => {
        await ui.page.mouse.move(box.x + share * box.width, box.y + box.height / 2);
        await ui.page.waitForTimeout(80);
        const text = await page.locator("[data-chart=reward] .legend").innerText();
        const value = /^mean\s*(-?\d+(?:\.\d+)?)/.exec(text)?.[1];
        assert.ok(value, `no reward in ${JSON.stringify(text)}`);
        return Number(value);
      };
      const mean = async (from: number, to: number): Promise<number> => {
        let sum = 0;
        for (let index = 0; index < 10; index++) sum += await rewardAt(from + ((to - from) * index) / 9);
        return sum / 10;
      };
      const early = await mean(0.03, 0.3);
      const late = await mean(0.7, 0.97);
      await ui.screenshot("curves");
      assert.ok(late > early + 0.1, `reward ${early.toFixed(3)} early, ${late.toFixed(3)} late`);
    });

    for (const chart of ["rewards", "held-out", "length", "entropy", "gradient", "signal"]) {
      it(`have the chart of ${chart}`, async () => {
        const page = await ui.webview("[data-chart=reward]");
        await page.locator(`[data-chart=${chart}] canvas`).waitFor();
      });
    }

    it("show a run that was started in a terminal, while it runs", async () => {
      const cli = join(setting("REASONING_LAB_ROOT"), "dist", "cli.js");
      const child = execFile(setting("REASONING_LAB_NODE"), [cli, "run", recipe, "--stage", "reasoning-rl"], {
        cwd: workspace,
      });
      try {
        await until("the run appears", () => runFolders(workspace).length === 2);
        await statusBar.filter({ hasText: /GRPO \d+\/240/ }).waitFor();
        const page = await ui.webview("[data-chart=reward]");
        await page.locator("body", { hasText: /running|240/ }).waitFor();
      } finally {
        await new Promise((resolve) => {
          child.on("close", resolve);
          child.kill("SIGINT");
        });
      }
    });
  });

  describe("Traces", () => {
    it("list the groups of a step and open one to its samples side by side", async () => {
      await ui.command("Reasoning Lab: Open Traces");
      const page = await ui.webview(".groups");
      await page.locator(".groups li.row").first().waitFor();
      await page.locator(".groups li.row").first().click();
      const samples = page.locator(".sample");
      await samples.first().waitFor();
      assert.equal(await samples.count(), 8);
      const text = await samples.first().innerText();
      assert.match(text, /correct/);
      assert.match(text, /wellFormed/);
      await page.locator(".sample .part[data-kind=thinking], .sample .part").first().waitFor();
      await ui.screenshot("traces");
    });

    it("find rollouts by what they say", async () => {
      const page = await ui.webview(".groups");
      const prompt = await page.locator(".groups li.row .prompt").first().innerText();
      await page.locator("input[type=search]").fill(prompt.slice(0, 6));
      await until("the list is narrowed", async () => {
        const prompts = await page.locator(".groups li.row").allInnerTexts();
        return prompts.length > 0 && prompts.every((text) => text.includes(prompt.slice(0, 6)));
      });
    });

    it("open a rollout to its tokens", async () => {
      const page = await ui.webview(".groups");
      await page.locator(".groups li.row").first().click();
      await page.locator(".sample button", { hasText: "Tokens" }).first().click();
      await page.locator(".strip .token").first().waitFor();
      await ui.screenshot("tokens");
    });
  });

  describe("Reward, after a run", () => {
    it("shows mean, spread, time and errors over the newest rollouts", async () => {
      await show(reward);
      await lens(String.raw`rollouts`).waitFor();
      assert.match(
        (await lens("rollouts").textContent()) ?? "",
        /\d\.\d\d ± \d\.\d\d over \d+ rollouts [▁-█]+ · 0 errors/,
      );
      await ui.screenshot("reward-lens");
    });

    it("pauses the run past the limit of errors; a throw is shown at its line", async () => {
      const original = readFileSync(reward, "utf8");
      const editor = await show(reward);
      const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
      const broken = `\nexport const broken: Reward = ({ completion }) => {\n  throw new Error("no " + completion.length);\n};\n`;
      await editor.edit((edit) => edit.insert(end, broken));
      await editor.document.save();
      const text = readFileSync(recipe, "utf8");
      writeFileSync(recipe, text.replace("#wellFormed", "#broken"));
      const folder = await vscode.commands.executeCommand<string>(
        "reasoningLab.runStage",
        recipeUri.toString(),
        "reasoning-rl",
      );
      assert.ok(folder);
      const { record } = await runThat(workspace, "the run pauses", ({ status }) => status === "paused");
      assert.match(record.message ?? "", /broken at .*chain-sum\.reward\.ts:\d+.*no \d+/);
      const atItsLine = (): boolean =>
        vscode.languages
          .getDiagnostics(rewardUri)
          .some(({ message, range }) => /no \d+/.test(message) && range.start.line === original.split("\n").length + 1);
      await until("the error is at its line by itself", atItsLine);
      const scored = await vscode.commands.executeCommand<ScoreSamplesResult>(
        "reasoningLab.scoreSamples",
        rewardUri.toString(),
        "broken",
      );
      assert.ok(scored.errors > 0);
      await until("the error of the scoring is at its line", atItsLine);
      await ui.screenshot("reward-error");
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "\n"));
      await until("no error stands at a line that is another now", () =>
        vscode.languages.getDiagnostics(rewardUri).every(({ message }) => !/no \d+/.test(message)),
      );
      await vscode.commands.executeCommand("workbench.action.files.revert");
      writeFileSync(reward, original);
      writeFileSync(recipe, text);
    });
  });
}

/** Position within the first occurrence of one of the texts. */
function positionOf(text: string, ...needles: readonly string[]): vscode.Position {
  const offset = needles.map((needle) => text.indexOf(needle)).find((index) => index >= 0);
  if (offset === undefined) throw new Error(`None of ${needles.join(", ")} is there.`);
  const before = text.slice(0, offset + 1).split("\n");
  return new vscode.Position(before.length - 1, before.at(-1)!.length);
}
