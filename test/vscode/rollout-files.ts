/** Files of other tools in the traces page: by double click, and by a form where their columns say nothing. */
import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { WorkbenchPage } from "./page";

const testData = join(__dirname, "..", "..", "server", "rollout-files", "test-data");

export function rolloutFiles(ui: WorkbenchPage): void {
  const workspace = (): string => vscode.workspace.workspaceFolders![0]!.uri.fsPath;

  describe("Rollouts of other tools", () => {
    it("open by their name, and say what became what", async () => {
      const folder = join(workspace(), "trl", "completions");
      await mkdir(folder, { recursive: true });
      for (const name of ["completions_00012.parquet", "completions_00013.parquet"])
        await copyFile(join(testData, name), join(folder, name));
      await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(join(folder, "completions_00012.parquet")));
      const page = await ui.webview(".file-header");
      await page.locator(".file-header", { hasText: "Completions of TRL" }).waitFor();
      await page.locator(".sample", { hasText: "accuracy_reward" }).first().waitFor();
      await page.locator(".became summary").focus();
      await ui.page.keyboard.press("Enter");
      await page.locator(".became li", { hasText: "weights of 1" }).waitFor();
      await ui.screenshot("rollouts-trl");
      await page.locator(".became summary").click();
      await page.locator(".file-header button", { hasText: "Read all 2 files" }).click();
      await page.locator("[aria-label='Newest step']").click();
      await page.locator(".group-header", { hasText: "2+2=" }).waitFor();
      assert.equal(await page.locator("input.step").inputValue(), "13");
    });

    it("show tokens with their alternatives where a log of Inspect has them", async () => {
      const content = [
        {
          token: "3",
          logprob: -0.5,
          top_logprobs: [
            { token: "3", logprob: -0.5 },
            { token: "four", logprob: -1 },
          ],
        },
      ];
      interface Log {
        samples: { output: { choices: { logprobs?: unknown }[] } }[];
      }
      const log = JSON.parse(await readFile(join(testData, "sums.json"), "utf8")) as Log;
      for (const { output } of log.samples) output.choices[0]!.logprobs = { content };
      const file = vscode.Uri.file(join(workspace(), "with-tokens.json"));
      await writeFile(file.fsPath, JSON.stringify(log));
      await vscode.commands.executeCommand("vscode.openWith", file, "reasoningLab.rolloutTable");
      // Not the page of the file before, which may still be there.
      const page = await ui.webview(".file-header b[title$='with-tokens.json']");
      await page.locator(".sample button", { hasText: "Tokens" }).first().click();
      await page.locator(".strip").focus();
      await ui.page.keyboard.press("Control+Home");
      await page.locator(".numbers .alternatives tr", { hasText: "four" }).waitFor();
      assert.doesNotMatch(await page.locator(".numbers").innerText(), /\bid\b/);
      await page.locator(".numbers .alternatives").scrollIntoViewIfNeeded();
      await ui.screenshot("rollouts-inspect-tokens");
    });

    it("are read by the columns that somebody chooses, by keyboard", async () => {
      const file = vscode.Uri.file(join(workspace(), "mine.jsonl"));
      const rows = Array.from({ length: 40 }, (_, index) => ({
        frage: `Was ist ${index >> 2}+1?`,
        antwort: index % 4 === 0 ? `<think>zähle</think>${(index >> 2) + 1}` : `keine Ahnung ${index}`,
        punkte: index % 4 === 0 ? 1 : 0.25,
      }));
      await writeFile(file.fsPath, rows.map((row) => JSON.stringify(row)).join("\n"));
      await vscode.commands.executeCommand("vscode.openWith", file, "reasoningLab.rolloutTable");
      const page = await ui.webview("form.columns");
      await page.locator("select[name=prompt]").focus();
      await ui.page.keyboard.type("frage");
      await page.locator("select[name=completion]").focus();
      await ui.page.keyboard.type("antwort");
      await page.locator("select[name=reward]").focus();
      await ui.page.keyboard.type("punkte");
      await ui.screenshot("rollouts-columns");
      await page.locator("form.columns .primary").focus();
      await ui.page.keyboard.press("Enter");
      await page.locator(".groups .count", { hasText: "10 groups" }).waitFor();
      await page.locator(".sample", { hasText: "zähle" }).first().waitFor();
      await ui.screenshot("rollouts-mapped");
    });

    it("are filtered by a line that completes itself, says what is wrong where, and is kept; and searched", async () => {
      const page = await ui.webview("filter-line input");
      const line = page.locator("filter-line input");
      await line.focus();
      await ui.page.keyboard.type("rew");
      await page.locator("filter-line [role=option]", { hasText: "reward" }).first().waitFor();
      await ui.page.keyboard.press("ArrowDown");
      await ui.page.keyboard.press("Enter");
      assert.equal(await line.inputValue(), "reward ");
      await ui.page.keyboard.type("> 0.8 und");
      await page.locator(".filter-problem", { hasText: "Write and, or or, before what follows." }).waitFor();
      assert.equal(await page.locator("filter-line .bad").innerText(), "und");
      await ui.screenshot("rollouts-filter-problem");
      for (let key = 0; key < 4; key++) await ui.page.keyboard.press("Backspace");
      await page.locator(".groups .count", { hasText: "10 groups with 10 matching rollouts" }).waitFor();
      await ui.page.keyboard.type(' and prompt ~ "ist 3+"');
      await ui.page.keyboard.press("Enter");
      await page.locator(".groups .count", { hasText: "1 group with 1 matching rollout" }).waitFor();
      await page.locator(".group-header mark", { hasText: "ist 3+" }).waitFor();
      const called = async (button: string, name: string): Promise<void> => {
        await page.locator(`button[title='${button}']`).click();
        const field = ui.page.locator(".quick-input-widget input.input").first();
        await field.waitFor();
        await field.fill(name);
        await field.press("Enter");
      };
      await called("Keep this filter…", "Threes");
      await page.locator("vscode-single-select[label='Show']", { hasText: "Threes" }).waitFor();
      await called("Rename this filter…", "Sums of three");
      await page.locator("vscode-single-select[label='Show']", { hasText: "Sums of three" }).waitFor();
      await page.locator("button[title='Forget this filter']").waitFor();
      await ui.screenshot("rollouts-filter");
      await line.fill("");
      await line.press("Enter");
      await page.locator("input[type=search]").fill("/ahnung [12]\\d/i");
      await page.locator(".groups .count", { hasText: "6 groups with 15 matching rollouts" }).waitFor();
      await page.locator(".sample mark", { hasText: "Ahnung 1" }).first().waitFor();
      await ui.screenshot("rollouts-search");
      await page.locator("input[type=search]").fill("");
      await page.locator(".groups .count", { hasText: /^10 groups$/ }).waitFor();
      const list = page.locator(".groups .list");
      await list.focus();
      await ui.page.keyboard.press("End");
      await page.locator(".group-header", { hasText: "Was ist 9+1?" }).waitFor();
    });
  });
}
