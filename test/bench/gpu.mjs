// On a machine with an NVIDIA GPU: sets TensorFlow for CUDA up, then conformance, benchmark and sample on it, and writes down what was seen.
//   npm run gpu [-- --out FOLDER] [--engines FOLDER] [--minutes N]
// --out (gpu-report in the working directory): report.md, and the whole output of each part beside it. --engines: where TensorFlow is, or is to be set up
// (REASONING_LAB_ENGINES, .vscode-test/engines). --minutes (10): all parts together. Each has a share of what is left; one that takes longer is ended, and the
// report says so.
// The exit code is 1 where a part failed, or no GPU was used: what was seen without one says nothing about GPUs, and the report says that, too.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { projectNode, root } from "../harness/node.mjs";

const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: "gpu-report" },
    engines: {
      type: "string",
      default: process.env.REASONING_LAB_ENGINES || join(root, ".vscode-test", "engines"),
    },
    minutes: { type: "string", default: "10" },
  },
});
const minutes = Number(options.minutes);
if (!(minutes > 0)) throw new Error(`--minutes takes a number above 0, not "${options.minutes}".`);
const out = resolve(options.out);
const engines = resolve(options.engines);
mkdirSync(out, { recursive: true });
const deadline = Date.now() + minutes * 60_000;
const cli = join(root, "dist", "cli.js");
if (!existsSync(cli)) throw new Error("Build first: npm run build.");
const environment = { ...process.env, REASONING_LAB_ENGINES: engines };
const parts = [];

const windows = process.platform === "win32";

/** Ends a process with all that it has started: what is left would hold its output open. */
function end(child) {
  if (child.pid === undefined) return;
  if (windows) child.kill();
  else
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It is gone.
    }
}
let atWork;
process.on("exit", () => atWork && end(atWork));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));

/** Runs a part to its end, or to the end of its share of the time that is left; its output lies in NAME.log, and what it printed to stdout is given. */
function part(name, command, args, share = 1) {
  const begun = Date.now();
  const left = share * (deadline - begun);
  if (left < 1000) {
    parts.push({ name, ended: "not begun: the time was over", seconds: 0 });
    return Promise.resolve({ text: "", ok: false });
  }
  console.log(`${name} …`);
  const log = createWriteStream(join(out, `${name}.log`));
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: !windows,
    });
    atWork = child;
    let text = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end(child);
    }, left);
    child.stdout.on("data", (chunk) => {
      text += chunk;
      log.write(chunk);
    });
    child.stderr.on("data", (chunk) => log.write(chunk));
    let over = false;
    const done = (how) => {
      // One that cannot be started is closed, too.
      if (over) return;
      over = true;
      atWork = undefined;
      clearTimeout(timer);
      log.end();
      const ended = late ? "ended at the end of its time" : how;
      parts.push({
        name,
        ended,
        seconds: Math.round((Date.now() - begun) / 1000),
      });
      resolve({ text, ok: ended === "done" });
    };
    child.on("error", (error) => done(`could not be started: ${error.message}`));
    child.on("close", (code, signal) => done(code === 0 ? "done" : `failed (${signal ?? `exit code ${code}`})`));
  });
}

/** Of what `engine status --json` lists one that runs on a GPU, else one that works; null: there is none. */
function bestEngine(text) {
  try {
    const all = JSON.parse(text);
    return all.find(({ probe }) => probe?.device === "gpu") ?? all.find(({ probe }) => probe?.works) ?? null;
  } catch {
    return null;
  }
}

const fence = (text) => `\`\`\`\n${text.trim() || "nothing"}\n\`\`\``;
/** The last lines of what a part printed: the tables stand there. */
const lastLines = (text, count) => fence(text.trimEnd().split("\n").slice(-count).join("\n"));

const gpus = await part("nvidia-smi", "nvidia-smi", []);
const node = projectNode();
const status = async (name) => bestEngine((await part(name, node, [cli, "engine", "status", "--json"], 0.3)).text);
let engine = await status("engine");
// Some gigabytes, which nothing here could use without a driver.
if (gpus.ok && engine?.probe?.device !== "gpu") {
  await part("engine-install", node, [cli, "engine", "install", "--cuda", "--json"], 0.5);
  engine = await status("engine-after");
}
const onGpu = engine?.probe?.device === "gpu";
if (engine) environment.REASONING_LAB_TENSORFLOW = engine.binding;

const conformance = await part("conformance", node, [join(root, "test", "harness", "conformance.mjs")], 0.4);
const benchArguments = ["--only", "matrix,training,sizes", "--engines", "simd,tensorflow", "--rounds", "3"];
const bench = await part("bench", node, [join(root, "test", "bench", "bench.mjs"), ...benchArguments], 0.6);

/** The sample with TensorFlow named in its recipe: `auto` would take the kernels for so small a model. */
const project = join(out, "sample");
await cp(join(root, "samples", "chain-sum"), project, {
  recursive: true,
  force: true,
});
const recipe = join(project, "chain-sum.lab.json");
writeFileSync(recipe, readFileSync(recipe, "utf8").replace(/^\{/m, '{\n  "engine": "tensorflow",'));
const sample = await part("sample", node, [cli, "run", recipe, "--workspace", project, "--engines", engines]);

const says = onGpu
  ? "TensorFlow ran on the GPU."
  : "**No GPU was used: nothing here says how the product does on one.** " +
    (engine
      ? `TensorFlow ran on the processor. ${engine.probe?.problem ?? ""}`
      : "No TensorFlow works here: see engine.log.");
const report = [
  "# What was seen on a machine with a GPU",
  `${new Date().toISOString().slice(0, 10)}, ${process.platform} ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${(totalmem() / 1e9).toFixed(0)} GB, Node ${process.versions.node}. ${says}`,
  `| part | | seconds |\n|---|---|---|\n${parts.map(({ name, ended, seconds }) => `| ${name} | ${ended} | ${seconds} |`).join("\n")}`,
  "## The machine",
  fence(gpus.text),
  "## The engine",
  fence(engine ? JSON.stringify(engine, null, 2) : ""),
  "## Conformance",
  lastLines(conformance.text, 60),
  "## Benchmark",
  lastLines(bench.text, 60),
  "## Sample",
  lastLines(sample.text, 40),
].join("\n\n");
writeFileSync(join(out, "report.md"), `${report}\n`);
console.log(`\n${parts.map(({ name, ended, seconds }) => `${name}: ${ended}, ${seconds} s`).join("\n")}`);
console.log(`\n${says}\n${join(out, "report.md")}`);
const failed = parts.some(({ name, ended }) => ended !== "done" && name !== "engine");
process.exit(failed || !onGpu ? 1 : 0);
