/** Opens links to the curves of a run: of runs that the server lists; a folder that is not open only once a person has said so. */
import { basename, join, resolve } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../server/shared/user-error";
import { showFailure } from "../failures";
import type { LabApi } from "../lab-api";
import { confirmed, showWarning } from "../messages";
import type { RunList } from "../runs/run-list";
import { openCurves } from "./index";
import { parseLink } from "./link";

export function registerLinks(context: vscode.ExtensionContext, api: LabApi, runs: RunList): void {
  context.subscriptions.push(
    vscode.window.registerUriHandler({
      handleUri: async (uri) => {
        try {
          await openLink(context, api, runs, uri);
        } catch (error) {
          await showFailure(error);
        }
      },
    }),
  );
}

async function openLink(context: vscode.ExtensionContext, api: LabApi, runs: RunList, uri: vscode.Uri): Promise<void> {
  const { run, in: folder = null, stage = null, step = null } = parseLink(uri);
  await runs.refresh();
  const named = runs.entries().filter((entry) => basename(entry.folder) === run);
  const found = named.find(({ workspaceFolder }) => resolve(workspaceFolder) === folder) ?? named[0];
  if (found) {
    const stages = found.record?.stages.map(({ name }) => name) ?? [];
    if (stage !== null && stage !== "*" && !stages.includes(stage))
      void showWarning(`The run ${run} has no stage ${stage}: its newest one is shown.`);
    openCurves(context, api, { run: found.folder, stage, step });
    return;
  }
  const open = (vscode.workspace.workspaceFolders ?? []).map(({ uri: { fsPath } }) => resolve(fsPath));
  if (folder === null || open.includes(folder))
    throw new UserError(`The run ${run} that the link names is not in this workspace. It may have been deleted.`);
  // Nothing of the folder is looked at before somebody wants it.
  const sure = await confirmed(
    "Open the folder that this link names?",
    `It is to the run ${run} in ${folder}, which is not open in this window. Open it only if you trust who sent the link.`,
    "Open in New Window",
  );
  if (!sure) return;
  const place = vscode.Uri.file(join(folder, ".reasoning-lab", "runs", run));
  const there = await vscode.workspace.fs.stat(place).then(
    () => true,
    () => false,
  );
  if (!there) throw new UserError(`There is no run ${run} in ${folder}.`);
  await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(folder), { forceNewWindow: true });
}
