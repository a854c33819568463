/** Keeps paths that a file from elsewhere names within the folder that they belong to. */
import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { UserError } from "../shared/user-error";

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

/** Links that one path may go through, as on Linux. */
const mostLinks = 40;

const partsOf = (path: string): string[] => path.split(sep === "/" ? "/" : /[\\/]/);

/**
 * Whether a path lies below a folder, also once all links are followed. What is outside is not touched, neither by its name nor through a link: it may
 * be on a host that is told of who looks.
 */
export function leadsWithin(folder: string, path: string): boolean {
  if (!liesWithin(folder, path)) return false;
  try {
    const root = leadsTo(folder);
    let at = root;
    const left = partsOf(relative(folder, path));
    for (let links = 0; left.length > 0;) {
      const part = left.shift()!;
      if (part === "" || part === ".") continue;
      // Without links in it, so that this is the folder above.
      at = part === ".." ? dirname(at) : join(at, part);
      if (at !== root && !liesWithin(root, at)) return false;
      if (!lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
      if (++links > mostLinks) return false;
      const target = readlinkSync(at);
      if (isAbsolute(target)) {
        const base = [root, folder].find((name) => target === name || liesWithin(name, target));
        if (base === undefined || partsOf(target).includes("..")) return false;
        left.unshift(...partsOf(relative(base, target)));
        at = root;
      } else {
        left.unshift(...partsOf(target));
        at = dirname(at);
      }
    }
    return at !== root;
  } catch {
    // Nothing that may be looked at.
    return false;
  }
}

/** `name` below `folder`, absolute. Throws an Error for people when it leads elsewhere; `what` begins the sentence. */
export function pathWithin(folder: string, name: string, what: string): string {
  const path = resolve(folder, name);
  // The other system's separators and drives are names here, and paths where the folder is looked at next.
  const foreign = process.platform !== "win32" && (name.includes("\\") || /^[a-z]:/i.test(name));
  if (!foreign && !name.includes("\0") && leadsWithin(folder, path)) return path;
  throw new UserError(`${what} names ${JSON.stringify(name)}, which is outside of ${folder}: it is not read.`);
}
