// Kills what works on a run at random instants, resumes the run until it ends, and compares it with one that nobody disturbed:
//   npm run soak [-- --kills 1000] [--seed N] [--recipe soak|pipeline] [--report FILE]
//   npm run kills: 25 kills of a pipeline with every kind of stage
// Each kill (SIGKILL) hits the trainer alone, the supervisor alone, a process of a reward, of a program or of the editor, the watchdog, several or all.
// Runs begin and go on in a terminal and from a window, in turn. What a run ends with is the same bit for bit: metrics without the clock, rollouts,
// results and notes of the stages, samples, training sets, all weights, the names of all files. After each run no process of ours is left, no lock is
// held, and no temporary file is there.
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { projectNode, root } from "./harness/node.mjs";
import { run } from "./harness/processes.mjs";
import { randomNumbers } from "./harness/random.mjs";
import { inEditor, inTerminal } from "./soak/legs.mjs";
import { differencesOf, heldLocks, newestRun, outcome, recordOf, runsOf } from "./soak/outcome.mjs";
import { kill, processesOf } from "./soak/processes.mjs";
import { chooseVictims, endsTheRun } from "./soak/victims.mjs";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    recipe: { type: "string", default: "soak" },
    report: { type: "string" },
  },
});
const wanted = Number(options.kills);
const random = randomNumbers(Number(options.seed));
const fixtures = join(root, "test", "fixtures");

/** Milliseconds in which processes that nobody needs any more end on a busy machine. */
const patience = 60_000;

/** Milliseconds in which a run ends that nobody kills any more. */
const longest = 15 * 60_000;

async function prepare() {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "reasoning-lab-soak-")));
  const soak = {
    folder,
    dist: join(folder, "product", "dist"),
    workspace: join(folder, "workspace"),
    temporary: join(folder, "temporary"),
    recipe: `${options.recipe}.lab.json`,
    editor: null,
  };
  soak.env = { ...process.env, TMPDIR: soak.temporary, TEMP: soak.temporary, TMP: soak.temporary };
  await mkdir(soak.temporary);
  // Where the product finds its version.
  await cp(join(root, "package.json"), join(folder, "product", "package.json"));
  const samples = join(root, "samples", "chain-sum");
  await cp(join(samples, "rewards"), join(soak.workspace, "rewards"), { recursive: true });
  await cp(join(root, "test", "soak", "rewards"), join(soak.workspace, "rewards"), { recursive: true });
  await cp(join(fixtures, soak.recipe), join(soak.workspace, soak.recipe));
  if ((await run(projectNode(), [join(root, "esbuild.mjs"), "--dist", soak.dist], { cwd: root })) !== 0)
    throw new Error("The build failed.");
  return soak;
}

/** Where a run stood, for the count of kills by place. */
async function placeOf(folder) {
  if (folder === null) return "before the run folder";
  const { stages } = await recordOf(folder);
  const at = stages.find(({ status }) => status !== "completed");
  if (!at) return "after the last stage";
  return at.status === "pending" ? `before ${at.name}` : at.name;
}

const count = (counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1);
const countsText = (counts) => [...counts].map(([key, times]) => `${key} ${times}`).join(", ");

/** Kills until the leg is over, or a kill has ended the run. Resolves to what the leg said, null where it came to the end. */
async function disturb(soak, leg, totals, pace) {
  let over = false;
  let deadly = false;
  const ended = leg.then((words) => {
    over = true;
    return words;
  });
  while (!over && totals.kills < wanted && !deadly) {
    await Promise.race([ended, pause(30 + random() * 1000 * (random() < 0.3 ? 0.4 : pace))]);
    if (over) break;
    const chosen = chooseVictims(processesOf(soak.dist), random);
    if (chosen === null) continue;
    const { name, processes } = chosen;
    kill(processes);
    totals.kills++;
    count(totals.victims, name);
    count(totals.places, await placeOf(await newestRun(soak.workspace)));
    deadly = endsTheRun(processes);
  }
  const late = new AbortController();
  const stuck = pause(longest, `It did not end within ${longest / 60_000} minutes.`, { signal: late.signal });
  const words = await Promise.race([ended, stuck.catch(() => null)]);
  late.abort();
  return { words, deadly: deadly && over };
}

/** What is there although nobody needs it any more. */
async function leftovers(soak, folder) {
  const deadline = performance.now() + patience;
  const left = () => processesOf(soak.dist).map(({ pid, command }) => `process ${pid}: ${command}`);
  while (left().length > 0 && performance.now() < deadline) await pause(100);
  const names = await readdir(runsOf(soak.workspace));
  return [
    ...left(),
    ...(await readdir(soak.temporary, { recursive: true })).map((name) => `temporary file: ${name}`),
    ...(await heldLocks(folder)).map((name) => `held lock: ${name}`),
    ...(names.length === 1 ? [] : [`run folders: ${names.join(", ")}`]),
  ];
}

/** One run from its beginning to its end, through kills. Resolves to what is wrong. */
async function disturbedRun(soak, expected, totals, pace) {
  await rm(runsOf(soak.workspace), { recursive: true, force: true, maxRetries: 5 });
  for (;;) {
    const folder = await newestRun(soak.workspace);
    // A kill between the last word of a run and its end leaves nothing to resume.
    if (folder !== null && (await recordOf(folder)).status === "completed") break;
    const begin = random() < 0.5 ? inTerminal : inEditor;
    const { words, deadly } = await disturb(soak, begin(soak, folder), totals, pace);
    if (words === null || deadly) continue;
    const after = await newestRun(soak.workspace);
    if (after !== null && (await recordOf(after)).status === "completed") break;
    // The window that was to hear whether the run begins was killed.
    if (begin === inEditor && soak.editor?.gone !== false) continue;
    // A process that is killed whenever it is started: the run gives up and says so, and a resume goes on.
    if (/\(SIGKILL\)/.test(words)) continue;
    return [`A run stopped that nobody had stopped (${begin.name}): ${words}`];
  }
  await soak.editor?.close();
  const folder = await newestRun(soak.workspace);
  return [...differencesOf(expected, await outcome(folder)), ...(await leftovers(soak, folder))];
}

async function main() {
  const soak = await prepare();
  const began = performance.now();
  const failed = await inTerminal(soak, null);
  if (failed !== null) throw new Error(`The undisturbed run failed:\n${failed}`);
  const seconds = (performance.now() - began) / 1000;
  const undisturbed = await newestRun(soak.workspace);
  const expected = await outcome(undisturbed);
  const faults = (await leftovers(soak, undisturbed)).map((what) => `Left by the undisturbed run: ${what}`);
  console.log(
    `Undisturbed: ${seconds.toFixed(1)} s, ${Object.keys(expected.metrics).length} rows of metrics (seed ${options.seed}).`,
  );
  const totals = { kills: 0, victims: new Map(), places: new Map() };
  let runs = 0;
  for (; totals.kills < wanted && faults.length === 0; runs++) {
    const found = await disturbedRun(soak, expected, totals, Math.max(1.2, seconds / 12));
    faults.push(...found.map((what) => `Run ${runs + 1}: ${what}`));
    if (wanted > 100) console.log(`${totals.kills} kills in ${runs + 1} runs.`);
  }
  console.log(
    `${totals.kills} kills in ${runs} runs, of ${countsText(totals.victims)}; during ${countsText(totals.places)}.\n` +
      (faults.length === 0
        ? "All runs ended with the same metrics, rollouts, results, data sets and weights, and left no process, lock or temporary file."
        : `${faults.join("\n")}\nWhat they left: ${soak.folder} (seed ${options.seed})`),
  );
  kill(processesOf(soak.dist));
  if (faults.length === 0) await rm(soak.folder, { recursive: true, force: true, maxRetries: 5 });
  return faults.length === 0;
}

const same = await main();
if (options.report)
  await writeFile(options.report, JSON.stringify({ passed: same ? 1 : 0, failed: same ? 0 : 1, skipped: 0 }));
process.exitCode = same ? 0 : 1;
