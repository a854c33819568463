/** Which recipe a command is about. */
import * as vscode from "vscode";
import { Failure } from "../failures";

const isRecipe = (uri: vscode.Uri): boolean => uri.path.endsWith(".lab.json");

/** The recipe that was named, or is open, or is the only one; else one is picked. Its unsaved changes are saved: the server reads files. */
export async function pickRecipe(target: unknown): Promise<vscode.Uri | undefined> {
  const recipe = namedRecipe(target) ?? (await findRecipe());
  if (recipe) {
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === recipe.toString());
    if (open?.isDirty) await open.save();
  }
  return recipe;
}

function namedRecipe(target: unknown): vscode.Uri | undefined {
  if (target instanceof vscode.Uri) return target;
  if (typeof target === "string") return vscode.Uri.parse(target, true);
  const active = vscode.window.activeTextEditor?.document.uri;
  return active && isRecipe(active) ? active : undefined;
}

async function findRecipe(): Promise<vscode.Uri | undefined> {
  const recipes = await vscode.workspace.findFiles("**/*.lab.json", "**/{node_modules,.reasoning-lab}/**", 100);
  if (recipes.length === 0) {
    throw new Failure("There is no recipe (*.lab.json) in this workspace.", { kind: "new-project" });
  }
  if (recipes.length === 1) return recipes[0];
  const items = recipes.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { placeHolder: "Which recipe?" }))?.uri;
}
