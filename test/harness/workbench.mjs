// Serves a real VS Code workbench on a loopback port.
import { randomBytes } from "node:crypto";
import { mkdir, symlink, writeFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { vscodeFolder } from "./install.mjs";
import { projectNode, root } from "./node.mjs";
import { start } from "./processes.mjs";

const readyWithin = 60_000;

/** Settings of a workbench that shows our views and nothing else. */
export const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "update.mode": "none",
  "git.enabled": false,
  "security.workspace.trust.startupPrompt": "never",
};

/**
 * @param {object} options
 * @param {string} options.profile folder for settings, extensions and state
 * @param {string[]} [options.args] further arguments of the server
 * @param {Record<string, unknown>} [options.settings]
 * @returns {Promise<{ origin: string, token: string, url(folder: string): string, stop(): void }>}
 */
export async function serveWorkbench({ profile, args = [], settings = {} }) {
  const user = join(profile, "user");
  await mkdir(join(user, "User"), { recursive: true });
  await mkdir(join(user, "Machine"), { recursive: true });
  await mkdir(join(profile, "extensions"), { recursive: true });
  await writeFile(join(user, "User", "settings.json"), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  await writeFile(join(user, "Machine", "settings.json"), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  const token = randomBytes(16).toString("hex");
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name)),
  );
  const child = start(
    projectNode(),
    [
      join("out", "server-main.js"),
      "--host",
      "127.0.0.1",
      "--port",
      "0",
      "--connection-token",
      token,
      "--accept-server-license-terms",
      "--telemetry-level",
      "off",
      "--server-data-dir",
      join(profile, "server"),
      "--user-data-dir",
      user,
      "--extensions-dir",
      join(profile, "extensions"),
      ...args,
    ],
    { cwd: vscodeFolder, env: environment, stdio: ["ignore", "pipe", "pipe"] },
  );
  const origin = await new Promise((resolve, reject) => {
    let output = "";
    const fail = (why) => reject(new Error(`The workbench did not start (${why}).\n${output}`));
    const timer = setTimeout(() => fail("no answer in a minute"), readyWithin);
    const look = (data) => {
      output += data;
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(`http://127.0.0.1:${port}`);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("close", (code) => fail(`it ended with code ${code}`));
  });
  return {
    origin,
    token,
    url: (folder) => `${origin}/?tkn=${token}&folder=${encodeURIComponent(folder)}`,
    stop: () => child.kill(),
  };
}

/** Puts the extension, as it stands in the repository, into a profile. */
export async function linkExtension(profile) {
  const { publisher, name, version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const link = join(profile, "extensions", `${publisher}.${name}-${version}`);
  await mkdir(join(profile, "extensions"), { recursive: true });
  await rm(link, { recursive: true, force: true });
  await symlink(root, link, "junction");
}
