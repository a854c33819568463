// Kills a whole pipeline at random instants, resumes it, and compares what it ended with to a run that nobody disturbed:
//   node test/kills.mjs [--kills 25] [--seed N] [--report FILE]
// Bit for bit: metrics without the clock, results and notes of the stages, training sets and all final weights. Kills hit the supervisor, the
// trainer and the reward processes at once (SIGKILL to their group). A run that ends before it was killed often enough is followed by another.
import { spawn, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { projectNode, root } from "./harness/node.mjs";
import { run } from "./harness/processes.mjs";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "25" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    report: { type: "string" },
  },
});
const wanted = Number(options.kills);

/** Numbers in [0, 1) by mulberry32: the kills of a seed come after the same pauses again. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function killGroup(pid) {
  if (process.platform === "win32") execFileSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
  else process.kill(-pid, "SIGKILL");
}

/** Runs the command line until it ends or has lived so many milliseconds. Resolves to whether it was killed. */
async function live(args, workspace, milliseconds) {
  const child = spawn(projectNode(), [join(root, "dist", "cli.js"), ...args], {
    cwd: workspace,
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (words = (words + text).slice(-2000)));
  const ended = new Promise((resolve) => child.on("close", resolve));
  if (milliseconds === null) {
    if ((await ended) !== 0) throw new Error(`The run failed:\n${words}`);
    return false;
  }
  const patience = new AbortController();
  const code = await Promise.race([ended, pause(milliseconds, "alive", { signal: patience.signal }).catch(() => null)]);
  patience.abort();
  if (code === 0) return false;
  if (code !== "alive") throw new Error(`The run failed:\n${words}`);
  killGroup(child.pid);
  await ended;
  return true;
}

const runsOf = (workspace) => join(workspace, ".reasoning-lab", "runs");
async function newestRun(workspace) {
  const folder = runsOf(workspace);
  if (!existsSync(folder)) return null;
  const names = (await readdir(folder)).filter((name) => existsSync(join(folder, name, "run.json"))).sort();
  return names.length === 0 ? null : join(folder, names.at(-1));
}

const isClock = (name) => name === "step_time" || /^(time|memory)(\/|$)|milliseconds$/.test(name);

/** Rows of a stage's step made one, without the clock. A line that a kill has torn is cut off by the next writer. */
async function metricsOf(folder) {
  const rows = new Map();
  for (const line of (await readFile(join(folder, "metrics.jsonl"), "utf8")).trimEnd().split("\n")) {
    const row = JSON.parse(line);
    const key = `${row.stage} ${row.step}`;
    const kept = Object.fromEntries(Object.entries(row).filter(([name]) => !isClock(name)));
    rows.set(key, { ...rows.get(key), ...kept });
  }
  return Object.fromEntries(rows);
}

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** A report without how long something took. */
const timeless = (text) => JSON.parse(text, (key, value) => (key === "seconds" ? undefined : value));

/** All that a run ended with. */
async function outcome(folder) {
  const record = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
  const files = {};
  const namesIn = async (part) => (existsSync(join(folder, part)) ? readdir(join(folder, part)) : []);
  for (const name of await namesIn("checkpoints"))
    for (const file of ["model.safetensors", "trainer/optimizer.tensors"]) {
      const path = join(folder, "checkpoints", name, file);
      if (existsSync(path)) files[`checkpoints/${name}/${file}`] = sha256(await readFile(path));
    }
  for (const name of await namesIn("datasets"))
    files[`datasets/${name}`] = sha256(await readFile(join(folder, "datasets", name)));
  for (const name of await namesIn("reports"))
    files[`reports/${name}`] = timeless(await readFile(join(folder, "reports", name), "utf8"));
  return {
    metrics: await metricsOf(folder),
    stages: record.stages.map(({ name, status, step, before, after, notes }) => ({
      name,
      status,
      step,
      before,
      after,
      notes,
    })),
    files,
  };
}

/** The first few places in which two values differ. */
function differences(a, b, path = "", found = []) {
  if (isDeepStrictEqual(a, b) || found.length >= 10) return found;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    found.push(`${path}: ${JSON.stringify(a)} ≠ ${JSON.stringify(b)}`);
  else
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      differences(a[key], b[key], `${path}/${key}`, found);
  return found;
}

const statusOf = async (folder) => JSON.parse(await readFile(join(folder, "run.json"), "utf8")).status;

/** Where a run stood, for the count of kills by place. */
async function placeOf(folder) {
  if (folder === null) return "before the run folder";
  const { stages } = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
  const at = stages.find(({ status }) => status !== "completed");
  if (!at) return "after the last stage";
  return at.status === "pending" ? `before ${at.name}` : at.name;
}

async function main() {
  if ((await run(projectNode(), [join(root, "esbuild.mjs")], { cwd: root })) !== 0) return false;
  const workspace = await mkdtemp(join(tmpdir(), "reasoning-lab-kills-"));
  await cp(join(root, "samples", "chain-sum", "rewards"), join(workspace, "rewards"), { recursive: true });
  await cp(join(root, "test", "fixtures", "pipeline.lab.json"), join(workspace, "pipeline.lab.json"));
  const began = performance.now();
  await live(["run", "pipeline.lab.json"], workspace, null);
  const seconds = (performance.now() - began) / 1000;
  const expected = await outcome(await newestRun(workspace));
  console.log(`Undisturbed: ${seconds.toFixed(1)} s, ${Object.keys(expected.metrics).length} rows of metrics.`);

  const random = randomNumbers(Number(options.seed));
  const places = new Map();
  let [kills, runs, same] = [0, 0, true];
  while (kills < wanted) {
    runs++;
    await rm(runsOf(workspace), { recursive: true, force: true });
    for (let going = true; going;) {
      const folder = await newestRun(workspace);
      // A kill between the last word of a run and its end leaves nothing to resume.
      if (folder !== null && (await statusOf(folder)) === "completed") break;
      const args = folder === null ? ["run", "pipeline.lab.json"] : ["resume", folder];
      // Long enough to get somewhere, starting included, and short enough to be killed often.
      const life = kills < wanted ? 150 + random() * 1000 * Math.max(2.5, (2.5 * seconds) / wanted) : null;
      going = await live(args, workspace, life);
      if (!going) break;
      kills++;
      const place = await placeOf(await newestRun(workspace));
      places.set(place, (places.get(place) ?? 0) + 1);
    }
    const found = differences(expected, await outcome(await newestRun(workspace)));
    if (found.length > 0) {
      same = false;
      console.log(`Run ${runs} ended with other numbers (seed ${options.seed}):\n  ${found.join("\n  ")}`);
    }
  }
  const where = [...places].map(([place, count]) => `${place} ${count}`).join(", ");
  console.log(
    `${kills} kills in ${runs} runs (${where}); ${same ? "the same metrics, results, data sets and weights" : "NOT the same"}.`,
  );
  if (same) await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  else console.log(`What they left: ${workspace}`);
  return same;
}

const same = await main();
if (options.report)
  await writeFile(options.report, JSON.stringify({ passed: same ? 1 : 0, failed: same ? 0 : 1, skipped: 0 }));
process.exitCode = same ? 0 : 1;
