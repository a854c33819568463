/** What the files that a run learns from hold, as hashes: told apart later. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { dataFiles } from "../recipes/data-files";
import { resolveFrom } from "../recipes/resolve-from";
import type { Recipe } from "../recipes/schema";
import type { StageSpec } from "../recipes/stages";

/** Bytes read at a time: a data set may be larger than memory. */
const part = 1 << 20;

/** SHA-256 of a file, or `missing` where there is none: labels, say, that nobody has given yet. */
function fileHash(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return "missing";
  }
  try {
    const hash = createHash("sha256");
    const buffer = Buffer.alloc(part);
    for (let size = 0; (size = readSync(descriptor, buffer)) > 0;) hash.update(buffer.subarray(0, size));
    return hash.digest("hex");
  } finally {
    closeSync(descriptor);
  }
}

/** Hashes of the files that stages read, by their paths as the recipe has them. */
export const dataHashes = (
  recipe: Recipe,
  recipeFolder: string,
  stages: readonly StageSpec[] = recipe.stages,
): Record<string, string> =>
  Object.fromEntries(dataFiles(recipe, stages).map((file) => [file, fileHash(resolveFrom(recipeFolder, file))]));
