// In which VS Code each group of suites runs: what is in its workspace and in its profile before it starts.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { vscodeFolder } from "../harness/install.mjs";
import { projectNode, root } from "../harness/node.mjs";
import { run } from "../harness/processes.mjs";
import { addToSlips, prepareSlips } from "../harness/view-workspace.mjs";

async function must(what, args, options) {
  const code = await run(projectNode(), args, options);
  if (code !== 0) throw new Error(`${what} ended with code ${code}.`);
}

const quiet = { stdio: ["ignore", "ignore", "inherit"] };

const cli = join(root, "dist", "cli.js");
const recipeOf = (workspace) => join(workspace, "chain-sum.lab.json");

/** A project whose recipe takes seconds. */
async function prepareProject({ workspace }) {
  await must("New Project", [cli, "new", workspace], quiet);
  await cp(join(root, "test", "fixtures", "tiny.lab.json"), recipeOf(workspace));
}

/** A project whose recipe has every kind of stage. */
async function preparePipeline({ workspace }) {
  await must("New Project", [cli, "new", workspace], quiet);
  await cp(join(root, "test", "fixtures", "pipeline.lab.json"), recipeOf(workspace));
}

async function runOnce({ workspace }) {
  await prepareProject({ workspace });
  await must("The run", [cli, "run", recipeOf(workspace)], quiet);
}

/** What several sessions begin with, by name. */
const shared = { run: runOnce, slips: prepareSlips };

/** Makes it once for many sessions, which find it by `REASONING_LAB_PREPARED`. */
export async function prepareShared(folder) {
  for (const [name, make] of Object.entries(shared)) await make({ workspace: join(folder, name) });
}

async function prepareFrom(name, { workspace }) {
  const made = process.env.REASONING_LAB_PREPARED;
  if (made) await cp(join(made, name), workspace, { recursive: true, preserveTimestamps: true });
  else await shared[name]({ workspace });
}

/** The same with one finished run. */
const prepareRun = (folders) => prepareFrom("run", folders);

async function prepareViewsFrom(folders) {
  await prepareFrom("slips", folders);
  await addToSlips(folders);
}

const stepReward = `
/** A score for each step: whether it holds a number. */
export const withNumbers: Reward = ({ completion }) => ({
  score: 0,
  steps: completionSteps(completion).map(({ text }) => (/\\d/.test(text) ? 1 : -1)),
});
`;

/** The same, which stored the likeliest tokens of what it trained on, and scores of its steps. */
async function prepareSample({ workspace }) {
  await prepareProject({ workspace });
  const recipe = await readFile(recipeOf(workspace), "utf8");
  const one = '#wellFormed", "weight": 0.5 }';
  await writeFile(
    recipeOf(workspace),
    recipe
      .replace('"reward_timeout": 1', '"reward_timeout": 1, "top_logprobs": 4')
      .replace(one, `${one}, { "function": "rewards/chain-sum.reward.ts#withNumbers", "weight": 0 }`),
  );
  const file = join(workspace, "rewards", "chain-sum.reward.ts");
  const reward = await readFile(file, "utf8");
  await writeFile(file, `import { completionSteps } from "reasoning-lab";\n${reward}${stepReward}`);
  await must("The run", [cli, "run", recipeOf(workspace)], quiet);
}

/** A workspace of two folders, each a project with one finished run. */
async function prepareFolders({ workspace }) {
  for (const name of ["first", "second"]) await prepareRun({ workspace: join(workspace, name) });
  const folders = ["first", "second"].map((path) => ({ path }));
  await writeFile(join(workspace, "both.code-workspace"), JSON.stringify({ folders, settings: {} }));
}

/** Two finished runs whose texts, names and notes are hostile, and such files of other tools. */
async function prepareHostile({ workspace }) {
  await prepareRun({ workspace });
  await must("The hostile files", [join(root, "test", "vscode", "hostile-workspace.mjs"), workspace]);
}

/** Installs the package of this platform into the profile, as `code --install-extension` does. */
async function installPackage({ profile }) {
  const vsix = join(profile, "reasoning-lab.vsix");
  await must("Packaging", [join(root, "test", "harness", "package.mjs"), "--out", vsix], quiet);
  const server = join("out", "server-main.js");
  const folders = ["--extensions-dir", join(profile, "extensions"), "--server-data-dir", join(profile, "server")];
  await must(
    "Installing the package",
    [server, "--install-extension", vsix, ...folders, "--accept-server-license-terms"],
    {
      ...quiet,
      cwd: vscodeFolder,
    },
  );
}

/** VS Code takes tests only for an extension under development: one that does nothing, where the tested one is installed. */
async function emptyExtension({ profile }) {
  const folder = join(profile, "empty-extension");
  await mkdir(folder, { recursive: true });
  const { engines } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const manifest = {
    name: "empty",
    publisher: "reasoning-lab-tests",
    version: "0.0.0",
    engines: { vscode: engines.vscode },
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}

/**
 * `prepare` makes the workspace and the profile ready; `extension` is the folder of the extension under development; `trust`: whether the
 * workspace is trusted from the start; `opens`: a file of several folders in the workspace's. A session with `workbenchOnly` needs the workbench of test/harness.
 * The longest come first, as two run at a time.
 */
export const sessions = [
  { name: "main", prepare: async () => undefined, extension: async () => root, trust: true, workbenchOnly: false },
  { name: "everybody", prepare: prepareViewsFrom, extension: async () => root, trust: true, workbenchOnly: false },
  { name: "rewards", prepare: prepareRun, extension: async () => root, trust: true, workbenchOnly: false },
  {
    name: "behaviours",
    prepare: (folders) => prepareFrom("slips", folders),
    extension: async () => root,
    trust: true,
    workbenchOnly: false,
  },
  { name: "hostile", prepare: prepareHostile, extension: async () => root, trust: true, workbenchOnly: false },
  { name: "labels", prepare: prepareSample, extension: async () => root, trust: true, workbenchOnly: false },
  { name: "pipeline", prepare: preparePipeline, extension: async () => root, trust: true, workbenchOnly: false },
  { name: "bad-input", prepare: prepareProject, extension: async () => root, trust: true, workbenchOnly: false },
  { name: "fork", prepare: prepareRun, extension: async () => root, trust: true, workbenchOnly: false },
  {
    name: "folders",
    prepare: prepareFolders,
    opens: "both.code-workspace",
    extension: async () => root,
    trust: true,
    workbenchOnly: true,
  },
  { name: "packaged", prepare: installPackage, extension: emptyExtension, trust: true, workbenchOnly: true },
  { name: "compare", prepare: prepareProject, extension: async () => root, trust: true, workbenchOnly: false },
  { name: "untrusted", prepare: prepareRun, extension: async () => root, trust: false, workbenchOnly: true },
  { name: "engine", prepare: prepareProject, extension: async () => root, trust: true, workbenchOnly: false },
];
