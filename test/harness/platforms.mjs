// Platforms that there are packages for, and the one file in which packages differ: esbuild's binary, which bundles rewards at run time.
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./node.mjs";
import { npm } from "./processes.mjs";

/** `vsce package --target` names them as Node does: `process.platform`-`process.arch`. */
export const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"];

export const thisPlatform = `${process.platform}-${process.arch}`;

/** @param {string} platform */
export const esbuildPackage = (platform) => `@esbuild/${platform}`;

/**
 * Folder of esbuild's binary for a platform: of `node_modules` for this one, else fetched by npm into `.vscode-test/platforms`, at the version and with the
 * checksum of `package-lock.json`. Throws when it is another.
 * @param {string} platform
 */
export async function esbuildBinary(platform) {
  const name = esbuildPackage(platform);
  const installed = join(root, "node_modules", ...name.split("/"));
  if (existsSync(installed)) return installed;
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
  const locked = packages[`node_modules/${name}`];
  if (!locked) throw new Error(`esbuild has no binary for ${platform}.`);
  const folder = join(root, ".vscode-test", "platforms", platform);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  // `--force`: it is not for this platform.
  await npm(["install", "--force", "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${locked.version}`], folder);
  const fetched = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8")).packages[
    `node_modules/${name}`
  ];
  if (fetched.integrity !== locked.integrity)
    throw new Error(`${name}@${locked.version} is not the file that package-lock.json names.`);
  return join(folder, "node_modules", ...name.split("/"));
}
