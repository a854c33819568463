/** A message when a run needs somebody: it failed, paused, or its process has vanished. Each state of a run is told once. */
import * as vscode from "vscode";
import type { RunEntry } from "../../server/protocol/editor";
import { isLive, type RunEnding, type RunStatus } from "../../server/protocol/run";
import { commands } from "../command-ids";
import { openPlace, showFailure } from "../failures";
import type { LabApi } from "../lab-api";
import { showError, showInformation, showWarning } from "../messages";
import { rewardErrorOf } from "./reward-error";
import type { RunList } from "./run-list";
import { heldOutText } from "../../server/protocol/held-out-text";
import { runTitle } from "../../server/protocol/run-title";
import { endText, isEvaluation } from "./titles";

/** Where the window keeps which runs lived when it was last there. */
const liveRuns = "liveRuns";

export function registerNotices(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  const known = new Map<string, RunStatus>();
  const lived = new Set(context.workspaceState.get<readonly string[]>(liveRuns, []));
  let first = true;
  context.subscriptions.push(
    runs.onChanged((entries) => {
      for (const [index, entry] of entries.entries()) {
        const status = entry.record?.status;
        if (!status) continue;
        const before = known.get(entry.folder);
        known.set(entry.folder, status);
        // What ended before this window opened is old news, unless no window was there to say so, or the newest run was cut off.
        const news = first
          ? lived.has(entry.folder) || (index === 0 && status === "interrupted")
          : before !== undefined && before !== status;
        if (news) tell(api, entry, status);
      }
      first = false;
      const live = entries.filter(({ record }) => isLive(record)).map(({ folder }) => folder);
      if (live.length === lived.size && live.every((folder) => lived.has(folder))) return;
      lived.clear();
      for (const folder of live) lived.add(folder);
      void context.workspaceState.update(liveRuns, live);
    }),
  );
}

const skipping = "Resume and Skip the Batch";
const accepting = "Resume and Accept";
const resumeLabels: Readonly<Record<RunEnding["resumeWays"][number], string>> = {
  "as-is": "Resume",
  "skip-batch": skipping,
  "accept-changes": accepting,
};
const openReward = "Open Reward";

/** Opens the line at which the run's reward failed; the traces with its errors where none is named. */
async function openFailedReward(api: LabApi, entry: RunEntry): Promise<void> {
  try {
    const place = await rewardErrorOf(api, entry);
    if (place) await openPlace(place);
    else await vscode.commands.executeCommand(commands.openTraces, entry.folder);
  } catch (error) {
    void showFailure(error);
  }
}

function tell(api: LabApi, entry: RunEntry, status: RunStatus): void {
  const text = endText(entry);
  const resume = (choice: string | undefined): void => {
    if (choice === skipping) void vscode.commands.executeCommand(commands.resumeRun, entry.folder, true);
    if (choice === accepting) void vscode.commands.executeCommand(commands.resumeRun, entry.folder, false, true);
    if (choice === "Resume") void vscode.commands.executeCommand(commands.resumeRun, entry.folder);
    if (choice === openReward) void openFailedReward(api, entry);
    if (choice === "Show Logs") void vscode.commands.executeCommand(commands.showLogs);
    if (choice === "Show Pipeline") void vscode.commands.executeCommand(commands.showPipeline, entry.folder);
    if (choice === "Open Live Curves") void vscode.commands.executeCommand(commands.openCurves, entry.folder);
  };
  switch (status) {
    case "running":
    case "stopping":
      return;
    case "completed": {
      const last = entry.record?.stages.at(-1);
      const result = last ? heldOutText({ ...last, before: null }, 3) : null;
      const curves = isEvaluation(entry) ? [] : ["Open Live Curves"];
      const done = `${runTitle(entry)} is done.${result === null ? "" : ` Held-out ${result}.`}`;
      void showInformation(done, ...curves, "Show Pipeline").then(resume);
      return;
    }
    case "stopped":
      void showInformation(text, "Resume").then(resume);
      return;
    case "paused":
    case "interrupted": {
      const ways = (entry.record?.resumeWays ?? []).map((way) => resumeLabels[way]);
      const look = entry.record?.pausedFor === "reward" ? openReward : "Show Logs";
      void showWarning(text, look, ...ways).then(resume);
      return;
    }
    case "failed":
      void showError(text, "Show Logs", "Resume").then(resume);
  }
}
