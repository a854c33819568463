// Bundles the suites and runs them in a real VS Code: the workbench of test/harness, or the desktop one that VSCODE_EXECUTABLE names.
//   node test/vscode/run.mjs [--report FILE] [--grep TEXT]
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { projectNode, root } from "../harness/node.mjs";

const { values: options } = parseArgs({ options: { report: { type: "string" }, grep: { type: "string" } } });
const suites = join(root, ".vscode-test", "suites");
const screenshots = join(root, "test", "screenshots");

await rm(suites, { recursive: true, force: true });
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
  external: ["vscode", "mocha", "playwright-core"],
  logLevel: "warning",
});

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const port = await freePort();
const workspace = await mkdtemp(join(tmpdir(), "reasoning-lab-workspace-"));
const profile = await mkdtemp(join(tmpdir(), "reasoning-lab-profile-"));
try {
  process.exitCode = await runTests({
    vscodeExecutablePath: process.env.VSCODE_EXECUTABLE ?? join(root, "test", "vscode", "launcher.mjs"),
    extensionDevelopmentPath: root,
    extensionTestsPath: join(suites, "index.js"),
    launchArgs: [workspace, "--disable-workspace-trust", `--user-data-dir=${profile}`, `--remote-debugging-port=${port}`],
    extensionTestsEnv: {
      REASONING_LAB_DEBUGGING: `http://127.0.0.1:${port}`,
      REASONING_LAB_ROOT: root,
      REASONING_LAB_NODE: projectNode(),
      REASONING_LAB_SCREENSHOTS: screenshots,
      ...(options.report ? { REASONING_LAB_REPORT: options.report } : {}),
      ...(options.grep ? { REASONING_LAB_GREP: options.grep } : {}),
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  for (const folder of [workspace, profile]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
