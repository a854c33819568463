/** What becomes of runs when the last window is closed: VS Code lets nobody ask then, so it is asked once, when the first run begins. */
import * as vscode from "vscode";
import { isLive } from "../../server/protocol/run";
import { showInformation } from "../messages";
import type { RunList } from "./run-list";

const asked = "askedWhenClosed";
const keep = "Keep Running";
const stop = "Stop with a Checkpoint";

export function registerWhenClosed(context: vscode.ExtensionContext, runs: RunList): void {
  // A window that is reloaded while the question is open asks again.
  let asking = false;
  context.subscriptions.push(
    runs.onChanged(async (entries) => {
      if (!entries.some(({ record, live }) => isLive(record) && live?.origin === "editor")) return;
      const settings = vscode.workspace.getConfiguration("reasoningLab");
      if (asking || settings.get("runsWhenClosed") !== "ask" || context.globalState.get(asked) === true) return;
      asking = true;
      const chosen = await showInformation(
        "This run continues when you reload or close its window, and the next window shows it. What should happen to runs when you close the last window? (Setting: Reasoning Lab › Runs When Closed)",
        keep,
        stop,
      );
      await context.globalState.update(asked, true);
      if (chosen === undefined) return;
      const value = chosen === keep ? "keepRunning" : "stop";
      await settings.update("runsWhenClosed", value, vscode.ConfigurationTarget.Global);
    }),
  );
}
