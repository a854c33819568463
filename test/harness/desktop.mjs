// A desktop VS Code for the tests, and a screen for it where the machine has none.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { root } from "./node.mjs";
import { start } from "./processes.mjs";
import { quietSettings } from "./workbench.mjs";

const screenWithin = 20_000;

/**
 * Downloads a desktop VS Code into `.vscode-test`, where it stays, and resolves to its executable.
 * @param {string} wanted `stable`, `insiders`, a version, or `oldest`: that of the manifest's `engines`
 */
export async function downloadDesktop(wanted) {
  const { engines } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const version = wanted === "oldest" ? engines.vscode.replace("^", "") : wanted;
  return downloadAndUnzipVSCode({ version, cachePath: join(root, ".vscode-test") });
}

/** Starts Xvfb on Linux where no screen is named, and names it in this process' environment; it ends with this process. */
export async function openScreen() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== "linux" || DISPLAY || WAYLAND_DISPLAY) return;
  // Takes the first number that is free, and says it through descriptor 3.
  const args = ["-displayfd", "3", "-screen", "0", "1440x900x24", "-nolisten", "tcp"];
  const child = start("Xvfb", args, { stdio: ["ignore", "ignore", "inherit", "pipe"] });
  const number = await new Promise((resolve, reject) => {
    const failed = (why) =>
      reject(new Error(`A desktop VS Code needs a screen, and Xvfb gave none (${why}). Debian: apt-get install xvfb.`));
    const timer = setTimeout(() => failed("no answer"), screenWithin);
    let said = "";
    child.on("error", ({ message }) => failed(message));
    child.on("close", (code) => failed(`ended with code ${code}`));
    child.stdio[3].on("data", (data) => {
      said += data;
      if (!said.includes("\n")) return;
      clearTimeout(timer);
      resolve(said.trim());
    });
  });
  process.env.DISPLAY = `:${number}`;
}

/** Settings of a desktop VS Code that shows nothing which a page cannot see: dialogs and menus of the system. */
const withoutSystemDialogs = {
  "files.simpleDialog.enable": true,
  "window.dialogStyle": "custom",
  "window.titleBarStyle": "custom",
  "window.restoreWindows": "none",
};

/**
 * Makes a profile's settings those of the tests' workbench.
 * @param {string} profile what becomes `--user-data-dir`
 */
export async function prepareDesktopProfile(profile) {
  await mkdir(join(profile, "User"), { recursive: true });
  const settings = { ...quietSettings, ...withoutSystemDialogs };
  await writeFile(join(profile, "User", "settings.json"), JSON.stringify(settings, null, 2));
}
