/** Which recipe a command is about. */
import * as vscode from "vscode";
import { pickFile, saveOpen, type FileKind } from "../pick-file";

const recipes: FileKind = { what: "recipe", names: "*.lab.json", question: "Which recipe?" };

const isRecipe = (uri: vscode.Uri): boolean => uri.path.endsWith(".lab.json");

/** The recipe that was named, or is open, or is the only one; else one is picked. Its unsaved changes are saved. */
export async function pickRecipe(target: unknown): Promise<vscode.Uri | undefined> {
  const recipe = namedRecipe(target) ?? (await pickFile(recipes));
  if (recipe) await saveOpen(recipe);
  return recipe;
}

function namedRecipe(target: unknown): vscode.Uri | undefined {
  if (target instanceof vscode.Uri) return target;
  if (typeof target === "string") return vscode.Uri.parse(target, true);
  const active = vscode.window.activeTextEditor?.document.uri;
  return active && isRecipe(active) ? active : undefined;
}
