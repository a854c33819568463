// The parts of `npm test`.
import { existsSync, closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { constants, setPriority, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { installWorkbenchAndBrowser } from "./install.mjs";
import { projectNode, root } from "./node.mjs";
import { run, start } from "./processes.mjs";
import { installTensorflow } from "./tensorflow.mjs";

/** Where parts write what their tools report. */
export const reports = join(root, ".vscode-test", "reports");

const nodeWith = (variables, script, ...args) =>
  run(projectNode(), [join(root, ...script.split("/")), ...args], { cwd: root, env: { ...process.env, ...variables } });
const node = (script, ...args) => nodeWith({}, script, ...args);

/** Runs a script beside others: resolves to its exit code and what it said, to be shown in its turn. `patient`: it takes what the others leave of the processors. */
async function quietly(name, args, { patient = false } = {}) {
  const log = join(reports, `${name}.log`);
  const output = openSync(log, "w");
  const child = start(projectNode(), args, { cwd: root, stdio: ["ignore", output, output] });
  if (patient && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (ended) => resolve(ended ?? 1));
  });
  closeSync(output);
  return { code, said: await readFile(log, "utf8") };
}

/** A check of a package, {@link quietly}; without tests of its own it counts as one. */
async function quietlyAsOne(name, script, ...args) {
  const { code, said } = await quietly(name, [join(root, "node_modules", ...script.split("/")), ...args]);
  return { passed: Number(code === 0), failed: Number(code !== 0), skipped: 0, said };
}

/** A check without tests of its own counts as one. */
const asOne = async (...scripts) => {
  for (const [script, ...args] of scripts) {
    if ((await node(script, ...args)) !== 0) return { passed: 0, failed: 1, skipped: 0 };
  }
  return { passed: 1, failed: 0, skipped: 0 };
};

/** Counts and the names of what failed from a report; a run that failed without saying which test is one failure. */
async function counted(file, code, read) {
  const report = existsSync(file)
    ? read(JSON.parse(await readFile(file, "utf8")))
    : { passed: 0, failed: 0, skipped: 0 };
  if (code !== 0 && report.failed === 0) return { ...report, failed: 1, failures: [`ended with code ${code}`] };
  return report;
}

/** A failed test of Vitest's report: file, name and the first line of the reason. */
const failedTests = ({ testResults }) =>
  testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === "failed");
    const told = failed.map((one) => `${file}: ${one.fullName}: ${firstLine(one.failureMessages[0])}`);
    // A file that could not be loaded has no tests.
    return told.length > 0 || !message ? told : [`${file}: ${firstLine(message)}`];
  });
const firstLine = (text = "") => text.trim().split("\n", 1)[0].slice(0, 300);

/** A script of `test/` that writes its counts to `--report`: beside others, and after them where they want the same processor. */
async function quietlyReported(name, script, ...args) {
  const file = join(reports, `${name}.json`);
  const all = [join(root, "test", script), ...args, "--report", file];
  const { code, said } = await quietly(name, all, { patient: true });
  return { ...(await counted(file, code, (report) => report)), said };
}

/** Parts that begin with another, on the processors that it leaves: a VS Code waits much for its browser. */
export const beside = { typecheck: ["lint", "format", "fuzz", "engine"], vscode: ["conformance", "kills"] };

/**
 * By name; each resolves to `{ passed, failed, skipped }`, with `failures`, the names of what failed, and `said`, what is yet to be shown, where it has them.
 * `desktop`: which desktop VS Code the part `vscode` is to run in, `stable`, `oldest` (that the manifest asks for) or a version; undefined: the workbench.
 */
export const parts = (desktop) => ({
  typecheck: () =>
    asOne(
      ["node_modules/typescript/bin/tsc6", "--noEmit", "-p", "."],
      ["node_modules/typescript/bin/tsc6", "--noEmit", "-p", "webviews"],
    ),
  lint: () => quietlyAsOne("lint", "eslint/bin/eslint.js", ".", "--max-warnings", "0"),
  format: () => quietlyAsOne("format", "prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."),
  fuzz: () => quietlyReported("fuzz", "fuzz.mjs", "--built", "--seconds", "30"),
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
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    );
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
    return counted(file, code, (report) => ({
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
      failures: failedTests(report),
    }));
  },
  async vscode() {
    if (desktop === undefined) {
      process.env.REASONING_LAB_CHROMIUM = await installWorkbenchAndBrowser();
    }
    const file = join(reports, "vscode.json");
    const which = desktop === undefined ? [] : ["--desktop", desktop];
    const code = await node("test/vscode/run.mjs", "--report", file, ...which);
    return counted(file, code, ({ stats, failures }) => ({
      passed: stats.passes,
      failed: stats.failures,
      skipped: stats.pending,
      failures,
    }));
  },
  conformance: () => quietlyReported("conformance", join("harness", "conformance.mjs")),
  kills: () => quietlyReported("kills", "soak.mjs", "--kills", "25", "--recipe", "pipeline"),
});
