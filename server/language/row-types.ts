/** `types/rows.d.ts` of a project: what the rows of its recipes have, so that the editor checks and completes `row.question`. */
import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { leadsWithin } from "../files/paths-within";
import { isFile, readText, sizeLimits } from "../files/workspace-file";
import type { RowColumns } from "../protocol/row-columns";
import { parseRecipe } from "../recipes/parse";
import { replaceFile } from "../runs/atomic-file";
import { generatedMark, rowDeclarations } from "../tasks/column-types";
import { joinColumns, rowColumns } from "../tasks/row-columns";
import { messageOf } from "../shared/user-error";

/** Recipes of a folder that are looked at. */
const mostRecipes = 20;

/** The recipes beside each other in a folder, absolute. */
export function recipesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".lab.json"))
      .toSorted()
      .slice(0, mostRecipes)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Columns that recipes' rows have; a recipe that cannot be read has no say, and data that cannot is told. */
export function columnsOfRecipes(recipes: readonly string[]): RowColumns {
  const problems: string[] = [];
  const all = recipes.flatMap((path) => {
    try {
      const { recipe } = parseRecipe(readText(path, sizeLimits.recipe));
      return recipe ? [rowColumns(recipe, dirname(path))] : [];
    } catch (error) {
      problems.push(messageOf(error));
      return [];
    }
  });
  return { columns: joinColumns(all), problems };
}

/** The folder whose types rewards of a file are checked by: the nearest around it that has `types/reasoning-lab.d.ts`; null: there is none in the workspace folder. */
export function typedFolder(file: string, workspaceFolder: string): string | null {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (isFile(join(folder, "types", "reasoning-lab.d.ts"))) return folder;
    if (folder === workspaceFolder || folder === dirname(folder)) return null;
  }
}

export type RowTypesWritten = "written" | "as it was" | "somebody's own" | "nothing known";

/** Writes the types of a project, unless somebody else has written that file. Throws an Error where it cannot be written. */
export function writeRowTypes(
  folder: string,
  workspaceFolder: string,
  { columns }: RowColumns,
  recipes: readonly string[],
): RowTypesWritten {
  const path = join(folder, "types", "rows.d.ts");
  if (columns.length === 0) return "nothing known";
  if (!leadsWithin(workspaceFolder, join(folder, "types"))) return "somebody's own";
  const stats = lstatSync(path, { throwIfNoEntry: false });
  const text = rowDeclarations(
    columns,
    recipes.map((recipe) => basename(recipe)),
  );
  if (stats) {
    if (!stats.isFile()) return "somebody's own";
    const before = readText(path, sizeLimits.source);
    if (!before.startsWith(generatedMark)) return "somebody's own";
    if (before === text) return "as it was";
  }
  replaceFile(path, text);
  return "written";
}
