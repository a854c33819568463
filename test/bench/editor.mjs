// How long the editor makes somebody wait who works on a reward while a run trains: the language server by its own protocol, and commands from start to end.
import { appendFile, cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectNode, root } from "../harness/node.mjs";
import { start } from "../harness/processes.mjs";
import { openLanguageServer } from "./language-server.mjs";
import { bundleWorker } from "./sides.mjs";

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs a command to its end; milliseconds that it took, and what it printed. An exit code that is not among `codes` is an error. */
async function timed(args, { cwd, codes = [0] }) {
  const began = performance.now();
  const child = start(projectNode(), args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (!codes.includes(code)) throw new Error(`${args.join(" ")} ended with code ${code}:\n${said.slice(-2000)}`);
  return { milliseconds: performance.now() - began, said };
}

/** The sample, with a recipe that stays in reinforcement learning, and is there as soon as its completions are of their usual length. */
async function sampleProject(folder) {
  await cp(join(root, "samples", "chain-sum"), folder, { recursive: true });
  const file = join(folder, "chain-sum.lab.json");
  const text = await readFile(file, "utf8");
  const from = text.indexOf('"kind": "rejection-sampling"');
  const stages = text.slice(0, text.lastIndexOf("{", from)).trimEnd().replace(/,$/, "");
  const evaluation = '"evaluation": { "prompts": 16, "samples": 2, "every": 0, "during_prompts": 16 }';
  await writeFile(
    file,
    `${stages}\n  ],\n  ${evaluation}\n}\n`
      .replace('"steps": 2500', '"steps": 800')
      .replace('"steps": 100,', '"steps": 100000,'),
  );
  return file;
}

async function rowsOf(folder) {
  const runs = join(folder, ".reasoning-lab", "runs");
  const [name] = await readdir(runs).catch(() => []);
  if (name === undefined) return [];
  const text = await readFile(join(runs, name, "metrics.jsonl"), "utf8").catch(() => "");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Starts a run as an editor does, and waits until it samples and scores. */
async function training(server, folder, recipe) {
  const { folder: run } = await server.ask("lab/startRun", { recipeUri: pathToFileURL(recipe).href, stage: null });
  const record = async () => JSON.parse(await readFile(join(run, "run.json"), "utf8"));
  const goesOn = async () => {
    const { status, message } = await record();
    if (status !== "running") throw new Error(`The run is ${status} before the measurements are over: ${message}`);
  };
  const scored = async () => (await rowsOf(folder)).filter((row) => row["time/score"] !== undefined);
  while ((await scored()).length < 3) {
    await goesOn();
    await pause(200);
  }
  return {
    scored,
    async stop() {
      await goesOn();
      await server.ask("lab/stopRun", { folder: run });
      while ((await record()).status === "running") await pause(200);
    },
  };
}

/** Types into the reward, and deletes again: each key press from the edit to lens and diagnostics. */
async function keyPresses(server, file, times) {
  const uri = pathToFileURL(file).href;
  const text = await readFile(file, "utf8");
  let version = 1;
  await server.say("textDocument/didOpen", { textDocument: { uri, languageId: "typescript", version, text } });
  // As an editor does that shows the file.
  await server.ask("textDocument/codeLens", { textDocument: { uri } });
  const place = text.slice(0, text.indexOf("return given")).split("\n");
  const [line, character] = [place.length - 1, place.at(-1).length];
  const typed = "const half = 0.5 * given.length; ";
  const milliseconds = [];
  for (let press = 0; press < times; press++) {
    const at = press % (2 * typed.length);
    const deletes = at >= typed.length;
    const from = character + (deletes ? 2 * typed.length - at - 1 : at);
    const change = {
      range: { start: { line, character: from }, end: { line, character: from + (deletes ? 1 : 0) } },
      text: deletes ? "" : typed[at],
    };
    version++;
    const told = server.diagnostics(uri, version);
    const began = performance.now();
    await server.say("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [change] });
    const lenses = server.ask("textDocument/codeLens", { textDocument: { uri } }).then(async (found) => {
      if (found.length === 0) throw new Error("The reward has no lens.");
      await Promise.all(found.map((lens) => (lens.command ? lens : server.ask("codeLens/resolve", lens))));
      return performance.now();
    });
    milliseconds.push(Math.max(await told, await lenses) - began);
    await pause(60);
  }
  await server.say("textDocument/didClose", { textDocument: { uri } });
  return milliseconds;
}

const caseCount = 13;

/** Saves the reward, with another comment each time, and runs its cases. */
async function savedCases(server, file, times) {
  const uri = pathToFileURL(file).href;
  const answers = Array.from({ length: caseCount }, (_, index) => index + 1);
  const cases = answers.map((answer) =>
    JSON.stringify({
      reward: answer % 2 === 0 ? "correct" : "wellFormed",
      prompt: `a${answer - 1}+1=`,
      completion: `<think>${answer - 1}+1=${answer}</think><answer>${answer}</answer>`,
      answer: String(answer),
      expect: 1,
    }),
  );
  await writeFile(file.replace(/\.ts$/, ".cases.jsonl"), `${cases.join("\n")}\n`);
  const milliseconds = [];
  for (let save = 0; save < times; save++) {
    const began = performance.now();
    await appendFile(file, `// Save ${save}.\n`);
    const { outcomes } = await server.ask("lab/runCases", { uri, run: save, rewards: null, lines: null });
    milliseconds.push(performance.now() - began);
    const passed = outcomes.filter(({ verdict }) => verdict === "passed").length;
    if (passed !== caseCount) throw new Error(`${passed} of ${caseCount} cases passed: ${JSON.stringify(outcomes)}`);
    // Nobody saves each second: the run takes up one edit before the next.
    await pause(1500);
  }
  return milliseconds;
}

/** Steps of so many seconds say how long training waits for scores. */
const secondsOfTraining = 20;

/** Rows of the table: what was measured, in the order in which it was. */
export async function measureEditor(dist, scratch, { rounds, say }) {
  const folder = join(scratch, "editor");
  const stored = join(scratch, "stored");
  await mkdir(folder, { recursive: true });
  await sampleProject(stored);
  const writer = await bundleWorker("test/bench/stored-run.ts");
  const { said } = await timed([writer.file, stored, "20000"], { cwd: scratch });
  await writer.remove();
  const storedRun = said.trim().split("\n").at(-1);
  const recipe = await sampleProject(folder);
  const reward = join(folder, "rewards", "chain-sum.reward.ts");
  const server = await openLanguageServer(dist, folder, join(scratch, "storage"));
  const run = await training(server, folder, recipe);
  const rows = [];
  const add = (work, values) => {
    rows.push({ work, values });
    say(work, values);
  };
  const cli = async (args, options) => {
    const milliseconds = [];
    for (let round = 0; round < Math.max(3, rounds); round++)
      milliseconds.push((await timed([join(dist, "cli.js"), ...args], options)).milliseconds);
    return milliseconds;
  };
  add("lens and diagnostics after a key press", await keyPresses(server, reward, 200));
  add("13 cases after a save", await savedCases(server, reward, 15));
  add("re-score of 20,000 rollouts", await cli(["rescore", storedRun], { cwd: stored }));
  const help = await timed([join(dist, "cli.js"), "--help"], { cwd: folder });
  if (!/^ +audit /m.test(help.said)) throw new Error("The command line has no command audit, which is to be measured.");
  // 1: it found something, which is no failure of the measurement.
  add(
    "audit of the sample's rewards",
    await cli(["audit", join("rewards", "chain-sum.reward.ts")], { cwd: folder, codes: [0, 1] }),
  );
  // Of itself, with nothing else asked of the machine.
  const before = (await run.scored()).length;
  await pause(secondsOfTraining * 1000);
  const during = (await run.scored()).slice(before);
  if (during.length === 0) throw new Error(`The run made no step in ${secondsOfTraining} s.`);
  await run.stop();
  await server.close();
  add(
    "waiting for scores, beside sampling",
    during.map((row) => row["time/score"] / row["time/generate"]),
  );
  return rows;
}
