/** *Apply to Recipe*: settings of a what-if go into the recipe as one edit, shown and not saved. */
import * as vscode from "vscode";
import type { Given } from "../../server/protocol/methods";
import { UserError } from "../../server/shared/user-error";
import type { LabApi } from "../lab-api";

/** Throws an Error for people where the recipe has changed so that they have no place in it. */
export async function applySettings(
  api: LabApi,
  { folder, stage, settings, weights }: Given<"applySettings">,
): Promise<void> {
  const { uri } = await api.ask("recipeOfRun", { folder });
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const text = document.getText();
  const { version } = document;
  const edit = await api.ask("recipeEdit", { stage, settings, weights, text });
  if (document.version !== version) throw new UserError("The recipe was edited meanwhile. Apply it again.");
  const range = new vscode.Range(document.positionAt(edit.offset), document.positionAt(edit.offset + edit.length));
  const workspaceEdit = new vscode.WorkspaceEdit();
  workspaceEdit.replace(document.uri, range, edit.text);
  if (!(await vscode.workspace.applyEdit(workspaceEdit)))
    throw new UserError(`${document.uri.fsPath} could not be edited.`);
  const end = document.positionAt(edit.offset + edit.text.length);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.Beside,
    selection: new vscode.Range(document.positionAt(edit.offset), end),
  });
}
