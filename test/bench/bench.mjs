// What the engine does a second, and with --python beside PyTorch and TRL doing the same work in the same run:
//   npm run bench [-- --python PATH] [--only matrix|sizes|training|reference|editor|views|real] [--engines simd,cpu] [--rounds N] [--write] [--cases FOLDER] [--profile FOLDER]
// --python: an interpreter with torch, transformers and trl. --write puts the figures into docs/benchmarks/, the table into docs/speed.md and
// three of its rows into README.md.
// editor: how long somebody waits who works on a reward while a run trains; its table stands in docs/speed.md, too.
// views: how long the views keep somebody waiting in a real VS Code; its table stands in docs/speed.md, too.
// real: a real model, SmolLM2-135M-Instruct, beside torch, peft and TRL, and llama.cpp where --python has xllamacpp; it takes some ten minutes, and 3 rounds
// where --rounds says no other number. Its table stands in docs/speed.md, too.
// --profile: views leave traces of the browser there (open them in Chromium's DevTools), and what the page's main thread did is printed.
// The exit code is 1 when a ratio stays below its "at least", or editor or views take longer than they may.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectNode, root } from "../harness/node.mjs";
import { run } from "../harness/processes.mjs";
import { withTensorflow } from "../harness/tensorflow.mjs";
import { ourRun, pythonRun } from "./reference-task.mjs";
import { bundleWorker, ourSide, pythonSide } from "./sides.mjs";
import { measureEditor } from "./editor.mjs";
import { editorTargets } from "./editor-targets.mjs";
import { median, ratios, spread, usualAndWorst } from "./statistics.mjs";
import { measureReal } from "./real.mjs";
import { missedByReal, realTargetText } from "./real-targets.mjs";
import { editorTable, fullTable, realTable, shortTable, textTable } from "./table.mjs";
import { measureViews } from "./views.mjs";
import { measureTraces } from "./views-traces.mjs";
import { viewsTargets } from "./views-targets.mjs";
import { targets } from "./targets.mjs";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    only: { type: "string" },
    engines: { type: "string", default: "simd" },
    rounds: { type: "string" },
    cases: { type: "string", default: join(root, "..", "shared", "cases") },
    write: { type: "boolean", default: false },
    profile: { type: "string" },
  },
});
const parts = ["matrix", "sizes", "training", "reference", "editor", "views", "real"];
// Sizes tell from where on an engine is worth choosing, views need a VS Code, and a real model takes its time: questions of their own, of some minutes.
const only = options.only?.split(",") ?? parts.filter((name) => !["sizes", "views", "real"].includes(name));
const unknown = only.find((name) => !parts.includes(name));
if (unknown) throw new Error(`--only takes ${parts.join(", ")}, not "${unknown}".`);
const rounds = Number(options.rounds ?? 7);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number, not "${options.rounds}".`);

Object.assign(process.env, withTensorflow());
const scratch = await mkdtemp(join(tmpdir(), "reasoning-lab-bench-"));
const dist = join(scratch, "product", "dist");
const results = [];
/** What the editor took. */
const editor = [];
/** What the views took. */
const views = [];
/** What a real model took, and beside what. */
let real = null;
/** Reward curves and held-out results of the reference task. */
const curves = [];

/** Asks every side for the same work, round by round, each time in another order. */
async function alternate(sides, request, perRound) {
  const rates = new Map(sides.map((side) => [side.name, []]));
  for (const side of sides) await side.ask({ ...request, times: 1 });
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < sides.length; index++) {
      const side = sides[(index + round) % sides.length];
      const { milliseconds, amount } = await side.ask({ ...request, times: perRound });
      rates.get(side.name).push((1000 * amount) / median(milliseconds));
    }
  }
  return rates;
}

function report(work, unit, rates, seconds = false) {
  const theirs = rates.get("torch");
  for (const [name, values] of rates) {
    if (name === "torch") continue;
    results.push({
      work,
      engine: name,
      unit,
      ours: spread(values),
      theirs: theirs ? spread(theirs) : null,
      // Where less is better, theirs over ours.
      ratio: theirs ? spread(seconds ? ratios(theirs, values) : ratios(values, theirs)) : null,
    });
    process.stdout.write(`${textTable(results.slice(-1), results.length === 1)}\n`);
  }
}

const shapes = [
  [4096, 128, 128],
  [4096, 128, 384],
  [4096, 384, 128],
  [64, 128, 384],
  [2048, 512, 512],
];

async function measureWork() {
  const worker = await bundleWorker();
  const ours = await Promise.all(options.engines.split(",").map((engine) => ourSide(engine, worker.file, dist)));
  const theirs = options.python ? [await pythonSide(options.python)] : [];
  const sides = [...ours, ...theirs];
  for (const { name, engine } of sides) process.stdout.write(`${name}: ${engine.reason}\n`);
  if (only.includes("matrix"))
    for (const [m, k, n] of shapes) {
      const rates = await alternate(sides, { work: "matrix", m, k, n }, 5);
      report(`matrix ${m}×${k}×${n}`, "GFLOP/s", new Map([...rates].map(([name, v]) => [name, v.map((x) => x / 1e9)])));
    }
  if (only.includes("sizes"))
    for (const width of [64, 128, 256, 384]) {
      const folder = join(scratch, `width-${width}`);
      await ours[0].ask({ work: "prepare", folder, width });
      for (const side of sides) await side.ask({ work: "load", folder });
      const millions = ((width / 32) * 13 * width ** 2) / 1e6;
      report(`SFT, ${millions.toPrecision(2)} M parameters`, "tokens/s", await alternate(sides, { work: "sft" }, 1));
    }
  if (only.includes("training")) {
    const folder = join(scratch, "model");
    await ours[0].ask({ work: "prepare", folder });
    for (const side of sides) await side.ask({ work: "load", folder });
    report("SFT", "tokens/s", await alternate(sides, { work: "sft" }, 3));
    report("generation", "tokens/s", await alternate(sides, { work: "generation" }, 3));
    report("GRPO step, fixed lengths", "tokens/s", await alternate(sides, { work: "grpo" }, 3));
  }
  for (const side of sides) side.end();
  await worker.remove();
}

async function measureReferenceTask() {
  const engines = options.engines.split(",");
  const runs = new Map(engines.map((engine) => [engine, []]));
  const starts = new Map(engines.map((engine) => [engine, []]));
  const theirs = [];
  for (let seed = 0; seed < 3; seed++) {
    for (const engine of engines) {
      runs.get(engine).push(await ourRun(dist, options.cases, { engine, seed, steps: 100, evaluation: true }));
      starts.get(engine).push(await ourRun(dist, options.cases, { engine, seed, steps: 1, evaluation: false }));
    }
    if (options.python) theirs.push(await pythonRun(options.python, options.cases, { seed, steps: 100 }));
  }
  const of = (field, ours = runs) =>
    new Map([
      ...[...ours].map(([engine, list]) => [engine, list.map((entry) => entry[field])]),
      ...(options.python ? [["torch", theirs.map((entry) => entry[field])]] : []),
    ]);
  report("GRPO, reference task, 100 steps", "s", of("seconds"), true);
  report("generated tokens, reference task", "tokens", of("tokens"));
  report("start to first step", "s", of("startup", starts), true);
  report("peak memory, reference task", "MB", of("peak_mb"), true);
  for (const [engine, list] of runs)
    list.forEach(({ pass_at_1: [before, after], rewards }, seed) => {
      const means = Array.from({ length: 10 }, (_, index) => rewards.slice(10 * index, 10 * index + 10));
      const curve = means.map((part) => (part.reduce((sum, reward) => sum + reward, 0) / part.length).toFixed(3));
      curves.push({ engine, seed, curve: curve.map(Number), before, after });
      const held = `held-out pass@1 ${before.toFixed(3)} → ${after.toFixed(3)}`;
      process.stdout.write(`${engine}, seed ${seed}: reward by ten steps ${curve.join(" ")}; ${held}\n`);
    });
}

const say = (work, values) => {
  const { median, p95, count } = usualAndWorst(values);
  process.stdout.write(`${work}: median ${median}, p95 ${p95}, of ${count}\n`);
};

async function measureTheViews() {
  await cp(join(root, "samples"), join(dist, "..", "samples"), { recursive: true });
  for (const { work, values } of await measureViews(dist, scratch, say, options.profile ?? null))
    views.push({ work, ...usualAndWorst(values) });
  const wanted = (row) => viewsTargets.some(({ work }) => work === row.work);
  for (const row of (await measureTraces(dist, scratch, { rounds, say })).filter(wanted))
    views.push({ work: row.work, ...usualAndWorst(row.values) });
}

async function measureARealModel() {
  real = await measureReal({
    dist,
    scratch,
    python: options.python ?? null,
    engines: options.engines.split(","),
    rounds: options.rounds === undefined ? 3 : rounds,
    say: (line) => process.stdout.write(`${line}\n`),
  });
}

async function measureTheEditor() {
  await cp(join(root, "samples"), join(dist, "..", "samples"), { recursive: true });
  for (const { work, values } of await measureEditor(dist, scratch, { rounds, say }))
    editor.push({ work, ...usualAndWorst(values) });
}

/** What the editor and the views took too long for. */
const slow = () =>
  [...editor, ...views].flatMap((row) => {
    const { by, most, unit } = [...editorTargets, ...viewsTargets].find(({ work }) => work === row.work);
    return row[by] > most ? [`${row.work}: ${by} ${row[by]} ${unit} > ${most}`] : [];
  });

/** What stayed below its "at least". */
function missed() {
  return results.flatMap(({ work, engine, ours, ratio }) => {
    const target = targets.find((entry) => entry.work === work && entry.engine === engine);
    if (!target) return [];
    if (target.most !== undefined) return ours.median > target.most ? [`${work}: ${ours.median} > ${target.most}`] : [];
    if (ratio === null) return [];
    return ratio.median < target.atLeast ? [`${work}, ${engine}: ${ratio.median}× < ${target.atLeast}×`] : [];
  });
}

const machine = () => ({
  processor: cpus()[0]?.model,
  threads: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
});

/** Replaces the table between the marks of a page. */
async function writeTable(file, table, mark = "engine") {
  const text = await readFile(file, "utf8");
  const marks = new RegExp(`(<!-- ${mark} -->)[\\s\\S]*?(<!-- /${mark} -->)`);
  if (!marks.test(text)) throw new Error(`${file} has no <!-- ${mark} --> … <!-- /${mark} --> to write into.`);
  await writeFile(
    file,
    text.replace(marks, (_, open, close) => `${open}\n\n${table}\n\n${close}`),
  );
}

try {
  if ((await run(projectNode(), [join(root, "esbuild.mjs"), "--production", "--dist", dist])) !== 0)
    throw new Error("The build failed.");
  await writeFile(join(dist, "..", "package.json"), await readFile(join(root, "package.json")));
  if (["matrix", "sizes", "training"].some((part) => only.includes(part))) await measureWork();
  if (only.includes("reference")) await measureReferenceTask();
  if (only.includes("editor")) await measureTheEditor();
  if (only.includes("views")) await measureTheViews();
  if (only.includes("real")) await measureARealModel();
  if (results.length > 0) process.stdout.write(`\n${textTable(results, true)}\n`);
  if (editor.length > 0) process.stdout.write(`\n${editorTable(editor, editorTargets)}\n`);
  if (options.write && editor.length > 0) {
    const entry = { date: new Date().toISOString().slice(0, 10), system: release(), machine: machine(), editor };
    await writeFile(join(root, "docs", "benchmarks", "editor.json"), `${JSON.stringify(entry, null, 2)}\n`);
    await writeTable(join(root, "docs", "speed.md"), editorTable(editor, editorTargets), "editor");
  }
  if (views.length > 0) process.stdout.write(`\n${editorTable(views, viewsTargets)}\n`);
  if (options.write && views.length > 0) {
    const entry = { date: new Date().toISOString().slice(0, 10), system: release(), machine: machine(), views };
    await writeFile(join(root, "docs", "benchmarks", "views.json"), `${JSON.stringify(entry, null, 2)}\n`);
    await writeTable(join(root, "docs", "speed.md"), editorTable(views, viewsTargets), "views");
  }
  if (real !== null) process.stdout.write(`\n${realTable(real.results, realTargetText)}\n`);
  if (options.write && real !== null) {
    const entry = { date: new Date().toISOString().slice(0, 10), system: release(), machine: machine(), ...real };
    await writeFile(join(root, "docs", "benchmarks", "real-model.json"), `${JSON.stringify(entry, null, 2)}\n`);
    await writeTable(join(root, "docs", "speed.md"), realTable(real.results, realTargetText), "real");
  }
  if (options.write && results.length > 0) {
    const file = join(root, "docs", "benchmarks", "engine.json");
    const entry = {
      date: new Date().toISOString().slice(0, 10),
      system: release(),
      machine: machine(),
      rounds,
      results,
      curves,
    };
    await writeFile(file, `${JSON.stringify(entry, null, 2)}\n`);
    await writeTable(join(root, "docs", "speed.md"), fullTable(results, targets));
    // The README shows whole rows or keeps what it has: a run of some parts only has measured nothing else.
    const short = shortTable(results);
    if (short !== null) await writeTable(join(root, "README.md"), short);
  }
  const misses = [...missed(), ...slow(), ...missedByReal(real?.results ?? [])];
  for (const line of misses) process.stderr.write(`below the target: ${line}\n`);
  process.exitCode = misses.length === 0 ? 0 : 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
