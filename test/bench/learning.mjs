// Trains the sample recipe over several seeds and writes what was measured on held-out prompts:
//   npm run learning -- [--seeds 0,1,2] [--jobs 2] [--write]
// With --sample real-model a real model, as real-learning.mjs says.
// --write puts the figures into docs/benchmarks/learning.json, and the tables of means and of every seed into docs/benchmarks/learning.md.
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, writeFile, mkdir } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { applyEdits, modify } from "jsonc-parser";
import { projectNode, root } from "../harness/node.mjs";
import { markdownTable } from "../../server/shared/markdown-table.ts";
import { learnRealModel } from "./real-learning.mjs";

const { values: options } = parseArgs({
  options: {
    seeds: { type: "string", default: "0,1,2" },
    jobs: { type: "string", default: "1" },
    sample: { type: "string", default: "chain-sum" },
    engine: { type: "string", default: "tensorflow" },
    python: { type: "string" },
    into: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const seeds = options.seeds.split(",").map(Number);
if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0)) {
  throw new Error(`--seeds takes whole numbers separated by commas, not "${options.seeds}".`);
}

/** DPO on as many pairs as the sample's two reward models have, from the same checkpoint as its preference RL: the alternative to these. */
const dpo = { kind: "dpo", name: "dpo", from: "rejection-sampling", pairs: 3200, steps: 200, beta: 0.5 };

/** Runs the sample recipe, with DPO beside preference RL, with one seed in a workspace of its own; resolves to its run record. */
async function trainSeed(seed) {
  const workspace = await mkdtemp(join(tmpdir(), "reasoning-lab-learning-"));
  await cp(join(root, "samples", "chain-sum"), workspace, { recursive: true });
  await rm(join(workspace, ".reasoning-lab"), { recursive: true, force: true });
  const recipe = join(workspace, "chain-sum.lab.json");
  const text = await readFile(recipe, "utf8");
  await writeFile(recipe, applyEdits(text, modify(text, ["stages", -1], dpo, { isArrayInsertion: true })));
  const child = spawn(projectNode(), [join(root, "dist", "cli.js"), "run", recipe, "--seed", String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: workspace,
  });
  child.stdout.on("data", (text) => process.stdout.write(String(text).replace(/^(?=.)/gm, `[seed ${seed}] `)));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`Seed ${seed} ended with code ${code}; its run is in ${workspace}.`);
  const runs = join(workspace, ".reasoning-lab", "runs");
  const [folder] = await readdir(runs);
  const record = JSON.parse(await readFile(join(runs, folder, "run.json"), "utf8"));
  await rm(workspace, { recursive: true, force: true });
  return record;
}

/** Runs jobs with at most `limit` at a time, results in order. */
async function inParallel(items, limit, job) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await job(items[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

async function learnSample() {
  const records = await inParallel(seeds, Number(options.jobs), trainSeed);
  const rows = records.flatMap((record) =>
    record.stages.map((stage) => ({
      seed: record.seed,
      stage: stage.name,
      steps: stage.steps,
      seconds: Math.round(stage.seconds),
      before: stage.before,
      after: stage.after,
      notes: stage.notes,
      engine: record.engine.name,
    })),
  );
  const figure = (value, digits = 3) => (value == null ? "" : value.toFixed(digits).replace(/^0\./, "."));
  const samples = rows[0].after.samples;
  /** What the columns show of an evaluation: title, key, digits, and whether it is told from before the stage too. */
  const columns = [
    ["pass@1", "pass_at_1", 3, true],
    [`pass@${samples}`, "pass_at_k", 3, true],
    [`maj@${samples}`, "maj_at_k", 3, false],
    ["thinking, tokens", "thinking_length", 1, false],
    ["self-corrections", "self_correction", 3, false],
    ["refused, of unanswerable", "refusal", 3, false],
    ["of others", "wrong_refusal", 3, false],
  ];
  const heading = (...first) => [...first, ...columns.map(([title]) => title), "seconds"];
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  /** A figure of several runs: its mean, and how far apart they are where that shows. */
  function spread(values, digits) {
    const known = values.filter((value) => value != null);
    if (known.length === 0) return "";
    const [least, most] = [Math.min(...known), Math.max(...known)].map((value) => figure(value, digits));
    return figure(mean(known), digits) + (least === most ? "" : ` (${least}–${most})`);
  }
  /** The cells of one stage in some runs. */
  function cells(runs) {
    const note = runs[0].notes[0]?.replace(/held-out accuracy.*$/, "held-out accuracy ");
    if (!runs[0].after) {
      const accuracies = runs.map(({ notes }) => Number(/held-out accuracy ([\d.]+)/.exec(notes[0] ?? "")?.[1]));
      return [note + spread(accuracies, 2), ...columns.slice(1).map(() => "")];
    }
    return columns.map(([, key, digits, both]) => {
      const before = runs.map((row) => row.before?.[key]);
      const after = spread(
        runs.map((row) => row.after[key]),
        digits,
      );
      return both ? `${figure(mean(before), digits)} → ${after}` : after;
    });
  }
  const line = (first, runs) => [
    ...first.map(String),
    ...cells(runs),
    String(Math.round(mean(runs.map(({ seconds }) => seconds)))),
  ];
  const everySeed = markdownTable([heading("seed", "stage"), ...rows.map((row) => line([row.seed, row.stage], [row]))]);
  const stages = [...new Set(rows.map(({ stage }) => stage))];
  const table = markdownTable([
    heading("stage"),
    ...stages.map((stage) =>
      line(
        [stage],
        rows.filter((row) => row.stage === stage),
      ),
    ),
  ]);
  console.log(`\n${everySeed}\n\n${table}`);

  if (options.write) {
    const machine = {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      node: records[0].versions.node ?? null,
    };
    await mkdir(join(root, "docs", "benchmarks"), { recursive: true });
    await writeFile(
      join(root, "docs", "benchmarks", "learning.json"),
      JSON.stringify({ machine, jobs: Number(options.jobs), rows }, null, 2) + "\n",
    );
    await writeFile(
      join(root, "docs", "benchmarks", "learning.md"),
      `# What the sample learns

Made by \`npm run learning -- --write\`. The figures are of held-out prompts, which are chosen by hash and were never used
to choose settings. A figure that a stage changes is shown before → after.

## Mean over ${seeds.length} seeds

The range is in brackets where seeds differ. The last row is an alternative to the three before it, which the sample
leaves out: DPO from the same checkpoint, on as many pairs.

${table}

## Seed by seed

${everySeed}
`,
    );
  }
}

if (options.sample === "chain-sum") await learnSample();
else if (options.sample === "real-model") await learnRealModel({ ...options, seeds });
else throw new Error(`--sample takes chain-sum or real-model, not "${options.sample}".`);
