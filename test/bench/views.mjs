// How long the views keep somebody waiting, in a real VS Code (the workbench of test/harness, or the desktop that VSCODE_EXECUTABLE names): a workspace with
// long runs is made, views/index.ts measures there.
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { projectNode, root } from "../harness/node.mjs";
import { run, start } from "../harness/processes.mjs";
import { bundleWorker } from "./sides.mjs";
import { traceSummary } from "./trace-summary.mjs";

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Runs a worker of this folder to its end; what it printed last. */
async function written(entry, args) {
  const worker = await bundleWorker(entry);
  const child = start(projectNode(), [worker.file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  await worker.remove();
  if (code !== 0) throw new Error(`${entry} ended with code ${code}.`);
  return said.trim().split("\n").at(-1);
}

/** A run that trains in a terminal for as long as the measurements take. */
async function training(dist, workspace) {
  const recipe = join(workspace, "chain-sum.lab.json");
  await cp(join(root, "test", "fixtures", "tiny.lab.json"), recipe);
  const text = await readFile(recipe, "utf8");
  await writeFile(recipe, text.replace('"steps": 60', '"steps": 1000000'));
  const before = new Set(await readdir(join(workspace, ".reasoning-lab", "runs")));
  const child = start(projectNode(), [join(dist, "cli.js"), "run", recipe], { cwd: workspace, stdio: "ignore" });
  for (;;) {
    const name = (await readdir(join(workspace, ".reasoning-lab", "runs"))).find((one) => !before.has(one));
    if (name !== undefined) {
      const folder = join(workspace, ".reasoning-lab", "runs", name);
      const lines = await readFile(join(folder, "metrics.jsonl"), "utf8").catch(() => "");
      if (lines.split("\n").length > 5) return { folder, end: () => child.kill("SIGINT") };
    }
    if (child.exitCode !== null) throw new Error("The run ended before it was measured.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Starts the run when the measurements ask for it, by a file; the run's folder stands in another one then. */
function liveRun(dist, workspace, scratch) {
  const file = join(scratch, "live-run");
  let over = false;
  let live = null;
  const waiting = (async () => {
    while (!over && !existsSync(`${file}.wanted`)) await new Promise((resolve) => setTimeout(resolve, 200));
    if (over) return;
    live = await training(dist, workspace);
    await writeFile(`${file}.folder`, live.folder);
  })();
  return {
    file,
    async end() {
      over = true;
      await waiting.catch((error) => process.stderr.write(`${error.message}\n`));
      live?.end();
    },
  };
}

/** Rows of the table, as views/index.ts gives them. `dist`: where the product is built; `profileTo`: a folder for traces of the browser, or null. */
export async function measureViews(dist, scratch, say, profileTo) {
  if (profileTo !== null) await mkdir(profileTo, { recursive: true });
  const workspace = join(scratch, "views");
  if ((await run(projectNode(), [join(dist, "cli.js"), "new", workspace], { stdio: "ignore" })) !== 0)
    throw new Error("The project could not be made.");
  const long = await written("test/bench/long-run.ts", [workspace, "100000", "60"]);
  const sample = await written("test/bench/long-completions.ts", [workspace, "32000"]);
  // Within the repository, where playwright-core is found.
  const suites = join(root, ".vscode-test", `bench-views-${process.pid}`);
  await build({
    absWorkingDir: root,
    entryPoints: { index: "test/bench/views/index.ts" },
    outdir: suites,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    external: ["vscode", "playwright-core"],
    logLevel: "warning",
  });
  const profile = await mkdtemp(join(tmpdir(), "reasoning-lab-bench-profile-"));
  const screenshots = join(scratch, "screenshots");
  await mkdir(screenshots);
  const report = join(scratch, "views.json");
  const port = await freePort();
  // What VS Code loads lies in the repository.
  if ((await run(projectNode(), [join(root, "esbuild.mjs"), "--production"])) !== 0)
    throw new Error("The build failed.");
  const live = liveRun(dist, workspace, scratch);
  try {
    await runTests({
      vscodeExecutablePath: process.env.VSCODE_EXECUTABLE ?? join(root, "test", "vscode", "launcher.mjs"),
      extensionDevelopmentPath: root,
      extensionTestsPath: join(suites, "index.js"),
      launchArgs: [
        workspace,
        `--user-data-dir=${profile}`,
        `--extensions-dir=${join(profile, "extensions")}`,
        `--remote-debugging-port=${port}`,
      ],
      extensionTestsEnv: {
        REASONING_LAB_SESSION: "views",
        REASONING_LAB_TRUST: "yes",
        REASONING_LAB_DEBUGGING: `http://127.0.0.1:${port}`,
        REASONING_LAB_ROOT: root,
        REASONING_LAB_NODE: projectNode(),
        REASONING_LAB_SCREENSHOTS: screenshots,
        REASONING_LAB_REPORT: report,
        REASONING_LAB_LONG_RUN: long,
        REASONING_LAB_LONG_SAMPLE: sample,
        REASONING_LAB_LIVE_RUN: live.file,
        ...(profileTo === null ? {} : { REASONING_LAB_PROFILE: profileTo }),
      },
    });
    const rows = JSON.parse(await readFile(report, "utf8"));
    for (const { work, values } of rows) say(work, values);
    if (profileTo !== null)
      for (const file of (await readdir(profileTo)).filter((name) => name.endsWith(".trace.json")))
        process.stdout.write(`${file}: ${await traceSummary(join(profileTo, file))}\n`);
    return rows;
  } finally {
    await live.end();
    for (const folder of [suites, profile]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
