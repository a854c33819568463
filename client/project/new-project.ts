/** *New Project*: recipe, task, reward, cases and types in a folder of its own. */
import * as vscode from "vscode";
import { commands } from "../command-ids";
import { registerCommand } from "../failures";
import { projectSampleSchema, projectSamples, type ProjectSample } from "../../server/protocol/project-samples";
import { showInformation } from "../messages";
import { reached } from "../walkthrough";
import type { LabApi } from "../lab-api";

export function registerProjectCommands(context: vscode.ExtensionContext, api: LabApi): void {
  registerCommand(context, commands.newProject, async (target) => {
    const sample = typeof target === "string" ? "chain-sum" : await pickSample();
    if (!sample) return undefined;
    const folder = typeof target === "string" ? vscode.Uri.file(target) : await pickFolder();
    if (!folder) return undefined;
    const { recipe } = await api.ask("newProject", { folder: folder.fsPath, sample });
    await reached("project");
    await open(folder, vscode.Uri.file(recipe));
    return recipe;
  });
}

async function pickSample(): Promise<ProjectSample | undefined> {
  const items = projectSampleSchema.options.map((sample) => {
    const { title, about } = projectSamples[sample];
    return { sample, label: title, detail: about };
  });
  const chosen = await vscode.window.showQuickPick(items, {
    title: "New Reasoning Lab Project",
    placeHolder: "What it starts with",
  });
  return chosen?.sample;
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const inside = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = await vscode.window.showInputBox({
    title: "New Reasoning Lab Project",
    prompt: inside
      ? `Name of the new folder in ${inside.fsPath}; empty: this folder itself`
      : "Name of the new project's folder",
    value: inside ? "" : "my-reasoning-lab",
    validateInput: (value) => (/[\\/:*?"<>|]|^\.+$/.test(value) ? "A folder name, without slashes." : null),
  });
  if (name === undefined) return undefined;
  if (inside) return name === "" ? inside : vscode.Uri.joinPath(inside, name);
  const [parent] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: "Create Project Here",
      title: `Where should ${name} go?`,
    })) ?? [];
  return parent && vscode.Uri.joinPath(parent, name);
}

/** Shows the recipe; a project outside of the workspace is offered to be opened, which closes what is open now. */
async function open(folder: vscode.Uri, recipe: vscode.Uri): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(recipe)) {
    await vscode.window.showTextDocument(recipe);
    return;
  }
  const choice = await showInformation(`The project is in ${folder.fsPath}.`, "Open Folder", "Add to Workspace");
  if (choice === "Open Folder") await vscode.commands.executeCommand("vscode.openFolder", folder);
  if (choice === "Add to Workspace") {
    const count = vscode.workspace.workspaceFolders?.length ?? 0;
    vscode.workspace.updateWorkspaceFolders(count, 0, { uri: folder });
    await vscode.window.showTextDocument(recipe);
  }
}
