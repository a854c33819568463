/** Something that is downloaded and set up, with a notification that shows how far it is and can cancel. */
import * as vscode from "vscode";
import type { SetupProgress } from "../../server/protocol/engine";
import type { LabApi } from "../lab-api";
import { progressText } from "./texts";

/** What the work gives; null: somebody has cancelled it. Throws what the work throws otherwise. */
export async function withSetupProgress<T>(
  api: LabApi,
  title: string,
  work: (token: vscode.CancellationToken) => Thenable<T>,
): Promise<T | null> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  let cancelled = false;
  return vscode.window.withProgress(options, async (report, token) => {
    token.onCancellationRequested(() => (cancelled = true));
    const show = (progress: SetupProgress): void => report.report({ message: progressText(progress) });
    return api
      .while("setupProgress", show, async () => work(token))
      .catch((error: unknown) => {
        if (!cancelled) throw error;
        return null;
      });
  });
}
