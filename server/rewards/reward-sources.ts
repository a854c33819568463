/** What a bundle was made of, apart by whose it is: the project's own files with their content, packages by name and version, and our own library. */
import { createHash } from "node:crypto";
import { dirname, join, relative, sep } from "node:path";
import * as z from "zod";
import { leadsTo, liesWithin } from "../files/paths-within";
import { readText } from "../files/workspace-file";
import { parseBoundedJson } from "../shared/bounded-json";

export interface OwnSource {
  /** From the workspace folder, with `/`; from the reward's folder where it lies outside of that. */
  readonly path: string;
  /** SHA-256 of the content. */
  readonly hash: string;
  readonly content: Buffer;
}

export interface PackageSource {
  readonly name: string;
  /** Null: its package.json does not say. */
  readonly version: string | null;
  /** SHA-256 over the files of it that were bundled. */
  readonly hash: string;
}

export interface RewardSources {
  /** By path. */
  readonly own: readonly OwnSource[];
  /** By name and version. */
  readonly packages: readonly PackageSource[];
  /** SHA-256 of what `reasoning-lab` is; null: the reward imports nothing of it. */
  readonly library: string | null;
}

export const contentHash = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

const manifestSchema = z.object({ version: z.string().max(100) });
/** Bytes of a package.json. */
const longestManifest = 1 << 20;

const inPackages = `${sep}node_modules${sep}`;

/** Folder of the package that a file is of; null: of none. */
function packageFolder(path: string): { readonly name: string; readonly folder: string } | null {
  const at = path.lastIndexOf(inPackages);
  if (at < 0) return null;
  const start = at + inPackages.length;
  const [first = "", second = ""] = path.slice(start).split(sep);
  const name = first.startsWith("@") ? `${first}/${second}` : first;
  return { name, folder: path.slice(0, start + name.length) };
}

function versionIn(folder: string): string | null {
  try {
    return manifestSchema.parse(parseBoundedJson(readText(join(folder, "package.json"), longestManifest))).version;
  } catch {
    return null;
  }
}

const slashed = (path: string): string => path.split(sep).join("/");

/** `contents`: of all files of a bundle, by their absolute paths. */
export function sourcesOf(
  contents: ReadonlyMap<string, Buffer>,
  { file, workspace, runtimeModule }: Readonly<Record<"file" | "workspace" | "runtimeModule", string>>,
): RewardSources {
  // Links followed, as esbuild follows them.
  const homes = [workspace, leadsTo(workspace)];
  const nameOf = (path: string): string =>
    slashed(relative(homes.find((home) => liesWithin(home, path)) ?? dirname(file), path));
  const own: OwnSource[] = [];
  const packages = new Map<string, { name: string; files: [string, string][] }>();
  let library: string | null = null;
  for (const [path, content] of contents) {
    const hash = contentHash(content);
    const of = packageFolder(path);
    if (path === runtimeModule) library = hash;
    else if (of === null) own.push({ path: nameOf(path), hash, content });
    else {
      const known = packages.get(of.folder) ?? { name: of.name, files: [] };
      known.files.push([slashed(relative(of.folder, path)), hash]);
      packages.set(of.folder, known);
    }
  }
  return {
    own: own.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    packages: [...packages]
      .map(([folder, { name, files }]) => ({
        name,
        version: versionIn(folder),
        hash: contentHash(JSON.stringify(files.toSorted(([a], [b]) => (a < b ? -1 : 1)))),
      }))
      .toSorted((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1)),
    library,
  };
}

/** Of several bundles together, each file and package once. */
export const allSources = (sources: readonly RewardSources[]): RewardSources => ({
  own: [...new Map(sources.flatMap(({ own }) => own.map((one) => [`${one.path} ${one.hash}`, one]))).values()],
  packages: [...new Map(sources.flatMap(({ packages }) => packages.map((one) => [JSON.stringify(one), one]))).values()],
  library: sources.find(({ library }) => library !== null)?.library ?? null,
});
