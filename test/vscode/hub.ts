/** A gated model of the Hub: refused, its token set at the button, brought, and the token in no file. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { hubServer, type HubServer } from "../../server/model-setup/hub-server.testing";
import { notifications } from "./notifications";
import { setting, type WorkbenchPage } from "./page";
import { runFolders, until } from "./run-files";

/** Of nobody. */
const token = "hf_OfThisTest0123456789";

/** Needs a workspace with a finished run. */
export function hub(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const profile = setting("REASONING_LAB_PROFILE");
  const recipe = join(workspace, "gated.lab.json");
  const messages = notifications(ui);
  const picker = ui.page.locator(".quick-input-widget");
  const rows = picker.locator(".monaco-list-row");
  let server: HubServer;

  describe("A gated model of the Hub", () => {
    before(async () => {
      const checkpoints = join(runFolders(workspace)[0]!, "checkpoints");
      const checkpoint = join(checkpoints, readdirSync(checkpoints)[0]!);
      const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
      const files = new Map(names.map((name) => [name, readFileSync(join(checkpoint, name))]));
      server = await hubServer(files, Number(new URL(setting("HF_ENDPOINT")).port));
      server.token = token;
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      const model = { checkpoint: "hf:org/tiny" };
      const stages = [{ kind: "cold-start", steps: 1, examples: 2 }];
      const task = { name: "chain-sum", min_terms: 3, max_terms: 3, max_operand: 5, max_total: 9 };
      const rewards = [{ function: "rewards/chain-sum.reward.ts#correct" }];
      writeFileSync(recipe, JSON.stringify({ name: "Gated", model, task, rewards, stages }, null, 2));
    });
    after(() => server.close());

    const filesWithToken = (): string[] =>
      [workspace, profile]
        .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((path) => readFileSync(path).includes(token));
    const problems = (): string[] =>
      vscode.languages.getDiagnostics(vscode.Uri.file(recipe)).map(({ message }) => message);

    it("is an error of the recipe that offers to get it", async () => {
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(recipe));
      await until("the recipe says so", () => problems().some((text) => text.includes("is not on this machine")));
      const [{ range }] = vscode.languages.getDiagnostics(editor.document.uri) as [vscode.Diagnostic];
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        "vscode.executeCodeActionProvider",
        editor.document.uri,
        range,
      );
      const action = actions.find(({ title }) => title === "Get hf:org/tiny");
      assert.deepEqual(action?.command?.arguments, ["hf:org/tiny"]);
    });

    it("offers the same where a run is started, and without a token says what to do", async () => {
      await vscode.commands.executeCommand("reasoningLab.runPipeline", vscode.Uri.file(recipe).toString());
      await messages.press("is not on this machine", "Get Model");
      await messages.press("hf:org/tiny is not given to everybody", "Set Token…");
      assert.ok(server.asked.every(({ authorization }) => authorization === undefined));
      await picker.locator(".quick-input-title", { hasText: "Set Hugging Face Token" }).waitFor();
      const input = picker.locator("input.input").first();
      await input.fill(`${token} x`);
      await picker.locator(".quick-input-message", { hasText: "A token is one word" }).waitFor();
      await input.fill(token);
      assert.equal(await input.getAttribute("type"), "password");
      await ui.screenshot("hub-token");
      await input.press("Enter");
      await messages.shows("hf:org/tiny is in ");
      assert.ok(server.asked.some(({ authorization }) => authorization === `Bearer ${token}`));
      await until("the recipe has no error", () => problems().length === 0);
      assert.deepEqual(filesWithToken(), []);
    });

    it("is asked for with the token until that is removed, and no file has it", async () => {
      await ui.command("Reasoning Lab: Set Hugging Face Token…");
      await rows.filter({ hasText: "Remove the Token" }).click();
      await messages.shows("The Hugging Face token is removed.");
      const asked = server.asked.length;
      await vscode.commands.executeCommand("reasoningLab.getModel", "hf:org/tiny");
      assert.equal(server.asked.length, asked + 1);
      assert.equal(server.asked.at(-1)?.authorization, undefined);
      assert.deepEqual(filesWithToken(), []);
    });
  });
}
