/** Metrics of other tools, as a person chooses them: by a dialog, read with a word on that. */
import * as vscode from "vscode";
import type { Result } from "../../server/protocol/methods";
import type { LabApi } from "../lab-api";

export async function askForTracker(): Promise<string | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: "Metrics of TRL, verl, TensorBoard, Trackio, or any table with a step",
      openLabel: "Open",
      canSelectFiles: true,
      // One dialog offers both on macOS only; elsewhere folders are opened from the explorer.
      canSelectFolders: process.platform === "darwin",
      defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file("/"),
    })) ?? [];
  return chosen?.fsPath;
}

/** Rejects with a sentence on what the file is not. */
export const readTracker = async (api: LabApi, file: string): Promise<Result<"openTracker">> =>
  vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: "Reading metrics…" }, () =>
    api.ask("openTracker", { file }),
  );

/** For a page that has room for more runs; null: none was chosen. */
export async function chooseTracker(api: LabApi): Promise<Result<"chooseTracker">> {
  const file = await askForTracker();
  if (file === undefined) return null;
  const { runs } = await readTracker(api, file);
  return { file, runs };
}
