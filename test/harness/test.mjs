// `npm test`: everything that must hold, then the counts on a line of their own.
//   npm test [-- --only NAME,…]   names: typecheck, lint, format, engine, unit, conformance, kills, vscode
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installChromium, installPackages, installWorkbench } from "./install.mjs";
import { projectNode, root } from "./node.mjs";
import { run } from "./processes.mjs";
import { installTensorflow } from "./tensorflow.mjs";

const { values: options } = parseArgs({ options: { only: { type: "string" } } });
const reports = join(root, ".vscode-test", "reports");

const nodeWith = (variables, script, ...args) =>
  run(projectNode(), [join(root, ...script.split("/")), ...args], { cwd: root, env: { ...process.env, ...variables } });
const node = (script, ...args) => nodeWith({}, script, ...args);

/** A check without tests of its own counts as one. */
const asOne = async (...scripts) => {
  for (const [script, ...args] of scripts) {
    if ((await node(script, ...args)) !== 0) return { passed: 0, failed: 1, skipped: 0 };
  }
  return { passed: 1, failed: 0, skipped: 0 };
};

/** Counts from a report; a run that failed without saying which test is one failure. */
async function counted(file, code, read) {
  const report = existsSync(file)
    ? read(JSON.parse(await readFile(file, "utf8")))
    : { passed: 0, failed: 0, skipped: 0 };
  return code !== 0 && report.failed === 0 ? { ...report, failed: 1 } : report;
}

const parts = {
  typecheck: () =>
    asOne(
      ["node_modules/typescript/bin/tsc6", "--noEmit", "-p", "."],
      ["node_modules/typescript/bin/tsc6", "--noEmit", "-p", "webviews"],
    ),
  lint: () => asOne(["node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"]),
  format: () => asOne(["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."]),
  async engine() {
    const result = await installTensorflow();
    if (result === "unavailable") console.log("TensorFlow cannot be had here: the tests that need it are skipped.");
    const none = { passed: 0, failed: 0, skipped: 0 };
    return { ...none, [{ works: "passed", unavailable: "skipped", failed: "failed" }[result]]: 1 };
  },
  async unit() {
    const file = join(reports, "unit.json");
    // Tests make folders there and leave them.
    const scratch = await mkdtemp(join(tmpdir(), "reasoning-lab-unit-"));
    const variables = Object.fromEntries(["TMPDIR", "TEMP", "TMP"].map((name) => [name, scratch]));
    const code = await nodeWith(
      variables,
      "node_modules/vitest/vitest.mjs",
      ...["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
    );
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
    return counted(file, code, (report) => ({
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    }));
  },
  async conformance() {
    const file = join(reports, "conformance.json");
    const code = await node("test/harness/conformance.mjs", "--report", file);
    return counted(file, code, (report) => report);
  },
  async kills() {
    const file = join(reports, "kills.json");
    const code = await node("test/kills.mjs", "--report", file);
    return counted(file, code, (report) => report);
  },
  async vscode() {
    await installWorkbench();
    process.env.REASONING_LAB_CHROMIUM = await installChromium();
    const file = join(reports, "vscode.json");
    const code = await node("test/vscode/run.mjs", "--report", file);
    return counted(file, code, ({ stats }) => ({
      passed: stats.passes,
      failed: stats.failures,
      skipped: stats.pending,
    }));
  },
};

async function main() {
  await installPackages();
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  const chosen = options.only?.split(",") ?? Object.keys(parts);
  const unknown = chosen.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(", ")}. There is: ${Object.keys(parts).join(", ")}.`);
  if ((await node("esbuild.mjs")) !== 0) throw new Error("The build failed.");
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const name of chosen) {
    console.log(`\n── ${name}`);
    const result = await parts[name]();
    console.log(`${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
    for (const key of Object.keys(totals)) totals[key] += result[key];
  }
  console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals.failed === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    console.log("\n0 passed, 1 failed, 0 skipped");
    process.exit(1);
  },
);
