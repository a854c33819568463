/** The number of a run's alarms at the edge of its row, where a long title leaves no room for a description. */
import * as vscode from "vscode";
import type { RunEntry } from "../../server/protocol/editor";
import { plural } from "../../server/shared/plural";
import type { RunList } from "./run-list";

const scheme = "reasoning-lab-run";

/** What the row of a run is told by; it names no file that could be opened. */
export const runUri = ({ folder }: Pick<RunEntry, "folder">): vscode.Uri => vscode.Uri.file(folder).with({ scheme });

export function registerHealthBadges(context: vscode.ExtensionContext, runs: RunList): void {
  const changed = new vscode.EventEmitter<vscode.Uri[]>();
  let alarms = new Map<string, number>();
  context.subscriptions.push(
    changed,
    runs.onChanged((entries) => {
      const before = alarms;
      const uris = new Map(entries.map((run) => [runUri(run).toString(), run]));
      alarms = new Map([...uris].map(([uri, { health }]) => [uri, health?.alarms ?? 0]));
      const others = [...alarms].filter(([uri, count]) => count !== (before.get(uri) ?? 0));
      if (others.length > 0) changed.fire(others.map(([uri]) => vscode.Uri.parse(uri)));
    }),
    vscode.window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration(uri) {
        const count = uri.scheme === scheme ? (alarms.get(uri.toString()) ?? 0) : 0;
        if (count === 0) return undefined;
        const colour = new vscode.ThemeColor("list.warningForeground");
        return new vscode.FileDecoration(count > 9 ? "9+" : String(count), plural(count, "alarm"), colour);
      },
    }),
  );
}
