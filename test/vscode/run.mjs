// Bundles the suites and runs them in a real VS Code: the workbench of test/harness, or a desktop one that is downloaded (--desktop stable, oldest or a
// version) or that VSCODE_EXECUTABLE names.
// Several sessions run two at a time, each in a process of its own.
//   node test/vscode/run.mjs [--session NAME] [--report FILE] [--grep TEXT] [--desktop VERSION]
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { downloadDesktop, openScreen, prepareDesktopProfile } from "../harness/desktop.mjs";
import { projectNode, root } from "../harness/node.mjs";
import { start } from "../harness/processes.mjs";
import { withTensorflow } from "../harness/tensorflow.mjs";
import { prepareShared, sessions } from "./sessions.mjs";

const { values: options } = parseArgs({
  options: {
    session: { type: "string" },
    report: { type: "string" },
    grep: { type: "string" },
    desktop: { type: "string" },
  },
});
const script = fileURLToPath(import.meta.url);
// Within the repository, where mocha and playwright-core are found; one folder a process, so that two may run at the same time.
const suites = join(root, ".vscode-test", `suites-${process.pid}`);
const screenshots = join(root, "test", "screenshots");
/** Executable of a desktop VS Code; undefined: the workbench. */
const desktop = options.desktop ? await downloadDesktop(options.desktop) : process.env.VSCODE_EXECUTABLE;
if (desktop) await openScreen();

async function bundle() {
  await mkdir(screenshots, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: { index: "test/vscode/index.ts" },
    outdir: suites,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    sourcemap: "inline",
    external: ["vscode", "mocha", "playwright-core", "axe-core"],
    logLevel: "warning",
  });
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const isSkipped = (session) => desktop !== undefined && session.workbenchOnly;

/** Runs one session in folders of its own, which are gone then; resolves to mocha's counts. */
async function runSession(session) {
  console.log(`\n${session.name}`);
  const workspace = await mkdtemp(join(tmpdir(), "reasoning-lab-workspace-"));
  const profile = await mkdtemp(join(tmpdir(), "reasoning-lab-profile-"));
  const none = { passes: 0, failures: 0, pending: 0 };
  const port = await freePort();
  const hubPort = await freePort();
  const report = join(profile, "report.json");
  try {
    await session.prepare({ workspace, profile });
    if (desktop) await prepareDesktopProfile(profile);
    const code = await runTests({
      vscodeExecutablePath: desktop ?? join(root, "test", "vscode", "launcher.mjs"),
      extensionDevelopmentPath: await session.extension({ profile }),
      extensionTestsPath: join(suites, "index.js"),
      launchArgs: [
        session.opens ? join(workspace, session.opens) : workspace,
        `--user-data-dir=${profile}`,
        `--extensions-dir=${join(profile, "extensions")}`,
        `--remote-debugging-port=${port}`,
      ],
      extensionTestsEnv: {
        ...withTensorflow({}),
        REASONING_LAB_SESSION: session.name,
        REASONING_LAB_TRUST: session.trust ? "yes" : "no",
        REASONING_LAB_DEBUGGING: `http://127.0.0.1:${port}`,
        REASONING_LAB_ROOT: root,
        REASONING_LAB_NODE: projectNode(),
        REASONING_LAB_SCREENSHOTS: screenshots,
        REASONING_LAB_REPORT: report,
        REASONING_LAB_PROFILE: profile,
        // No test asks the Hub, or finds a token of whoever runs it.
        HF_ENDPOINT: `http://127.0.0.1:${hubPort}`,
        HF_HOME: join(profile, "hub"),
        HF_HUB_CACHE: "",
        HF_TOKEN: "",
        HF_TOKEN_PATH: "",
        ...(options.grep ? { REASONING_LAB_GREP: options.grep } : {}),
      },
    }).catch((error) => {
      console.error(error instanceof Error ? error.message : String(error));
      return 1;
    });
    const { stats, failed } = JSON.parse(await readFile(report, "utf8"));
    failedNames.push(...failed);
    if (code === 0 || stats.failures > 0) return stats;
    failedNames.push(`${session.name}: ended with code ${code}`);
    return { ...stats, failures: 1 };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message);
    failedNames.push(`${session.name}: ${message.split("\n", 1)[0]}`);
    return { ...none, failures: 1 };
  } finally {
    for (const folder of [workspace, profile]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Of the tests that failed. */
const failedNames = [];

/** One session, in this process. */
async function alone(session) {
  await bundle();
  const counts = await runSession(session);
  await rm(suites, { recursive: true, force: true });
  return counts;
}

/** One session in a process of its own, so that what it says stays together; told when it is over. */
async function besideOthers(session) {
  const folder = await mkdtemp(join(tmpdir(), "reasoning-lab-session-"));
  try {
    const report = join(folder, "report.json");
    const more = ["grep", "desktop"].flatMap((name) => (options[name] ? [`--${name}`, options[name]] : []));
    const child = start(process.execPath, [script, "--session", session.name, "--report", report, ...more], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    const code = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    process.stdout.write(said);
    const told = await readFile(report, "utf8").then(JSON.parse, () => null);
    failedNames.push(...(told?.failures ?? [`${session.name}: ended with code ${code} and no report`]));
    return told?.stats ?? { passes: 0, failures: 1, pending: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const chosen = sessions.filter(({ name }) => !options.session || name === options.session);
if (chosen.length === 0) throw new Error(`There is no session ${options.session}.`);
const stats = { passes: 0, failures: 0, pending: 0 };
const shown = chosen.filter((session) => !isSkipped(session));
for (const session of chosen.filter(isSkipped)) {
  console.log(`${session.name}: runs in the workbench of test/harness only; skipped.`);
  stats.pending += 1;
}
const count = (counts) => {
  for (const key of Object.keys(stats)) stats[key] += counts[key];
};
if (options.session) for (const session of shown) count(await alone(session));
else {
  const folder = await mkdtemp(join(tmpdir(), "reasoning-lab-prepared-"));
  process.env.REASONING_LAB_PREPARED = folder;
  try {
    // The first trains for minutes, which gives way to everything else that runs: it has the machine to itself.
    const [first, ...others] = shown;
    count(await besideOthers(first));
    await prepareShared(folder);
    // Then two at a time: each waits much, for its browser and for what its tests watch. On a person's desktop, windows would take the focus from each other.
    const lanes = Array.from({ length: desktop ? 1 : 2 }, async () => {
      for (let session = others.shift(); session; session = others.shift()) count(await besideOthers(session));
    });
    await Promise.all(lanes);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
if (options.report) await writeFile(options.report, JSON.stringify({ stats, failures: failedNames }));
process.exitCode = stats.failures === 0 ? 0 : 1;
