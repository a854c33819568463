/** *Try Checkpoint…*: a prompt of the task and one's own, answers down to a token, drawn again from it, edited, and what rewards and verifier say. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";
import { until } from "./run-files";

export function playground(ui: WorkbenchPage): void {
  const open = () => ui.webview(".sampling");

  describe("Try Checkpoint", () => {
    it("draws answers to a held-out prompt, with their probabilities", async () => {
      await vscode.commands.executeCommand("reasoningLab.tryCheckpoint");
      const page = await open();
      await page.locator(".loaded", { hasText: /parameters\s+on\s+\w+,\s+\d+\s+positions/ }).waitFor();
      await page.getByText("Next Held-out Prompt").click();
      await page.locator(".field.wide", { hasText: "of a row of the task" }).waitFor();
      const gold = await page.locator("input[name=gold]").inputValue();
      assert.match(gold, /^-?\d+$/);
      await page.locator("vscode-button", { hasText: /^\s*Sample\s*$/ }).click();
      const round = page.locator(".round[aria-busy=false]").first();
      await round.waitFor();
      assert.equal(await round.locator(".answer").count(), 4);
      assert.match(await round.locator(".how").first().innerText(), /^sampled, 4 answers, temperature 1, seed 0 · /);
      assert.equal(await page.locator("input[name=seed]").inputValue(), "1");
    });

    it("says what a number can be, and draws nothing by another one", async () => {
      const page = await open();
      const frame = await ui.frame(".sampling");
      const field = page.locator("input[name=samples]");
      const rounds = await page.locator(".round").count();
      for (const typed of ["100", "2.5", ""]) {
        await field.fill(typed);
        await page.locator("vscode-button", { hasText: /^\s*Sample\s*$/ }).click();
        assert.equal(await field.getAttribute("aria-invalid"), "true", typed);
      }
      assert.equal(await frame.evaluate<string>("document.activeElement.validationMessage"), "Type a number.");
      assert.equal(await page.locator(".round").count(), rounds);
      await field.fill("4");
      await field.press("Enter");
      assert.equal(await field.getAttribute("aria-invalid"), "false");
    });

    it("goes from token to token by keyboard and draws again from one, or from what could have stood there", async () => {
      const page = await open();
      await page.locator(".answer .strip").first().focus();
      await ui.page.keyboard.press("ArrowRight");
      await ui.page.keyboard.press("ArrowRight");
      const shown = page.locator(".alternatives");
      assert.match(await shown.locator("p").innerText(), /token 2 of \d+, id \d+ · .+ %/);
      const kept = await page.locator(".answer .strip .token").first().innerText();
      await ui.page.keyboard.press("Enter");
      const again = page.locator(".round[aria-busy=false]", { hasText: "from token 2 of #1" });
      await again.first().waitFor();
      assert.equal(await again.locator(".strip .token.given").first().innerText(), kept);
      const chosen = await shown.locator(".alternative .mono").first().innerText();
      await shown.locator(".alternative").first().click();
      const other = page.locator(".round[aria-busy=false]", { hasText: "from token 2 of #1 with" });
      await other.waitFor();
      assert.equal(await other.locator(".answer").first().locator(".strip .token.given").nth(1).innerText(), chosen);
      await ui.screenshot("playground");
    });

    it("shows the prompt as the model sees it, also while one types", async () => {
      const page = await open();
      await page.locator("summary", { hasText: "As the model sees it" }).click();
      const seen = page.locator("details.wide");
      await page.locator("textarea[name=prompt]").fill("1+2=");
      await seen.locator("pre", { hasText: "1+2=" }).waitFor();
      await page.getByText("Next Held-out Prompt").click();
      await seen.locator("pre", { hasText: /^a\d/ }).waitFor();
      await page.locator("summary", { hasText: "As the model sees it" }).click();
    });

    it("takes the prompt of a rollout over", async () => {
      await vscode.commands.executeCommand("reasoningLab.openTraces");
      const traces = await ui.webview(".group-header h2");
      if ((await traces.locator(".open-sample").count()) === 0) {
        await traces.locator(".sample").first().focus();
        await ui.page.keyboard.press("Enter");
      }
      const asked = await traces.locator(".group-header h2").innerText();
      await traces.locator("[aria-label='Try its prompt with a checkpoint']").click();
      const page = await open();
      await page.locator(".field.wide", { hasText: "of a row of the task" }).waitFor();
      await until(
        "the prompt is taken over",
        async () => (await page.locator("textarea[name=prompt]").inputValue()) === asked.trim(),
      );
    });

    it("scores answers, and one that a person wrote in the model's place", async () => {
      const page = await open();
      await page.locator(".round").last().getByText("Score").click();
      await page.locator(".round").last().locator(".scores").first().waitFor();
      await page.locator(".round").last().getByText("Edit…").first().click();
      // It stands above all rounds, wherever the answer was.
      const frame = await ui.frame("textarea[name=draft]");
      await until("the draft has the keyboard", async () =>
        frame.evaluate<boolean>("document.activeElement?.getAttribute('name') === 'draft'"),
      );
      // Of the prompt that the edited answer is to.
      const gold = await page.locator("input[name=gold]").inputValue();
      await page.locator("textarea[name=draft]").fill(`<think></think><answer>${gold}</answer>`);
      await page.getByText("Ask the Model and the Rewards").click();
      const written = page.locator(".round", { hasText: "written by hand" });
      await written.locator(".answer", { hasText: "written by hand" }).waitFor();
      await written.locator(".scores tr", { hasText: "correct" }).waitFor();
      assert.match((await written.locator(".scores").innerText()).replaceAll(/\s+/g, " "), /correct 1/);
      await written.locator(".verdict summary", { hasText: "✓ right" }).waitFor();
      await ui.screenshot("playground-written");
    });

    it("keeps its answers over a hidden tab, and says what cannot be asked", async () => {
      const rounds = await (await open()).locator(".round").count();
      await vscode.commands.executeCommand("workbench.action.files.newUntitledFile");
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      const page = await open();
      await page
        .locator(".round")
        .nth(rounds - 1)
        .waitFor();
      assert.equal(await page.locator(".round").count(), rounds);
      await page.locator("textarea[name=prompt]").fill("a".repeat(4000));
      await ui.page.keyboard.press("Control+Enter");
      await page.locator(".round .problem", { hasText: /4000 tokens|do not fit/ }).waitFor();
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });

    it("stays quick with twenty rounds of many answers: what is in sight is in the document", async () => {
      await vscode.commands.executeCommand("reasoningLab.tryCheckpoint");
      const page = await open();
      await page.locator("textarea[name=prompt]").fill("1+1=");
      await page.locator("input[name=samples]").fill("64");
      await page.locator("input[name=samples]").press("Enter");
      const rounds = page.locator(".round[aria-busy=false] .answer:nth-child(64)");
      // What the tests before have left makes room for these.
      for (let round = 1; round <= 20; round++) {
        await page.locator("vscode-button", { hasText: /^\s*Sample\s*$/ }).click();
        await until(`round ${round} is drawn`, async () => (await rounds.count()) === round);
      }
      const told = await page.locator(".answer > header span:nth-child(3)").allInnerTexts();
      const all = told.reduce((sum, text) => sum + Number(/^\d+/.exec(text)?.[0] ?? 0), 0);
      const drawn = await page.locator(".strip .token").count();
      assert.equal(await page.locator(".answer").count(), 20 * 64);
      assert.ok(drawn > 0 && drawn < all / 5, `${drawn} of ${all} tokens are in the document`);
      const strip = page.locator(".answer .strip").first();
      await strip.focus();
      const took: number[] = [];
      for (let key = 0; key < 5; key++)
        took.push(
          await strip.evaluate(async (element) => {
            const dom = globalThis as unknown as {
              requestAnimationFrame: (next: () => void) => void;
              KeyboardEvent: new (name: string, init: object) => unknown;
            };
            const start = performance.now();
            (element as unknown as { dispatchEvent: (event: unknown) => void }).dispatchEvent(
              new dom.KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
            );
            await new Promise<void>((resolve) =>
              dom.requestAnimationFrame(() => dom.requestAnimationFrame(() => resolve())),
            );
            return performance.now() - start;
          }),
        );
      console.log(`        ${drawn} of ${all} tokens drawn; keys ${took.map((one) => one.toFixed(0)).join(", ")} ms`);
      await ui.screenshot("playground-many");
      await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    });
  });
}
