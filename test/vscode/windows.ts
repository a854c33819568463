/** Runs do not depend on the process that started them: the window's server is killed, and the one after it shows the run and stops it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { notifications } from "./notifications";
import type { WorkbenchPage } from "./page";
import { runThat, stepOf, until } from "./run-files";

/** The language server's process, where the system tells: a child of the extension host. */
const serverProcess = (): number | null =>
  readdirSync("/proc")
    .map(Number)
    .find((pid) => {
      try {
        const parent = Number(
          readFileSync(`/proc/${pid}/stat`, "utf8")
            .replace(/^.*\) /s, "")
            .split(" ")[1],
        );
        return (
          parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(join("dist", "server.js"))
        );
      } catch {
        return false;
      }
    }) ?? null;

export function windows(ui: WorkbenchPage): void {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const recipe = join(workspace, "chain-sum.lab.json");
  const statusBar = ui.page.locator("#reasoning-lab\\.reasoning-lab\\.reasoningLab\\.run");
  const messages = notifications(ui);

  describe("A run whose window's server is gone", () => {
    it("was asked once what becomes of it when the last window is closed", async () => {
      await vscode.workspace
        .getConfiguration("reasoningLab")
        .update("runsWhenClosed", "ask", vscode.ConfigurationTarget.Global);
      await messages.press("What should happen to runs when you close the last window?", "Keep Running");
      const setting = (): unknown => vscode.workspace.getConfiguration("reasoningLab").get("runsWhenClosed");
      await until("the answer is kept", () => setting() === "keepRunning");
      await messages.clear();
    });

    (process.platform === "linux" ? it : it.skip)(
      "goes on, is shown by the next one, and stops from there",
      async () => {
        writeFileSync(recipe, readFileSync(recipe, "utf8").replace(/"steps": (60|4000)/, '"steps": 9000'));
        await vscode.commands.executeCommand("reasoningLab.runStage", vscode.Uri.file(recipe).toString(), "cold-start");
        const { folder, record } = await runThat(workspace, "it trains", (run) => stepOf(run, "cold-start") > 20);
        const server = serverProcess();
        assert.ok(server !== null);
        process.kill(server, "SIGKILL");
        const next = await runThat(
          workspace,
          "it goes on",
          (run) => stepOf(run, "cold-start") > stepOf(record, "cold-start") + 20,
        );
        assert.equal(next.folder, folder);
        assert.equal(next.record.process?.pid, record.process?.pid);
        await until("another server runs", () => ![null, server].includes(serverProcess()));
        const shown = async (): Promise<number> =>
          Number(/SFT (\d+)\/9000/.exec((await statusBar.textContent()) ?? "")?.[1]);
        const before = await shown();
        await until("the status bar moves on", async () => (await shown()) > before);
        await ui.screenshot("run-after-its-server");
        await vscode.commands.executeCommand("reasoningLab.stopRun", folder);
        await runThat(workspace, "it has stopped", ({ status }) => status === "stopped");
        await messages.shows("stopped with a checkpoint");
      },
    );
  });
}
