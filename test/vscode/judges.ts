/** A reward that judges: its key from the command, what it says and costs in the lens, and a run that asks it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { judgeServer, partsOf, scoreText, type JudgeServer } from "../../server/processes/rewards/judge-server.testing";
import { notifications } from "./notifications";
import type { WorkbenchPage } from "./page";
import { readRecord, runFolders, until } from "./run-files";

/** No key of anybody. */
const key = "sk-of-this-test-0123456789";

/** Text of all files below a folder but the store of traces. */
function textsIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(jsonl?|ts|md)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

/** Needs a workspace with a finished run and labels. */
export function judges(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const reward = join(workspace, "rewards", "judged.reward.ts");
  const recipe = join(workspace, "judged.lab.json");
  const lens = (text: string | RegExp) => ui.page.locator(".codelens-decoration a", { hasText: text }).first();
  const messages = notifications(ui);
  let server: JudgeServer;

  const source = (model: string): string => `import { judge, type Reward } from "reasoning-lab";

const careful = judge({
  name: "careful",
  rubric: "Is every step right?",
  ${model},
  price: { input: 1, output: 1 },
});

/** What the judge says. */
export const judged: Reward = ({ prompt, completion }) => careful.score({ prompt, completion });
`;

  describe("Judges", () => {
    before(async () => {
      server = await judgeServer((asked) =>
        asked.headers.authorization === `Bearer ${key}`
          ? { text: scoreText(((partsOf(asked)["completion"] ?? "").length % 11) / 10, "counted") }
          : { status: 401, body: "no such key" },
      );
      writeFileSync(reward, source(`endpoint: "${server.endpoint}", model: "m", key: "JUDGE_KEY"`));
      const rewards = [{ function: "rewards/judged.reward.ts#judged", hosts: [server.host], keys: ["JUDGE_KEY"] }];
      const rl = { kind: "reasoning-rl", steps: 2, prompts_per_step: 2, num_generations: 2, max_completion_length: 10 };
      const of = {
        name: "Judged",
        model: { num_hidden_layers: 1, hidden_size: 32, num_attention_heads: 2, intermediate_size: 64 },
        task: { name: "chain-sum", min_terms: 3, max_terms: 3, max_operand: 5, max_total: 9 },
        rewards,
        stages: [rl],
        evaluation: { prompts: 2, samples: 2, every: 0, during_prompts: 2, max_completion_length: 10 },
      };
      writeFileSync(recipe, JSON.stringify(of, null, 2));
    });
    after(() => server.close());

    it("are asked with a key from the command, which is in no file", async () => {
      // A page that is drawn anew takes the focus, and a list that loses it is gone.
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      await ui.command("Reasoning Lab: Set Key of Judge…");
      const row = ui.page.locator(".quick-input-list .monaco-list-row", { hasText: `JUDGE_KEY` });
      await row.first().waitFor();
      assert.match(await row.first().innerText(), new RegExp(`for ${server.host}`));
      await ui.screenshot("judge-key");
      await row.first().click();
      await ui.page.locator(".quick-input-widget .quick-input-title", { hasText: "Key JUDGE_KEY" }).waitFor();
      const input = ui.page.locator(".quick-input-widget input.input").first();
      await input.fill(key);
      assert.equal(await input.getAttribute("type"), "password");
      await input.press("Enter");
      await messages.shows(`The key JUDGE_KEY is stored for ${server.host}.`);
    });

    it("say in the lens how far they agree with people", async () => {
      await vscode.window.showTextDocument(vscode.Uri.file(reward), { preview: false });
      await lens("Score samples").click();
      await lens(/^agrees with people on \d+ % \(\d+–\d+ %\) of \d+ pairs$/).waitFor();
      await ui.screenshot("judge-agreement");
      await messages.shows("judge careful: ");
      const asked = server.asked.length;
      assert.ok(asked > 10);
      // What was said is known.
      await lens("Score samples").click();
      await messages.shows("judge careful: 0 calls");
      assert.equal(server.asked.length, asked);
    });

    it("are asked by a run that goes on by itself, and what they cost is in its metrics", async () => {
      const before = runFolders(workspace).length;
      await vscode.commands.executeCommand("reasoningLab.runPipeline", vscode.Uri.file(recipe).toString());
      await until("a run has begun", () => runFolders(workspace).length > before);
      const folder = runFolders(workspace)[0]!;
      await until("it is over", () => readRecord(folder).status !== "running");
      assert.equal(readRecord(folder).status, "completed", readRecord(folder).message ?? "");
      const rows = readFileSync(join(folder, "metrics.jsonl"), "utf8").trim().split("\n");
      const judged = rows.map((row) => JSON.parse(row) as Record<string, number>).filter((row) => "reward" in row);
      assert.equal(judged.length, 2);
      for (const row of judged) {
        assert.equal((row["judge/careful/calls"] ?? 0) + (row["judge/careful/cached"] ?? 0), 4);
        assert.ok((row["judge/careful/cost"] ?? 0) > 0);
      }
      assert.ok(readdirSync(join(folder, "judgements")).length === 1);
      assert.ok(!textsIn(workspace).includes(key));
    });

    it("of the editor are an error that says so where VS Code has no model", async () => {
      writeFileSync(reward, source('model: "vscode:gpt-4o"').replace(/ {2}price.*\n/, ""));
      await vscode.window.showTextDocument(vscode.Uri.file(reward), { preview: false });
      await until("the file is as it was saved", () =>
        vscode.window.activeTextEditor!.document.getText().includes("vscode:"),
      );
      await lens("Score samples").click();
      await messages.shows('VS Code has no model "gpt-4o" that extensions may use.');
    });
  });
}
