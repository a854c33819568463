/** *Verify Text…*: how the maths verifier judges a selection, step by step, in a document that cannot be edited. */
import * as vscode from "vscode";
import { commands } from "../command-ids";
import type { LabApi } from "../lab-api";
import { registerCommand } from "../failures";
import { UserError } from "../../server/shared/user-error";

const uri = vscode.Uri.parse("reasoning-lab-verdict:/Verdict");

export function registerVerifyText(context: vscode.ExtensionContext, api: LabApi): void {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let verdict = "";
  context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(uri.scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => verdict,
    }),
  );
  registerCommand(context, commands.verifyText, async () => {
    const text = selectedText();
    const answer = await vscode.window.showInputBox({
      title: "Verify Text",
      prompt: "The correct answer, as a task would give it",
      placeHolder: "42, or $\\frac{1}{2}$",
      ignoreFocusOut: true,
      validateInput: (value) => (value.trim() === "" ? "Enter an answer to compare with." : undefined),
    });
    if (answer === undefined) return undefined;
    const result = await api.ask("verifyText", { text, answer });
    verdict = result.report;
    changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    return result;
  });
}

/** What is selected, else the whole text of the editor. */
function selectedText(): string {
  const editor = vscode.window.activeTextEditor;
  const text = editor?.document.getText(editor.selection.isEmpty ? undefined : editor.selection) ?? "";
  if (text.trim() === "")
    throw new UserError("Select a completion in an editor first: Verify Text judges what is selected.");
  return text;
}
