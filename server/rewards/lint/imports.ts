/** Imports of files and packages that are not there. Modules of Node that a reward has not are told by `discoverRewards`. */
import { dirname, join } from "node:path";
import { isBuiltin } from "../builtins";
import type { LintContext } from "./context";
import type { Finding } from "./finding";
import type { Node } from "./syntax";

/** Whether there is a file or a folder; of a path that may not be looked at, true. */
export type Exists = (path: string) => boolean;

const endings = [
  "",
  ".ts",
  ".mts",
  ".cts",
  ".tsx",
  ".js",
  ".mjs",
  ".cjs",
  ".jsx",
  ".json",
  ".txt",
  "/index.ts",
  "/index.js",
];

/** `file`: the reward file, absolute. */
export function importFindings({ syntax }: LintContext, file: string, exists: Exists): Finding[] {
  return syntax.nodes.flatMap((node): Finding[] => {
    const source = importedFrom(node);
    if (source === null || isBuiltin(source.value) || source.value === "reasoning-lab") return [];
    const problem = problemOf(source.value, file, exists);
    if (problem === null) return [];
    const offset = source.node.start ?? 0;
    return [
      {
        rule: "missing-import",
        offset,
        length: (source.node.end ?? 0) - offset,
        message: problem,
        fixes: [],
        sample: null,
      },
    ];
  });
}

function importedFrom(node: Node): { readonly value: string; readonly node: Node } | null {
  if (node.type === "ImportDeclaration")
    return node.importKind === "type" ? null : { value: node.source.value, node: node.source };
  if (node.type === "ExportAllDeclaration" || node.type === "ExportNamedDeclaration")
    return node.source && node.exportKind !== "type" ? { value: node.source.value, node: node.source } : null;
  if (node.type !== "ImportExpression" || node.source.type !== "StringLiteral") return null;
  return { value: node.source.value, node: node.source };
}

function problemOf(specifier: string, file: string, exists: Exists): string | null {
  if (/^\.\.?(\/|$)/.test(specifier)) {
    const path = join(dirname(file), specifier);
    // TypeScript is imported under the name of what it becomes, too.
    const found =
      endings.some((ending) => exists(path + ending)) || (/\.m?js$/.test(path) && exists(path.replace(/js$/, "ts")));
    return found ? null : `There is no ${specifier} beside this file, so the reward does not load.`;
  }
  // Names that a tsconfig or a package.json makes up are esbuild's to find.
  if (/^[#~/]|^@\/|^[a-z]+:/i.test(specifier)) return null;
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (exists(join(folder, "node_modules", name))) return null;
    // Paths of a tsconfig may lead elsewhere.
    if (folder === dirname(folder)) break;
  }
  return `The package ${name} is not installed, so the reward does not load. Install it in the project (npm install ${name}), or do without.`;
}
