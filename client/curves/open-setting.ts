/** From a health note to what changes it: a setting at its place in the recipe, a threshold in the settings of VS Code. */
import * as vscode from "vscode";
import type { Given, Result } from "../../server/protocol/methods";
import type { LabApi } from "../lab-api";

/** Beside the page, which stays to be read. Throws an Error for people where the recipe has no such stage any more. */
export async function openSetting(
  api: LabApi,
  { folder, stage, setting }: Given<"openSetting">,
): Promise<Result<"openSetting">> {
  const { uri } = await api.ask("recipeOfRun", { folder });
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const { offset, length, there } = await api.ask("settingPlace", { text: document.getText(), stage, setting });
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    selection: new vscode.Range(document.positionAt(offset), document.positionAt(offset + length)),
  });
  return { there };
}

export async function openThreshold({ name }: Given<"openThreshold">): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.openSettings", `@id:reasoningLab.health.${name}`);
}
