/** A line at the end of a file, as one edit that can be undone. */
import * as vscode from "vscode";
import { UserError } from "../../server/shared/user-error";

/** Appends a line as one edit that can be undone, saves it where nothing else was unsaved, and shows it. */
export async function appendLine(uri: vscode.Uri, line: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  const document = await vscode.workspace.openTextDocument(uri).then(
    (opened) => opened,
    () => null,
  );
  const text = document?.getText() ?? "";
  const dirty = document?.isDirty ?? false;
  if (document === null) edit.createFile(uri, { ignoreIfExists: true });
  const end = document?.lineAt(document.lineCount - 1).range.end ?? new vscode.Position(0, 0);
  const newline = document?.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const before = text === "" || text.endsWith("\n") ? "" : newline;
  edit.insert(uri, end, `${before}${line}${newline}`);
  if (!(await vscode.workspace.applyEdit(edit))) throw new UserError(`${uri.fsPath} could not be edited.`);
  const edited = await vscode.workspace.openTextDocument(uri);
  const at = new vscode.Position(end.line + (before === "" ? 0 : 1), 0);
  await vscode.window.showTextDocument(edited, {
    viewColumn: vscode.ViewColumn.Beside,
    selection: new vscode.Range(at, at),
  });
  if (!dirty) await edited.save();
}
