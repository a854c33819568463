/** Which file of a kind a command is about. */
import * as vscode from "vscode";
import { Failure } from "./failures";

export interface FileKind {
  /** `recipe` */
  readonly what: string;
  /** `*.lab.json` */
  readonly names: string;
  /** `Which recipe?` */
  readonly question: string;
}

/** The workspace's only one, else one that is picked; undefined: none was. Throws a {@link Failure} where there is none. */
export async function pickFile({ what, names, question }: FileKind): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles(`**/${names}`, "**/{node_modules,.reasoning-lab}/**", 100);
  if (files.length === 0)
    throw new Failure(`There is no ${what} (${names}) in this workspace.`, { kind: "new-project" });
  if (files.length === 1) return files[0];
  const items = files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { placeHolder: question }))?.uri;
}

/** Saves what is unsaved of a file: the server reads files. */
export async function saveOpen(uri: vscode.Uri): Promise<void> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open?.isDirty) await open.save();
}
