// Trains the sample recipe over several seeds and writes what was measured on held-out prompts:
//   node test/bench/learning.mjs [--seeds 0,1,2] [--jobs 2] [--write]
// --write puts the figures into docs/benchmarks/learning.json and the table into README.md.
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, writeFile, mkdir } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectNode, root } from "../harness/node.mjs";

const { values: options } = parseArgs({
  options: {
    seeds: { type: "string", default: "0,1,2" },
    jobs: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const seeds = options.seeds.split(",").map(Number);
if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0)) {
  throw new Error(`--seeds takes whole numbers separated by commas, not "${options.seeds}".`);
}

/** Runs the sample recipe with one seed in a workspace of its own; resolves to its run record. */
async function trainSeed(seed) {
  const workspace = await mkdtemp(join(tmpdir(), "reasoning-lab-learning-"));
  await cp(join(root, "samples", "chain-sum"), workspace, { recursive: true });
  await rm(join(workspace, ".reasoning-lab"), { recursive: true, force: true });
  const child = spawn(
    projectNode(),
    [join(root, "dist", "cli.js"), "run", join(workspace, "chain-sum.lab.json"), "--seed", String(seed)],
    { stdio: ["ignore", "pipe", "inherit"], cwd: workspace },
  );
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
const change = (row, key) =>
  [row.before, row.after].flatMap((summary) => (summary ? [figure(summary[key])] : [])).join(" → ");
const samples = rows[0].after.samples;
const table = [
  `| seed | stage | pass@1 | pass@${samples} | maj@${samples} | thinking, tokens | self-corrections | refused, of unanswerable | of others | seconds |`,
  "|---|---|---|---|---|---|---|---|---|---|",
  ...rows.map(({ seed, stage, seconds, after, ...row }) => {
    const measured = after
      ? [
          ...[change({ ...row, after }, "pass_at_1"), change({ ...row, after }, "pass_at_k"), figure(after.maj_at_k)],
          ...[figure(after.thinking_length, 1), figure(after.self_correction)],
          ...[figure(after.refusal), figure(after.wrong_refusal)],
        ]
      : [row.notes[0]?.replace(/, calibration.*$/, "") ?? "", "", "", "", "", "", ""];
    return `| ${[seed, stage, ...measured, seconds].join(" | ")} |`;
  }),
].join("\n");
console.log(`\n${table}`);

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
  const readme = await readFile(join(root, "README.md"), "utf8");
  const marked = /(<!-- learning -->\n)[\s\S]*?(<!-- \/learning -->)/;
  if (!marked.test(readme)) throw new Error("README.md has no <!-- learning --> … <!-- /learning --> to write into.");
  await writeFile(
    join(root, "README.md"),
    readme.replace(marked, (_, start, end) => `${start}${table}\n${end}`),
  );
}
