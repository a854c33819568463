// `npm start`: installs, builds, trains the sample recipe in the terminal and serves it in a VS Code workbench, where the run shows up live.
//   npm start [-- --desktop] [-- --seed N] [-- --no-workbench]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installPackages, installWorkbench } from "./install.mjs";
import { projectNode, root } from "./node.mjs";
import { run, runToItsEnd } from "./processes.mjs";
import { linkExtension, serveWorkbench } from "./workbench.mjs";

const { values: options } = parseArgs({
  options: {
    desktop: { type: "boolean", default: false },
    seed: { type: "string" },
    "no-workbench": { type: "boolean", default: false },
  },
});
/** Exit code of a run that a Ctrl-C has stopped. */
const stopped = 130;
const interactive = process.stdin.isTTY && process.stdout.isTTY;

/** A copy of the sample to work in: what is changed there stays, and the repository stays clean. */
const workspace = join(root, ".vscode-test", "sample");

async function prepareWorkspace() {
  if (existsSync(join(workspace, "chain-sum.lab.json"))) return;
  const code = await run(projectNode(), [join(root, "dist", "cli.js"), "new", workspace]);
  if (code !== 0) throw new Error(`The sample could not be copied to ${workspace}.`);
}

async function openWorkbench() {
  await installWorkbench();
  const profile = join(root, ".vscode-test", "profile");
  await linkExtension(profile);
  const workbench = await serveWorkbench({ profile, args: ["--disable-workspace-trust"] });
  console.log(`• The sample in VS Code: ${workbench.url(workspace)}`);
}

async function openDesktop() {
  const code = process.platform === "win32" ? "code.cmd" : "code";
  const exit = await run(code, [`--extensionDevelopmentPath=${root}`, workspace], {
    shell: process.platform === "win32",
  }).catch(() => 1);
  if (exit !== 0) {
    throw new Error(
      "VS Code's command `code` could not be started. In VS Code: Shell Command: Install 'code' command in PATH.",
    );
  }
}

async function main() {
  await installPackages();
  console.log("• Building");
  if ((await run(projectNode(), [join(root, "esbuild.mjs")], { cwd: root })) !== 0) return 1;
  await prepareWorkspace();
  if (options.desktop) {
    await openDesktop();
    return 0;
  }
  // A workbench that cannot be had does not keep the model from training.
  if (!options["no-workbench"]) {
    await openWorkbench().catch((error) => console.error(`• No workbench: ${error.message}`));
  }
  const seed = options.seed === undefined ? [] : ["--seed", options.seed];
  const recipe = join(workspace, "chain-sum.lab.json");
  const cli = join(root, "dist", "cli.js");
  const code = await runToItsEnd(projectNode(), [cli, "run", recipe, ...seed], { cwd: workspace });
  if (!interactive || options["no-workbench"] || code === stopped) return code;
  console.log("• The workbench stays open; Ctrl-C ends it.");
  return new Promise(() => setInterval(() => undefined, 60_000));
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
