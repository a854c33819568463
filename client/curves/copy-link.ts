/** Puts links to the curves of a run onto the clipboard. */
import { basename, resolve } from "node:path";
import * as vscode from "vscode";
import type { Given, Result } from "../../server/protocol/methods";
import { linkTo } from "./link";

/** `workspaceFolder`: that of the run. */
export async function copyLink(
  context: vscode.ExtensionContext,
  workspaceFolder: string,
  { folder, stage, step }: Given<"copyLink">,
): Promise<Result<"copyLink">> {
  const place = { run: basename(folder), workspaceFolder: resolve(workspaceFolder), stage, step };
  const link = linkTo(vscode.env.uriScheme, context.extension.id, place);
  await vscode.env.clipboard.writeText(link);
  return { link };
}
