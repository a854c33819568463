import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { npm } from "./child.mjs";
import { root } from "./node.mjs";

/** The npm package that carries a whole VS Code server with its workbench: 4.139.1 is VS Code 1.139.1. */
const version = "4.139.1";
const home = join(root, ".vscode-test", "workbench");

/** Folder of the VS Code server: `out/server-main.js` and `product.json` are in it. */
export const workbenchFolder = join(home, "node_modules", "code-server", "lib", "vscode");

/** What the tests never use and what is large, or talks to services by itself. */
const unneeded = [
  join("node_modules", "@github"),
  join("node_modules", "@microsoft", "mxc-sdk"),
  join("extensions", "copilot"),
  join("extensions", "mermaid-markdown-features"),
];

/** Installs the workbench unless this version of it is there. What is there is always complete: the folder is named last. */
export async function needWorkbench() {
  const stamp = join(home, "stamp");
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === version) return workbenchFolder;
  console.log("Installing the VS Code workbench (about 500 MB, once) …");
  const fresh = `${home}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await writeFile(join(fresh, "package.json"), '{ "private": true }\n');
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await npm(["install", ...quiet, `code-server@${version}`], { cwd: fresh });
  const server = join(fresh, "node_modules", "code-server", "lib", "vscode");
  // `npm ci` is not possible: the package's shrinkwrap file does not fit its package.json.
  await npm(["install", "--omit=dev", ...quiet], { cwd: server });
  for (const path of unneeded) await rm(join(server, path), { recursive: true, force: true });
  await writeFile(join(fresh, "stamp"), version);
  await rm(home, { recursive: true, force: true });
  await rename(fresh, home);
  return workbenchFolder;
}
