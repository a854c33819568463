/** What the files that a run learns from hold, as hashes: told apart later. */
import { createHash } from "node:crypto";
import { closeSync, readSync } from "node:fs";
import { openFile } from "../files/workspace-file";
import { basename } from "node:path";
import { dataFiles } from "../recipes/data-files";
import { resolveFrom } from "../recipes/resolve-from";
import type { Recipe } from "../recipes/schema";
import type { StageSpec } from "../recipes/stages";
import { filesOf } from "../rows/data-file";
import { keptOfFiles } from "./kept-of-files";

/** Bytes read at a time: a data set may be larger than memory. */
const part = 1 << 20;

/** SHA-256 of a file, or `missing` where there is none: labels, say, that nobody has given yet. */
function fileHash(path: string): string {
  let descriptor: number;
  try {
    descriptor = openFile(path);
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

const keptHash = keptOfFiles<string>();

/** Of a path with a star, all that it names: their names and what they hold. */
const pathHash = (path: string): string => keptHash(path, [path], () => hashOf(path));

function hashOf(path: string): string {
  const files = filesOf(path);
  if (files.length < 2 && files[0] === path) return fileHash(path);
  if (files.length === 0) return "missing";
  const parts = files.map((file) => [basename(file), fileHash(file)]);
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Hashes of the files that stages read, by their paths as the recipe has them. */
export const dataHashes = (
  recipe: Recipe,
  recipeFolder: string,
  stages: readonly StageSpec[] = recipe.stages,
): Record<string, string> =>
  Object.fromEntries(dataFiles(recipe, stages).map((file) => [file, pathHash(resolveFrom(recipeFolder, file))]));
