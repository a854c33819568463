// What a real model learns: `samples/real-model` over several seeds, and with --python the same recipe on TRL and peft beside it. Called by learning.mjs:
//   npm run learning -- --sample real-model [--seeds 0,1,2] [--engine tensorflow] [--python PATH] [--into FOLDER] [--write]
// --into: where the runs are kept; those that are there already are not run again, so that a series can be made in pieces.
// --write puts the figures into docs/benchmarks/real-model-learning.json and .md.
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { applyEdits, modify, parse } from "jsonc-parser";
import { markdownTable } from "../../server/shared/markdown-table.ts";
import { wilsonInterval } from "../../server/statistics/wilson.ts";
import { projectNode, root } from "../harness/node.mjs";
import { start } from "../harness/processes.mjs";
import { withTensorflow } from "../harness/tensorflow.mjs";

const sample = join(root, "samples", "real-model");
const recipeName = "real-model.lab.json";

/** Runs a command whose lines are shown under a name; resolves to its last line. */
async function shown(name, command, args, options) {
  const child = start(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let errors = "";
  child.stdout.on("data", (text) => {
    out = (out + text).slice(-100_000);
    process.stdout.write(String(text).replace(/^(?=.)/gm, `[${name}] `));
  });
  child.stderr.on("data", (text) => (errors = (errors + text).slice(-3000)));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`${name} ended with code ${code}:\n${errors}`);
  return out.trim().split("\n").at(-1);
}

const jsonLines = async (file) =>
  (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** A run of ours in a workspace of its own, which is kept: what was learned, and what it took. */
async function ourSeed(workspace, seed) {
  const recipe = join(workspace, recipeName);
  const cli = [join(root, "dist", "cli.js")];
  await shown(`seed ${seed}`, projectNode(), [...cli, "run", recipe, "--seed", String(seed)], {
    cwd: workspace,
    env: withTensorflow(),
  });
  return resultOf(await newestRun(workspace));
}

const runsOf = (workspace) => join(workspace, ".reasoning-lab", "runs");
const newestRun = async (workspace) => join(runsOf(workspace), (await readdir(runsOf(workspace))).sort().at(-1));

async function resultOf(run) {
  const record = JSON.parse(await readFile(join(run, "run.json"), "utf8"));
  const rows = (await jsonLines(join(run, "metrics.jsonl"))).filter((row) => row.reward !== undefined);
  const [first, last] = [rows[0], rows.at(-1)];
  const [stage] = record.stages;
  return {
    engine: record.engine.name,
    before: stage.before,
    after: stage.after,
    /** Of the steps alone, and of the whole run with its evaluations. */
    seconds: rows.reduce((sum, row) => sum + row.step_time, 0),
    whole_seconds: stage.seconds,
    rewards: rows.map(({ reward }) => reward),
    lengths: rows.map((row) => row["completions/mean_length"]),
    peak_mb: last["memory/peak_mb"] ?? null,
    started: first.time - 1000 * first.step_time,
  };
}

/** The settings of the recipe, defaults filled in, as the peer takes them. */
async function peerSettings(workspace, seed) {
  const record = JSON.parse(await readFile(join(await newestRun(workspace), "run.json"), "utf8"));
  const { model, task, stages, evaluation } = record.recipe;
  return {
    ...stages[0],
    ...model.lora,
    system_prompt: task.system_prompt,
    samples: evaluation.samples,
    seed,
    threads: cpus().length,
  };
}

async function theirSeed(python, workspace, model, seed) {
  const settings = join(workspace, `peer-${seed}.json`);
  await writeFile(settings, JSON.stringify(await peerSettings(workspace, seed)));
  const script = join(root, "test", "bench", "real-learning-peer.py");
  return JSON.parse(await shown(`TRL, seed ${seed}`, python, [script, model, workspace, settings], { cwd: workspace }));
}

/** A result that is kept, or made and kept. */
async function kept(file, make) {
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8"));
  const made = await make();
  await writeFile(file, `${JSON.stringify(made)}\n`);
  return made;
}

const figure = (value) => value.toFixed(2).replace(/^0\./, ".");
const withInterval = (value, [low, high]) => `${figure(value)} (${figure(low)}–${figure(high)})`;
const minutes = (seconds) => (seconds / 60).toFixed(1);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Mean reward of each ten steps. */
const byTen = (rewards) =>
  Array.from({ length: Math.ceil(rewards.length / 10) }, (_, index) =>
    mean(rewards.slice(10 * index, 10 * index + 10)),
  );

function learnedTable(runs) {
  const rows = runs.map(({ seed, ours: { before, after } }) => [
    String(seed),
    ...["pass_at_1", "pass_at_k", "greedy"].flatMap((key) => [
      withInterval(before[key], before.intervals[key]),
      withInterval(after[key], after.intervals[key]),
    ]),
    `${before.mean_length.toFixed(1)} → ${after.mean_length.toFixed(1)}`,
  ]);
  const k = runs[0].ours.before.samples;
  const names = ["pass@1", `pass@${k}`, "greedy"].flatMap((name) => [`${name} before`, "after"]);
  return markdownTable([["seed", ...names, "tokens"], ...rows]);
}

/** pass@1 of the peer's own sampling on the same held-out prompts, and pass@k of the same samples. */
function peerLearned({ correct }, samples) {
  const all = correct.reduce((sum, count) => sum + count, 0);
  const any = correct.filter((count) => count > 0).length;
  return [
    figure(all / (correct.length * samples)),
    withInterval(any / correct.length, Object.values(wilsonInterval(any, correct.length))),
  ];
}

function besideTable(runs) {
  const line = (name, seed, { rewards, seconds, peak_mb }) => [
    name,
    String(seed),
    ...byTen(rewards).map(figure),
    `${minutes(seconds)} min`,
    peak_mb === null ? "" : `${(peak_mb / 1024).toFixed(1)} GB`,
  ];
  const rows = runs.flatMap(({ seed, ours, theirs }) => [
    line(`ours, ${ours.engine}`, seed, ours),
    ...(theirs ? [line("TRL + peft", seed, theirs)] : []),
  ]);
  const tens = byTen(runs[0].ours.rewards).map((_, index) => `–${10 * (index + 1)}`);
  return markdownTable([["", "seed", ...tens, "steps", "memory"], ...rows]);
}

function page(runs, recipe) {
  const { steps } = recipe.stages[0];
  const { samples, prompts } = recipe.evaluation;
  const beside = runs.filter(({ theirs }) => theirs);
  const peers = beside.map(({ seed, theirs }) => [String(seed), ...peerLearned(theirs, samples)]);
  const whole = mean(runs.map(({ ours }) => ours.whole_seconds));
  return `# What a real model learns

Made by \`npm run learning -- --sample real-model --engine ${runs[0].ours.engine}${beside.length > 0 ? " --python PATH" : ""} --write\`: SmolLM2-135M-Instruct
learns one-step word problems by ${steps} steps of GRPO with a LoRA adapter (\`samples/real-model\`). Measured on ${prompts} held-out
problems, ${samples} samples each at temperature 1; their numbers occur in no problem of training. Brackets: 95 % intervals over
prompts. A whole run, with its evaluations, took ${minutes(whole)} minutes on ${cpus().length} cores.

${learnedTable(runs)}

## Mean reward by ten steps

${
  beside.length > 0
    ? `The same model, problems, settings and number of steps in TRL ${beside[0].theirs.versions.trl} with peft, on torch ${beside[0].theirs.versions.torch}, on the same machine. Prompts come in another order there, so that curves agree within what seeds differ by, not step by step.\n\n`
    : ""
}${besideTable(runs)}
${
  peers.length > 0
    ? `\nAfter training TRL's models answer the same held-out prompts, sampled by \`generate\`:\n\n${markdownTable([["seed", "pass@1", `pass@${samples}`], ...peers])}\n`
    : ""
}`;
}

export async function learnRealModel({ seeds, engine, python, into, write }) {
  const folder = into ?? (await mkdtemp(join(tmpdir(), "reasoning-lab-real-")));
  await mkdir(folder, { recursive: true });
  await cp(sample, folder, { recursive: true });
  const recipe = join(folder, recipeName);
  const text = await readFile(recipe, "utf8");
  await writeFile(recipe, applyEdits(text, modify(text, ["engine"], engine, {})));
  const model = join(folder, parse(text).model.checkpoint);
  if (!existsSync(model))
    await shown("model", projectNode(), [join(root, "dist", "cli.js"), "get-model", "smollm2-135m"], { cwd: folder });
  const runs = [];
  for (const seed of seeds) {
    const ours = await kept(join(folder, `ours-${seed}.json`), () => ourSeed(folder, seed));
    const theirFile = join(folder, `theirs-${seed}.json`);
    const theirs =
      python || existsSync(theirFile) ? await kept(theirFile, () => theirSeed(python, folder, model, seed)) : null;
    runs.push({ seed, ours, theirs });
  }
  const made = page(runs, parse(text));
  console.log(`\n${made}`);
  if (write) {
    const place = join(root, "docs", "benchmarks");
    const machine = { cpu: cpus()[0]?.model.trim() ?? "unknown", cores: cpus().length };
    await writeFile(join(place, "real-model-learning.json"), `${JSON.stringify({ machine, runs }, null, 2)}\n`);
    await writeFile(join(place, "real-model-learning.md"), made);
  }
  if (into === undefined) await rm(folder, { recursive: true, force: true });
}
