/** *Show Pipeline* before, while and after a run, and what can be done with what its stages gave. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { readRecord, runFolders, runThat, until } from "./run-files";

export function pipeline(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const recipe = vscode.Uri.file(join(workspace, "chain-sum.lab.json"));
  const card = (stage: string): string => `li[data-stage="${stage}"]`;
  const stages = ["cold-start", "reasoning-rl", "rejection-sampling", "safe", "preference-rl", "dpo", "evaluation"];
  const page = () => ui.webview(card("cold-start"));
  const open = async (stage: string) => {
    const shown = await page();
    const name = shown.locator(`${card(stage)} button.name`);
    if ((await name.getAttribute("aria-expanded")) !== "true") await name.click();
    await shown.locator(`section.detail[aria-label="Stage ${stage}"]`).waitFor();
    return shown;
  };

  describe("Pipeline", () => {
    it("shows a recipe's stages and what they build on before any run", async () => {
      await vscode.commands.executeCommand("vscode.open", recipe);
      await ui.page.locator(".codelens-decoration a", { hasText: "Show Pipeline" }).first().click();
      const shown = await page();
      for (const stage of stages) await shown.locator(card(stage), { hasText: "not run yet" }).waitFor();
      // What starts from the model, what is sampled, what gives rewards.
      assert.equal(await shown.locator("path.edge[data-role=start]").count(), 7);
      assert.equal(await shown.locator("path.edge[data-role=samples]").count(), 1);
      assert.equal(await shown.locator("path.edge[data-role=reward]").count(), 2);
      await ui.screenshot("pipeline-before");
    });

    it("follows the run that begins, stage by stage", async () => {
      await vscode.commands.executeCommand("reasoningLab.runPipeline", recipe);
      const shown = await page();
      await shown.locator(`${card("cold-start")}[data-status=running] [role=progressbar]`).waitFor();
      await ui.screenshot("pipeline-running");
      const { record } = await runThat(workspace, "the run ends", ({ status }) => status !== "running");
      assert.equal(record.status, "completed", record.message ?? "");
      for (const stage of stages) await shown.locator(`${card(stage)}[data-status=completed]`).waitFor();
    });

    it("says what each stage gave: held-out numbers before and after, with interval and time", async () => {
      const shown = await page();
      const text = (await shown.locator(card("reasoning-rl")).innerText()).replaceAll(/\s+/g, " ");
      assert.match(
        text,
        /pass@1 0\.\d{3} → 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] pass@4 0\.\d{3} → 0\.\d{3} maj@4 0\.\d{3} → 0\.\d{3} reasoning-rl-20/,
      );
      assert.match(await shown.locator(card("safe")).innerText(), /accuracy 0\.\d{3} of 40 pairs/);
      assert.match(await shown.locator(card("rejection-sampling")).innerText(), /rejection-sampling-\d+/);
      const row = shown.locator(".results tr", { hasText: "preference-rl" });
      assert.match(await row.innerText(), /→/);
      assert.match(
        await shown.locator(".results thead").innerText(),
        /pass@1.*pass@4.*maj@4.*Thinking.*Refused.*Wrongly.*Time/s,
      );
      await ui.screenshot("pipeline");
    });

    it("opens a stage's report: reward model, evaluation, filter", async () => {
      let shown = await open("safe");
      await shown.locator(".detail", { hasText: "Length bias" }).waitFor();
      assert.ok((await shown.locator(".calibration circle").count()) > 0);
      // Label lines that were left out stand in the notes alone.
      assert.match(await shown.locator(".detail .notes").innerText(), /^100 pairs; held-out accuracy/);
      await ui.screenshot("pipeline-reward-model");
      shown = await open("evaluation");
      const measures = shown.locator(".measures");
      await measures.locator("th", { hasText: "Difficulty" }).waitFor();
      assert.match(await measures.innerText(), /pass@1.*pass@4.*maj@4.*best of 4.*\[0\.\d{3}, 0\.\d{3}\]/s);
      await ui.screenshot("pipeline-evaluation");
      shown = await open("cold-start");
      await shown.locator(".detail", { hasText: "400 examples of 400 prompts were given" }).waitFor();
    });

    it("is used by keyboard", async () => {
      const shown = await page();
      await shown.locator(`${card("cold-start")} button.name`).focus();
      await ui.page.keyboard.press("ArrowDown");
      await ui.page.keyboard.press("Enter");
      await shown.locator(`section.detail[aria-label="Stage reasoning-rl"]`).waitFor();
      assert.equal(await shown.locator(`${card("reasoning-rl")} button.name`).getAttribute("aria-expanded"), "true");
    });

    it("fits a narrow page", async () => {
      const size = ui.page.viewportSize() ?? { width: 1400, height: 900 };
      const shown = await open("rejection-sampling");
      await ui.page.setViewportSize({ width: 720, height: 1000 });
      const graph = shown.locator(".graph");
      await until("the graph stands in one column", async () => {
        const boxes = await Promise.all((await graph.locator("li.stage").all()).map((card) => card.boundingBox()));
        return new Set(boxes.map((box) => box?.x)).size === 1;
      });
      await ui.screenshot("pipeline-narrow");
      await shown.locator(".detail").scrollIntoViewIfNeeded();
      await ui.screenshot("pipeline-narrow-detail");
      await ui.page.setViewportSize(size);
    });

    it("opens what was refused in the traces, with the reason", async () => {
      const shown = await open("rejection-sampling");
      await shown.locator(".detail", { hasText: /tokens\/s/ }).waitFor();
      await ui.screenshot("pipeline-rejection-sampling");
      await shown.getByRole("button", { name: "Open Refused" }).click();
      const traces = await ui.webview(".choice[data-kept=false]");
      assert.match(await traces.locator(".choice[data-kept=false]").first().innerText(), /^✗ refused: [a-z-]+: /);
      await traces.locator("vscode-single-select[label=Within]", { hasText: "The stage" }).waitFor();
      await ui.screenshot("traces-refused");
    });

    it("opens what was refused for one reason, that first", async () => {
      await vscode.commands.executeCommand("reasoningLab.showPipeline", runFolders(workspace)[0]);
      const shown = await open("rejection-sampling");
      await shown.locator(".shares tr[data-side=dropped] button").first().click();
      const traces = await ui.webview(".samples .sample");
      const show = traces.locator("vscode-single-select[label=Show]");
      await until("the first sample is refused for the reason that is shown", async () => {
        const choice = await traces.locator(".sample:first-child .choice").innerText();
        const reason = /^✗ refused: ([a-z-]+): /.exec(choice)?.[1];
        return reason !== undefined && (await show.filter({ hasText: `Refused: ${reason}` }).count()) === 1;
      });
    });

    it("exports the training set of rejection sampling", async () => {
      const folder = runFolders(workspace)[0]!;
      const done = vscode.commands.executeCommand<string>("reasoningLab.exportDataset", folder);
      const input = ui.page.locator(".quick-input-widget input.input").first();
      const target = join(workspace, "exported.jsonl");
      await input.waitFor();
      // The dialog puts the name that it offers into the field a little later.
      await until("the dialog offers a name", async () =>
        (await input.inputValue()).endsWith("rejection-sampling.jsonl"),
      );
      await input.fill(target);
      await until("the dialog has the other name", async () => (await input.inputValue()) === target);
      await ui.page.keyboard.press("Enter");
      assert.equal(await done, target);
      const lines = readFileSync(target, "utf8").trimEnd().split("\n");
      assert.deepEqual(Object.keys(JSON.parse(lines[0]!) as object), ["prompt", "completion"]);
      assert.equal(
        readFileSync(target, "utf8"),
        readFileSync(join(folder, "datasets", "rejection-sampling.jsonl"), "utf8"),
      );
    });

    it("opens the model card of a checkpoint", async () => {
      await vscode.commands.executeCommand("reasoningLab.showPipeline", runFolders(workspace)[0]);
      const shown = await page();
      await shown.locator(`${card("preference-rl")} button.checkpoint`).click();
      await ui.page.locator(".tab", { hasText: "README.md" }).waitFor();
      await ui.webview("h1#whole-pipeline-stage-preference-rl, h1");
    });

    it("evaluates a checkpoint as a run of its own", async () => {
      const trained = runFolders(workspace)[0]!;
      const done = vscode.commands.executeCommand<string>(
        "reasoningLab.evaluateCheckpoint",
        trained,
        "reasoning-rl-20",
      );
      const picker = ui.page.locator(".quick-input-widget");
      await picker.locator(".quick-input-title", { hasText: "Evaluate reasoning-rl-20" }).waitFor();
      await picker.locator("input.input").first().fill("6");
      await ui.page.keyboard.press("Enter");
      const folder = await done;
      assert.ok(folder && folder !== trained);
      await until("the evaluation ends", () => readRecord(folder).status === "completed");
      assert.ok(existsSync(join(folder, "reports", "evaluation-2.json")));
      const shown = await ui.webview(`${card("evaluation-2")}[data-status=completed]`);
      // What it builds on is shown, and is no part of the run.
      await shown.locator(`${card("reasoning-rl")}[data-absent=true]`).waitFor();
      await shown.locator(`${card("evaluation-2")} button.name`).click();
      await shown.locator(".measures th", { hasText: "pass@6" }).waitFor();
      await ui.screenshot("pipeline-evaluate-checkpoint");
    });
  });
}
