// Installs what is missing: the project's packages, a VS Code workbench to run in, a browser to show it. Needs Node ≥ 20 and npm, nothing else.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./node.mjs";
import { npm, run } from "./processes.mjs";

/** The npm package `code-server` is a real VS Code (1.139) that needs no other host than the registry. */
const codeServer = "code-server@4.139.1";

const workbenchFolder = join(root, ".vscode-test", "workbench");
/** Folder of VS Code itself within the package. */
export const vscodeFolder = join(workbenchFolder, "node_modules", "code-server", "lib", "vscode");

const say = (text) => console.log(`• ${text}`);

/** Does `work` unless its stamp says that it has been done for the same `key`. */
async function once(stampFile, key, work) {
  const stamp = createHash("sha256").update(key).digest("hex");
  const done = await readFile(stampFile, "utf8").catch(() => "");
  if (done === stamp) return;
  await work();
  await writeFile(stampFile, stamp);
}

/** node_modules as the lock file says. */
export async function installPackages() {
  const lock = await readFile(join(root, "package-lock.json"), "utf8");
  await once(join(root, "node_modules", ".reasoning-lab-stamp"), lock, async () => {
    say("Installing packages (npm ci)");
    await npm(["ci", "--no-audit", "--no-fund"], root);
  });
}

/** @type {Promise<string> | undefined} */
let installation;
/** What a workbench is looked at with, installed once however often it is asked for; resolves to the browser's path. */
export const installWorkbenchAndBrowser = () =>
  (installation ??= Promise.all([installWorkbench(), installChromium()]).then(([, browser]) => browser));

/** VS Code with its server and web workbench, in `.vscode-test/workbench`. */
export async function installWorkbench() {
  await mkdir(join(root, ".vscode-test"), { recursive: true });
  const logger = join(root, "test", "harness", "plain-logger.cjs");
  const key = `${codeServer} with TypeScript\n${await readFile(logger, "utf8")}`;
  await once(join(root, ".vscode-test", "workbench-stamp"), key, async () => {
    say("Installing a VS Code workbench (about 250 MB, once)");
    const fresh = `${workbenchFolder}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    await writeFile(join(fresh, "package.json"), '{ "private": true }\n');
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
    await npm(["install", ...quiet, codeServer], fresh);
    const vscode = join(fresh, "node_modules", "code-server", "lib", "vscode");
    // `npm ci` refuses the package's shrinkwrap, which is out of step with its package.json.
    await npm(["install", "--omit=dev", ...quiet], vscode);
    // TypeScript, for the editing of rewards.
    await npm(["install", "--omit=dev", ...quiet], join(vscode, "extensions"));
    // Parts that nothing here uses, and that ask for sign-in or fail without their hosts.
    for (const part of ["extensions/copilot", "extensions/mermaid-markdown-features", "node_modules/@github"]) {
      await rm(join(vscode, ...part.split("/")), { recursive: true, force: true });
    }
    await copyFile(logger, join(vscode, "node_modules", "@vscode", "spdlog", "index.js"));
    await rm(workbenchFolder, { recursive: true, force: true });
    await rename(fresh, workbenchFolder);
  });
}

const browsers = {
  linux: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/microsoft-edge"],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((variable) => {
    const folder = process.env[variable];
    if (!folder) return [];
    return [
      join(folder, "Google", "Chrome", "Application", "chrome.exe"),
      join(folder, "Microsoft", "Edge", "Application", "msedge.exe"),
    ];
  }),
};

const findBrowser = () =>
  [process.env.REASONING_LAB_CHROMIUM, ...(browsers[process.platform] ?? [])].find((path) => path && existsSync(path));

/** Path of a Chromium-like browser; installed where apt-get can do it. Throws with what to install otherwise. */
export async function installChromium() {
  const found = findBrowser();
  if (found) return found;
  if (process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    say("Installing Chromium (apt-get)");
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const options = { env: environment, stdio: ["ignore", "ignore", "inherit"] };
    await run("apt-get", ["update", "-qq"], options);
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], options);
  }
  const installed = findBrowser();
  if (installed) return installed;
  throw new Error(
    "The tests look at VS Code through a Chromium browser, and none was found. Install Chromium or Chrome (Debian: apt-get install chromium), " +
      "or name one in REASONING_LAB_CHROMIUM.",
  );
}
