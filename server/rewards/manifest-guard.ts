/** What esbuild reads by itself while it looks for a module: it waits for ever for a pipe, and reads a device without an end. So these are looked at first. */
import { readdirSync, type Dirent } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isFolder, readText, refuseUnreadable, sizeLimits, statsOf, UnusableFile } from "../files/workspace-file";
import { parseBoundedJson } from "../shared/bounded-json";

const packageManifest = "package.json";
const manifests = [packageManifest, "tsconfig.json", "jsconfig.json", ".pnp.cjs", ".pnp.js", ".pnp.data.json"];

/** A folder, and all that it lies in. */
export function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

const isRelative = (path: string): boolean => /^\.{1,2}(?:[\\/]|$)/.test(path);

/** All texts within a value of JSON. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What `#names` of a package stand for. */
function aliasesOf(folder: string): string[] {
  try {
    const manifest = parseBoundedJson(readText(join(folder, packageManifest), sizeLimits.source));
    return typeof manifest === "object" && manifest !== null ? textsIn(Reflect.get(manifest, "imports")) : [];
  } catch {
    // esbuild says what is wrong with it.
    return [];
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // esbuild does not see them either.
    return [];
  }
}

/** Of one build. The function takes a name as code imports it, and the folder of the code. Throws {@link UnusableFile}. */
export function manifestGuard(): (name: string, from: string) => void {
  const looked = new Set<string>();
  function lookAt(folder: string): void {
    for (const each of ancestors(folder)) {
      if (looked.has(each)) return;
      looked.add(each);
      // esbuild reads into these.
      if (each.endsWith(".zip") && statsOf(each)?.isDirectory() === false)
        throw new UnusableFile(`${each} is an archive, from which nothing is imported.`);
      for (const manifest of manifests.map((name) => join(each, name)))
        if (statsOf(manifest) !== null) refuseUnreadable(manifest, sizeLimits.source);
    }
  }
  const walked = new Set<string>();
  /** Its manifest says in which of its folders a module of it lies. */
  function lookInto(folder: string): void {
    if (walked.has(folder)) return;
    walked.add(folder);
    lookAt(folder);
    for (const entry of entriesOf(folder))
      if (entry.name !== "node_modules" && (entry.isDirectory() || entry.name.endsWith(".zip")))
        (entry.isDirectory() ? lookInto : lookAt)(join(folder, entry.name));
  }
  const asked = new Set<string>();
  return function look(name, from) {
    lookAt(from);
    if (asked.has(`${from}\0${name}`)) return;
    asked.add(`${from}\0${name}`);
    if (isAbsolute(name) || isRelative(name)) lookAt(resolve(from, name));
    else if (name.startsWith("#"))
      for (const folder of ancestors(from)) for (const alias of aliasesOf(folder)) look(alias, folder);
    else {
      const parts = name.split("/").slice(0, name.startsWith("@") ? 2 : 1);
      for (const folder of ancestors(from).map((each) => join(each, "node_modules", ...parts)))
        if (isFolder(folder)) lookInto(folder);
    }
  };
}
