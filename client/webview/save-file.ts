/** Saves what a page made where the person says. */
import { join } from "node:path";
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { Given } from "../../server/protocol/methods";

/** Whether it was saved: the person may have thought better of it. */
export async function saveFile({ name, content }: Given<"saveFile">): Promise<boolean> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const target = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.file(join(folder.fsPath, name)) });
  if (target === undefined) return false;
  const bytes = content.kind === "text" ? Buffer.from(content.text, "utf8") : Buffer.from(content.base64, "base64");
  await vscode.workspace.fs.writeFile(target, bytes);
  return true;
}
