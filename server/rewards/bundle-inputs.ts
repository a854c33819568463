/** What may become part of a reward's bundle: code, JSON and text of its workspace and of installed packages. Who reads it may send it anywhere. */
import { dirname, extname, join, resolve, sep } from "node:path";
import type { Loader, Metafile, OnLoadResult, OnResolveArgs, PartialMessage, Plugin, PluginBuild } from "esbuild";
import { leadsTo, liesWithin } from "../files/paths-within";
import { readBytes, sizeLimits } from "../files/workspace-file";
import { builtinSource, closedText, isBuiltin, isOpen, plainName } from "./builtins";
import { ancestors, manifestGuard } from "./manifest-guard";
import { messageOf } from "../shared/user-error";

export interface BundleInputs {
  /** The reward file, absolute. */
  readonly file: string;
  /** Its workspace folder, absolute. */
  readonly workspace: string;
  /** What `reasoning-lab` is, absolute. */
  readonly runtimeModule: string;
  /** Told of each file that becomes part of the bundle, with its content as it was read. */
  readonly taken?: (path: string, content: Buffer) => void;
}

/** What may be imported, by its ending, and as what. */
const loaders: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".jsx": "jsx",
  ".json": "json",
  ".txt": "text",
};
const data: ReadonlySet<Loader | undefined> = new Set(["json", "text"]);

const isInPackages = (path: string): boolean => path.includes(`${sep}node_modules${sep}`);

/**
 * Code may name a source map, which esbuild would read from wherever that is. What stands in the comment is written in a way that means the same in a text
 * of the code, where it may stand too, and is no comment of that kind.
 */
const withoutSourceMap = (code: string): string => code.replace(/([#@] sourceMappingURL)=(?!data:)/g, "$1\\x3d");

/** A name that is made at run time takes all that it may be along: `./data/${name}.json` as `./data/**\/*.json`. */
interface Pattern {
  /** The file that it stands in. */
  readonly importer: string;
  /** Where all of them lie. */
  readonly folder: string;
}

function patternsOf({ inputs }: Metafile, root: string): Pattern[] {
  return Object.entries(inputs).flatMap(([input, { imports }]) => {
    const importer = resolve(root, input);
    return imports
      .filter(({ path, external }) => external && /^\.\.?\/[^*]*\*/.test(path))
      .map(({ path }) => ({ importer, folder: resolve(dirname(importer), path.replace(/[^/]*\*.*$/s, "")) }));
  });
}

const isOurs = Symbol("resolved for us");
const refused = (text: string): { errors: PartialMessage[] } => ({ errors: [{ text }] });

export function bundleInputs({ file, workspace, runtimeModule, taken }: BundleInputs): Plugin {
  // Links followed, as of every input.
  const [home, beside] = [leadsTo(workspace), dirname(leadsTo(file))];
  const packages = [...new Set([...ancestors(home), ...ancestors(beside)])].map((folder) =>
    join(folder, "node_modules"),
  );
  const isIn = (folders: readonly string[], path: string): boolean =>
    folders.some((folder) => liesWithin(folder, path));
  /** Why a file that was found cannot be imported; null: it can. */
  function problemOf(path: string, importer: string): string | null {
    const real = leadsTo(path);
    const isPackage = isIn(packages, real);
    if (isInPackages(importer) && isIn(packages, importer) && !isPackage)
      return `A package imports ${real}, which is no part of a package`;
    if (!isPackage && !isIn([home, beside], real))
      return `${real} is outside of the workspace ${workspace}, and in none of its node_modules: it is not read. Open the folder that holds both, or copy it into the workspace`;
    if (!(extname(real) in loaders))
      return `${real} is neither code nor JSON nor text (${Object.keys(loaders).join(" ")})`;
    return null;
  }
  const lookForManifests = manifestGuard();
  /** Files that were asked for by their names. */
  const named = new Set([file, runtimeModule]);

  /** What {@link problemOf} says of files that came by a pattern: esbuild asks nobody where one leads. */
  function patternProblem(metafile: Metafile, root: string): string | null {
    const patterns = patternsOf(metafile, root);
    const isPackage = (path: string): boolean => isIn(packages, path);
    for (const { importer, folder } of patterns)
      if (isPackage(importer) && !isPackage(folder))
        return `${importer} imports from ${folder}, which is no part of a package`;
    const asked = patterns.filter(({ importer }) => !isPackage(importer));
    const files = Object.keys(metafile.inputs).filter((input) => !input.startsWith("builtin:"));
    for (const path of files.map((input) => resolve(root, input)))
      if (!named.has(path) && !isPackage(path) && !asked.some(({ folder }) => liesWithin(folder, path)))
        return `A package imports ${path}, which is no part of a package`;
    return null;
  }

  async function find(build: PluginBuild, args: OnResolveArgs) {
    const { path, importer, resolveDir, kind } = args;
    lookForManifests(kind === "entry-point" ? file : path, resolveDir);
    if (kind === "entry-point") return { path: file };
    if (isBuiltin(path)) {
      const name = plainName(path);
      // Of the user's own file it is a mistake. Packages name what they rarely use.
      if (!isOpen(name) && !isInPackages(importer)) return refused(closedText(name).replace(/\.$/, ""));
      return { path: name, namespace: "builtin" };
    }
    const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: isOurs });
    // esbuild says itself what it does not find.
    if (found.errors.length > 0 || found.namespace !== "file") return undefined;
    const problem = problemOf(found.path, importer);
    if (problem !== null) return refused(problem);
    named.add(found.path);
    return undefined;
  }

  return {
    name: "reward-inputs",
    setup(build) {
      build.onResolve({ filter: /^reasoning-lab$/ }, () => ({ path: runtimeModule }));
      build.onResolve({ filter: /.*/ }, (args) =>
        // What the module of ours names is ours.
        args.pluginData === isOurs || (args.kind !== "entry-point" && args.importer === runtimeModule)
          ? undefined
          : find(build, args).catch((error: unknown) => refused(messageOf(error))),
      );
      build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }): OnLoadResult => ({
        contents: builtinSource(path),
        loader: "js",
      }));
      build.onLoad({ filter: /.*/, namespace: "file" }, ({ path }): OnLoadResult => {
        try {
          const problem = named.has(path) ? null : problemOf(path, file);
          if (problem !== null) return refused(problem);
          const loader = loaders[extname(path)] ?? "ts";
          const contents = readBytes(path, isInPackages(path) ? sizeLimits.module : sizeLimits.source);
          taken?.(path, contents);
          const isCode = path !== runtimeModule && !data.has(loader);
          return { contents: isCode ? withoutSourceMap(contents.toString("utf8")) : contents, loader };
        } catch (error) {
          return refused(messageOf(error));
        }
      });
      build.onEnd(({ metafile }) => {
        const problem = metafile ? patternProblem(metafile, build.initialOptions.absWorkingDir ?? home) : null;
        return problem === null ? undefined : refused(problem);
      });
    },
  };
}
