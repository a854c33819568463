/** *Get a Model…*: a small model to start from, into the workspace. The language server brings it. */
import * as vscode from "vscode";
import { costText, needsAreOf, needsText, type ModelOffer } from "../../server/protocol/models";
import { hubNameOf, isHub } from "../../server/shared/hub-name";
import { UserError } from "../../server/shared/user-error";
import { commands } from "../command-ids";
import { withSetupProgress } from "../engine/with-setup-progress";
import { registerCommand } from "../failures";
import type { LabApi } from "../lab-api";
import { showInformation } from "../messages";

export function registerModelCommands(context: vscode.ExtensionContext, api: LabApi): void {
  registerCommand(context, commands.getModel, (name) =>
    typeof name === "string" && isHub(name) ? bring(api, name, name, null) : getModel(api),
  );
}

interface ModelItem extends vscode.QuickPickItem {
  /** Null: one of the Hub, which is asked for. */
  readonly name: string | null;
}

const itemOf = (offer: ModelOffer): ModelItem => ({
  label: offer.title,
  description: costText(offer),
  // First what decides whether it can be used here: the end of a long line is cut.
  detail: `Memory: ${needsText(offer)}. ${offer.about}`,
  name: offer.name,
});

const hubItem: ModelItem = {
  label: "Another model of the Hugging Face Hub…",
  detail:
    "By its name, hf:ORG/NAME. It goes into the Hub's cache on this machine, which Python's libraries share; HF_HOME and HF_ENDPOINT hold. For models that are not given to everybody: Set Hugging Face Token…",
  name: null,
};

/** `hf:ORG/NAME`, as the person types it; undefined: none. */
const askForName = async (): Promise<string | undefined> => {
  const typed = await vscode.window.showInputBox({
    title: "Get a Model",
    prompt: "Name on the Hugging Face Hub; @REVISION behind it is optional",
    placeHolder: "hf:HuggingFaceTB/SmolLM2-135M-Instruct",
    validateInput: (text) =>
      hubNameOf(withScheme(text)) === null ? "Type ORG/NAME, or ORG/NAME@REVISION." : undefined,
  });
  return typed === undefined ? undefined : withScheme(typed);
};

const withScheme = (text: string): string => (isHub(text.trim()) ? text.trim() : `hf:${text.trim()}`);

async function folderForModel(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) throw new UserError("Open a folder first: the model goes into its models folder.");
  if (folders.length === 1) return folders[0]!.uri;
  return (await vscode.window.showWorkspaceFolderPick({ placeHolder: "Into which folder?" }))?.uri;
}

/** Path of what was brought; undefined: nothing was. */
async function getModel(api: LabApi): Promise<string | undefined> {
  const items = [...(await api.ask("modelOffers", {})).map(itemOf), hubItem];
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Get a Model",
    placeHolder: needsAreOf,
    matchOnDescription: true,
  });
  if (!chosen) return undefined;
  if (chosen.name === null) {
    const name = await askForName();
    return name === undefined ? undefined : bring(api, name, name, null);
  }
  // One of the Hub goes into its cache.
  if (isHub(chosen.name)) return bring(api, chosen.name, chosen.name, null);
  const folder = await folderForModel();
  return folder === undefined ? undefined : bring(api, chosen.name, chosen.label, folder.fsPath);
}

/** Brings one with a notification; `label`: what it is called there, `folder`: of the workspace, null for one of the Hub. */
async function bring(api: LabApi, name: string, label: string, folder: string | null): Promise<string | undefined> {
  const found = await withSetupProgress(api, label, (token) => api.ask("getModel", { name, folder }, token));
  if (!found) {
    void showInformation("Cancelled. The next try continues from what was already downloaded.");
    return undefined;
  }
  const path = found.checkpoint ?? vscode.workspace.asRelativePath(found.path, false);
  void showInformation(
    `${found.checkpoint === null ? `${label} is in ${path}` : `${path} is in ${found.path}`}. A recipe takes it as the checkpoint of its model.`,
    "Copy for a Recipe",
  ).then((answer) => {
    if (answer) void vscode.env.clipboard.writeText(`"checkpoint": ${JSON.stringify(path)}`);
  });
  return found.path;
}
