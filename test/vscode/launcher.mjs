#!/usr/bin/env node
// Stands in for VS Code's desktop binary: takes the arguments that @vscode/test-electron passes and runs the same tests in the workbench of
// test/harness, shown by a headless Chromium. A pass needs a mark that the tests write at their end: a workbench whose extension host has
// crashed says 0 by itself.
import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { installChromium } from "../harness/install.mjs";
import { serveWorkbench } from "../harness/workbench.mjs";

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: "string" },
    extensionTestsPath: { type: "string" },
    "extensions-dir": { type: "string" },
    "user-data-dir": { type: "string" },
    "remote-debugging-port": { type: "string" },
  },
});
const startWithin = 90_000;
const runWithin = Number(process.env.REASONING_LAB_TEST_MINUTES ?? 12) * 60_000;

const scratch = mkdtempSync(join(tmpdir(), "reasoning-lab-launcher-"));
const output = join(scratch, "output.log");
const passed = join(scratch, "passed");
writeFileSync(output, "");

/** Copies what the tests print, as they print it. */
const descriptor = openSync(output, "r");
let copied = 0;
function copyOutput() {
  const { size } = fstatSync(descriptor);
  const bytes = Buffer.alloc(size - copied);
  copied += readSync(descriptor, bytes, 0, bytes.length, copied);
  process.stdout.write(bytes);
}
const copying = setInterval(copyOutput, 100);

/** The extension host's console is mixed with the workbench's log, so the tests are loaded through a shim that prints to a file. */
function writeShim(tests) {
  const file = join(scratch, "shim.js");
  writeFileSync(
    file,
    `const { appendFileSync, writeFileSync } = require("node:fs");
const { format } = require("node:util");
const print = (text) => appendFileSync(${JSON.stringify(output)}, text);
const original = console;
const shown = ["log", "info", "warn", "error", "debug"];
globalThis.console = new Proxy(original, {
  get: (target, name) => shown.includes(name) ? (...values) => print(format(...values) + "\\n") : target[name],
});
const { stdout } = process;
Object.defineProperty(process, "stdout", { configurable: true, value: new Proxy(stdout, {
  get: (target, name) => name === "write" ? (text) => (print(String(text)), true) : target[name],
}) });
exports.run = async () => {
  try {
    await require(${JSON.stringify(tests)}).run();
    writeFileSync(${JSON.stringify(passed)}, "");
  } catch (error) {
    print(String(error?.stack ?? error) + "\\n");
    throw error;
  }
};
`,
  );
  return file;
}

// runTests always passes --disable-workspace-trust; a test of an untrusted workspace says otherwise.
const trust = process.env.REASONING_LAB_TRUST === "no" ? [] : ["--disable-workspace-trust"];
const profile = values["user-data-dir"] ? resolve(values["user-data-dir"]) : join(scratch, "profile");
const workbench = await serveWorkbench({
  profile,
  args: ["--enable-smoke-test-driver", ...trust],
});
const authority = new URL(workbench.origin).host;
const remote = (path) => `vscode-remote://${authority}${pathToFileURL(resolve(path)).pathname}`;
const payload = [
  ["extensionDevelopmentPath", remote(values.extensionDevelopmentPath)],
  ["extensionTestsPath", remote(writeShim(resolve(values.extensionTestsPath)))],
  ["skipWelcome", "true"],
  ["skipReleaseNotes", "true"],
];
const workspace = positionals.map((path) => resolve(path)).find((path) => existsSync(path));
const query = new URLSearchParams({ tkn: workbench.token, payload: JSON.stringify(payload) });
const opened = workspace?.endsWith(".code-workspace") ? "workspace" : "folder";
if (workspace) query.set(opened, pathToFileURL(workspace).pathname);
else query.set("ew", "true");

const context = await chromium.launchPersistentContext(join(scratch, "chromium"), {
  executablePath: await installChromium(),
  headless: true,
  viewport: { width: 1440, height: 900 },
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    ...(values["remote-debugging-port"] ? [`--remote-debugging-port=${values["remote-debugging-port"]}`] : []),
  ],
});

let ending = false;
async function end(code, why) {
  if (ending) return;
  ending = true;
  clearInterval(copying);
  copyOutput();
  closeSync(descriptor);
  if (why) console.error(why);
  await Promise.race([context.close().catch(() => undefined), new Promise((done) => setTimeout(done, 5000))]);
  workbench.stop();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
}

const page = context.pages()[0] ?? (await context.newPage());
await page.exposeFunction("codeAutomationLog", () => undefined);
await page.exposeFunction("codeAutomationExit", (code) => {
  const lost = code === 0 && !existsSync(passed);
  setTimeout(() => end(lost ? 1 : code, lost ? "The extension host ended before the tests did." : ""), 100);
});
page.on("crash", () => end(1, "The page crashed."));
setTimeout(() => {
  void page
    .screenshot({ path: join(process.env.REASONING_LAB_SCREENSHOTS ?? scratch, "timeout.png") })
    .catch(() => undefined)
    .then(() => end(1, `The tests took more than ${runWithin / 60_000} minutes.`));
}, runWithin).unref();
await page.goto(`${workbench.origin}/?${query}`);
await page.waitForSelector(".monaco-workbench .part.statusbar", { timeout: startWithin });
