// Bundles the suites and runs them in a real VS Code: the workbench of test/harness, or a desktop one that is downloaded (--desktop stable, oldest or a
// version) or that VSCODE_EXECUTABLE names.
//   node test/vscode/run.mjs [--session NAME] [--report FILE] [--grep TEXT] [--desktop VERSION]
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { downloadDesktop, openScreen, prepareDesktopProfile } from "../harness/desktop.mjs";
import { projectNode, root } from "../harness/node.mjs";
import { withTensorflow } from "../harness/tensorflow.mjs";
import { sessions } from "./sessions.mjs";

const { values: options } = parseArgs({
  options: {
    session: { type: "string" },
    report: { type: "string" },
    grep: { type: "string" },
    desktop: { type: "string" },
  },
});
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

/** Makes the folders of a session. What fails is thrown by `ready`. */
async function openSession(session) {
  const workspace = await mkdtemp(join(tmpdir(), "reasoning-lab-workspace-"));
  const profile = await mkdtemp(join(tmpdir(), "reasoning-lab-profile-"));
  const ready = session.prepare({ workspace, profile }).then(() => (desktop ? prepareDesktopProfile(profile) : null));
  ready.catch(() => undefined);
  return { session, workspace, profile, ready };
}

/** Runs one session in its folders, which are gone then; resolves to mocha's counts. */
async function runSession({ session, workspace, profile, ready }) {
  const none = { passes: 0, failures: 0, pending: 0 };
  const port = await freePort();
  const report = join(profile, "report.json");
  try {
    await ready;
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

await bundle();
const chosen = sessions.filter(({ name }) => !options.session || name === options.session);
if (chosen.length === 0) throw new Error(`There is no session ${options.session}.`);
/** Of the tests that failed. */
const failedNames = [];
const stats = { passes: 0, failures: 0, pending: 0 };
const shown = chosen.filter((session) => !isSkipped(session));
for (const session of chosen.filter(isSkipped)) {
  console.log(`${session.name}: runs in the workbench of test/harness only; skipped.`);
  stats.pending += 1;
}
/** A session is made ready while the one before it runs. */
let opened = shown[0] && openSession(shown[0]);
for (const [index, session] of shown.entries()) {
  console.log(`\n${session.name}`);
  const current = await opened;
  opened = shown[index + 1] && openSession(shown[index + 1]);
  const counts = await runSession(current);
  for (const key of Object.keys(stats)) stats[key] += counts[key];
}
await rm(suites, { recursive: true, force: true });
if (options.report) await writeFile(options.report, JSON.stringify({ stats, failures: failedNames }));
process.exitCode = stats.failures === 0 ? 0 : 1;
