// GRPO on the reference task with real stops: the product itself, as its command line runs it, and TRL on the same checkpoint and prompts.
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectNode, root } from "../harness/node.mjs";
import { start } from "../harness/processes.mjs";

async function output(command, args, options) {
  const child = start(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let errors = "";
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (errors += text));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`${command} ended with code ${code}:\n${(errors + out).slice(-3000)}`);
  return out;
}

/** A workspace with the recipe and its checkpoint. `change` edits the recipe's text. */
async function workspaceOf(cases, change) {
  const workspace = await mkdtemp(join(tmpdir(), "reasoning-lab-reference-"));
  await cp(join(root, "test", "bench", "reference-task"), workspace, { recursive: true });
  await cp(join(cases, "reference-checkpoint"), join(workspace, "checkpoint"), { recursive: true });
  const recipe = join(workspace, "letters.lab.json");
  await writeFile(recipe, change(await readFile(recipe, "utf8")));
  return { workspace, recipe };
}

/** A run of ours: seconds of all steps, from the beginning of the first; seconds to the first step; what was learned. */
export async function ourRun(dist, cases, { engine, seed, steps, evaluation }) {
  const { workspace, recipe } = await workspaceOf(cases, (text) =>
    text
      .replace('"name": "Letter counting",', `"name": "Letter counting", "engine": "${engine}",`)
      .replace('"steps": 100', `"steps": ${steps}`)
      // One prompt where nothing but the time is wanted.
      .replace('"prompts": 256', `"prompts": ${evaluation ? 256 : 1}`)
      .replace('"during_prompts": 64', `"during_prompts": ${evaluation ? 64 : 1}`),
  );
  const spawned = Date.now();
  await output(projectNode(), [join(dist, "cli.js"), "run", recipe, "--seed", String(seed)], { cwd: workspace });
  const runs = join(workspace, ".reasoning-lab", "runs");
  const [name] = await readdir(runs);
  const record = JSON.parse(await readFile(join(runs, name, "run.json"), "utf8"));
  const rows = (await readFile(join(runs, name, "metrics.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter((row) => row.reward !== undefined);
  await rm(workspace, { recursive: true, force: true });
  const [first, last] = [rows[0], rows.at(-1)];
  const began = first.time - 1000 * first.step_time;
  const { before, after } = record.stages[0];
  return {
    engine: record.engine,
    seconds: (last.time - began) / 1000,
    startup: (began - spawned) / 1000,
    tokens: rows.reduce((sum, row) => sum + 128 * row["completions/mean_length"], 0),
    rewards: rows.map(({ reward }) => reward),
    peak_mb: last["memory/peak_mb"],
    pass_at_1: evaluation ? [before.pass_at_1, after.pass_at_1] : null,
  };
}

export async function pythonRun(python, cases, { seed, steps }) {
  const { workspace } = await workspaceOf(cases, (text) => text);
  const args = [join(root, "test", "bench", "peer.py"), "reference-task", join(workspace, "checkpoint")];
  const out = await output(python, [...args, String(steps), String(seed)], { cwd: workspace });
  await rm(workspace, { recursive: true, force: true });
  return JSON.parse(out.trim().split("\n").at(-1));
}
