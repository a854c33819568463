import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { isFolder } from "./workspace-file";

/**
 * Makes a folder that a person named, with those around it. One after the other: Node's own recursion never ends where a folder refuses all others, as
 * `/proc` does. Throws what the system says.
 */
export function makeFolders(path: string): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolders(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}
