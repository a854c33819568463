// Feeds the language server, the boundaries between processes and the run folder with what nobody expects:
//   npm run fuzz [-- --seconds 60] [--seed N] [--rounds N] [--only server,protocol,folder] [--report FILE] [--built]
// The fuzzers run at the same time. What fails is said with the seed that brings it about again, and its input goes to .vscode-test/fuzz/. --rounds
// takes so many rounds in place of the seconds. --built: dist/ is as it should be.
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { projectNode, root } from "./harness/node.mjs";
import { run } from "./harness/processes.mjs";

const names = ["server", "protocol", "folder"];
const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    rounds: { type: "string" },
    only: { type: "string", default: names.join(",") },
    report: { type: "string" },
    built: { type: "boolean", default: false },
  },
});
const chosen = options.only.split(",");
const unknown = chosen.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`--only takes ${names.join(", ")}, not "${unknown}".`);

const node = (args, settings = {}) => run(projectNode(), args, { cwd: root, ...settings });
if (!options.built && (await node([join(root, "esbuild.mjs")])) !== 0) process.exit(1);

// Where the bundles find the packages that they leave outside.
const bundles = await mkdtemp(join(root, "node_modules", ".fuzz-"));
const scratch = await mkdtemp(join(tmpdir(), "reasoning-lab-fuzz-"));

/** A workspace with a run that has ended. */
async function template() {
  const folder = join(scratch, "template");
  await mkdir(folder);
  await cp(join(root, "samples", "chain-sum", "rewards"), join(folder, "rewards"), { recursive: true });
  await cp(join(root, "test", "fixtures", "tiny.lab.json"), join(folder, "tiny.lab.json"));
  const cli = [join(root, "dist", "cli.js"), "run", "tiny.lab.json"];
  if ((await node(cli, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })) !== 0)
    throw new Error("The run to fuzz with failed.");
  return folder;
}

async function fuzzer(name, folder) {
  const own = join(scratch, name);
  await mkdir(own);
  const given = {
    seconds: options.seconds,
    seed: options.seed,
    rounds: options.rounds,
    dist: join(root, "dist"),
    template: folder,
    scratch: own,
    failures: join(root, ".vscode-test", "fuzz"),
  };
  const args = Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [`--${key}`, value]));
  return node(["--enable-source-maps", "--disable-warning=ExperimentalWarning", join(bundles, `${name}.cjs`), ...args]);
}

/** Fuzzers that found something. */
let failed = [];
try {
  const sources = join(root, "test", "fuzz");
  const entries = (await readdir(sources)).filter((name) => names.some((one) => name.startsWith(one)));
  await build({
    entryPoints: entries.map((name) => join(sources, name)),
    outdir: bundles,
    outExtension: { ".js": ".cjs" },
    sourcemap: "inline",
    logLevel: "warning",
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    mainFields: ["module", "main"],
    external: ["esbuild"],
  });
  // Beside what is started as a process of rewards.
  await cp(join(root, "dist", "watchdog.js"), join(bundles, "watchdog.js"));
  const folder = await template();
  const codes = await Promise.all(chosen.map((name) => fuzzer(name, folder)));
  failed = chosen.filter((_, index) => codes[index] !== 0);
} finally {
  await rm(bundles, { recursive: true, force: true });
  await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
}
if (options.report)
  await writeFile(
    options.report,
    JSON.stringify({
      passed: chosen.length - failed.length,
      failed: failed.length,
      skipped: 0,
      failures: failed.map((name) => `${name}: the inputs and how to run them again stand in the part's output`),
    }),
  );
process.exitCode = failed.length === 0 ? 0 : 1;
