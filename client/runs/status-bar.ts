/** One item: the run under way. A click opens its curves; the hover says which engine runs and why, and how rewards are limited. */
import * as vscode from "vscode";
import type { RunEntry } from "../../server/protocol/editor";
import { drawingText } from "../../server/protocol/drawing";
import { isLive } from "../../server/protocol/run";
import { named } from "../../server/shared/unseen";
import { commands } from "../command-ids";
import type { RunList } from "./run-list";
import { later } from "../../server/shared/coalesce";
import { durationText } from "../../server/shared/duration";
import { runTitle } from "../../server/protocol/run-title";
import { outdatedRewards, outdatedText, statusText } from "./titles";

/** Milliseconds between changes of the text. */
const interval = 500;

export function registerStatusBar(context: vscode.ExtensionContext, runs: RunList): void {
  const item = vscode.window.createStatusBarItem("reasoningLab.run", vscode.StatusBarAlignment.Left, 0);
  item.name = "Reasoning Lab Run";
  let shownFor: string | null = null;
  const show = (): void => {
    const live = runs.entries().find(({ record }) => isLive(record));
    if (!live) {
      item.hide();
      return;
    }
    const text = statusText(live) ?? `${live.record?.name ?? "run"} starting`;
    const outdated = outdatedText(live);
    item.text = named(`$(sync~spin) ${text}${outdated === null ? "" : ` · $(warning) ${outdated}`}`);
    item.backgroundColor = outdated === null ? undefined : new vscode.ThemeColor("statusBarItem.warningBackground");
    item.accessibilityInformation = {
      label: ["Reasoning Lab", text, ...(outdated === null ? [] : [outdated])].join(": "),
    };
    item.tooltip = named(tooltip(live));
    if (shownFor !== live.folder) {
      shownFor = live.folder;
      item.command = { command: commands.openCurves, title: "Open Live Curves", arguments: [live.folder] };
    }
    item.show();
  };
  // An item that changes faster than a click takes cannot be clicked.
  const redraw = later(show, interval);
  context.subscriptions.push(item, runs.onChanged(redraw.hint), { dispose: redraw.cancel });
}

function tooltip(entry: RunEntry): string {
  const { record, progress } = entry;
  const limits = entry.live?.limits;
  return [
    runTitle(entry),
    ...outdatedRewards(entry).map(({ text, message }) => `${text}. ${message}`),
    progress?.drawing ? `${drawingText(progress.drawing)} in this step` : null,
    progress?.secondsLeft == null ? null : `${durationText(progress.secondsLeft)} left in ${progress.stage}`,
    record ? `Engine ${record.engine.name}: ${record.engine.reason}` : null,
    limits ? `Reward code: ${limits.reason}` : null,
    "Click to open the live curves.",
  ]
    .filter((line) => line !== null)
    .join("\n");
}
