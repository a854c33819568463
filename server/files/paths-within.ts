/** Keeps paths that a file from elsewhere names within the folder that they belong to. */
import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** Whether a path lies below a folder, by their names alone. */
export function liesWithin(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== "" && !isAbsolute(inside) && inside.split(sep)[0] !== "..";
}

/** Where a path leads, links followed; of what is not there yet, where it would be made. */
export function leadsTo(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false })) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(leadsTo(parent), basename(path));
}

/** Whether a path lies below a folder, also once all links are followed. A path that is outside by its name is not touched. */
export function leadsWithin(folder: string, path: string): boolean {
  if (!liesWithin(folder, path)) return false;
  try {
    return liesWithin(leadsTo(folder), leadsTo(path));
  } catch {
    // A link that leads nowhere, or round in a circle.
    return false;
  }
}

/** `name` below `folder`, absolute. Throws an Error for people when it leads elsewhere; `what` begins the sentence. */
export function pathWithin(folder: string, name: string, what: string): string {
  const path = resolve(folder, name);
  // The other system's separators and drives are names here, and paths where the folder is looked at next.
  const foreign = process.platform !== "win32" && (name.includes("\\") || /^[a-z]:/i.test(name));
  if (!foreign && !name.includes("\0") && leadsWithin(folder, path)) return path;
  throw new Error(`${what} names ${JSON.stringify(name)}, which is outside of ${folder}: it is not read.`);
}
