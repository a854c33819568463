#!/usr/bin/env node
/** `reasoning-lab`: runs recipes in a terminal, with the library that the editor uses. */
import "./terminal/node-version";
import { print, printError } from "./terminal/print";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { liesWithin } from "./files/paths-within";
import { isFile } from "./files/workspace-file";
import { enginesFolder } from "./engine-setup/engines-folder";
import { installedEngines, usableTensorflow } from "./engine-setup/manifest";
import { sourceLines } from "./protocol/lineage";
import { readRun } from "./runs/list-runs";
import { runsFolder } from "./runs/paths";
import { readRecord } from "./runs/record";
import { plural } from "./shared/plural";
import { changeText } from "./recipes/recipe-changes";
import { createProject } from "./supervisor/create-project";
import { planFork } from "./supervisor/fork-plan";
import { productVersion, sampleFolder, type Installation } from "./supervisor/installation";
import {
  forkRun,
  resumeNotice,
  resumeRun,
  startRun,
  type RunEnd,
  type RunHandle,
  type RunHandlers,
  type RunOptions,
} from "./supervisor/run";
import { evaluateCheckpoint } from "./supervisor/evaluate-checkpoint";
import { resumeOnSave } from "./supervisor/resume-on-save";
import { scoreSamples } from "./supervisor/score";
import { behavioursText } from "./terminal/behaviours-command";
import { cleanCommand } from "./terminal/clean-command";
import { commandText, quoted, typedPath, UsageError } from "./terminal/command-line";
import { compareCommand } from "./terminal/compare-command";
import { evaluationTexts } from "./terminal/evaluation-text";
import { engineCommand } from "./terminal/engine-command";
import { forkRequest, pointOf } from "./terminal/fork-request";
import { progressDisplay, type ProgressDisplay } from "./terminal/progress";
import { reportText } from "./terminal/report";
import { reportJson } from "./terminal/report-json";
import { scoreCommand } from "./terminal/score-command";

const program = commandText(process.argv0, process.argv[1] ?? "", process.cwd());

const usage = `Usage: ${program} COMMAND

  run RECIPE [--stage NAME] [--seed N] [--workspace FOLDER] [--output FOLDER]
                                                              run a recipe, or one of its stages. The run is recorded in .reasoning-lab/runs of the
                                                              workspace: the nearest folder with runs, else the project's, else the recipe's; of --output
  resume RUN [--skip-batch] [--accept-changes]                go on with a run that was stopped or interrupted; past a step that is not finite;
                                                              although a reward, data, the engine or the version is not what it was
  fork RUN[/CHECKPOINT] [RECIPE] [--stage NAME] [--set PATH=VALUE]… [--as-run]
                                                              a new run from a checkpoint (the last one), with the recipe as it is on disk (another
                                                              one; as the run had it) and settings changed: --set reasoning-rl.learning_rate=0.0003
  report RUN [--format json]                                  held-out results before and after each stage
  clean [RUN] [--keep-steps N] [--delete]                     what of an ended run (of all) could go: numbers per token of older steps, checkpoints that
                                                              nothing builds on; --delete deletes it
  behaviours RUN                                              what its rollouts do, from first to last: corrections, flags, lengths
  score FILE.reward.ts#EXPORT [--workspace FOLDER]            run a reward on stored rollouts and on its cases
  score --reward FILE.reward.ts[#EXPORT] --input ROLLOUTS [--output FILE] [--timeout SECONDS] [--workers N]
                                                              run the rewards of a file on rollouts, one JSON object a line
                                                              (--env NAME: a variable of the environment that they may see)
  evaluate CHECKPOINT_OR_RUN [--samples N]                    pass@1, pass@k, maj@k and best-of-k of a checkpoint, by difficulty, with intervals
  compare RECIPE [--algorithms A,B] [--seeds 0,1,2] [--tokens N] [--stage NAME] [--target PASS@1] [--out FOLDER]
                                                              one RL stage by several algorithms, from one checkpoint
  engine install [--cuda] | status | remove [--engines FOLDER] set TensorFlow up, say what works, remove it
  new FOLDER                                                  make a project to start from

RUN is a run folder or its name under .reasoning-lab/runs; of one that --output recorded elsewhere, --workspace FOLDER says where its recipe lies.
--node PATH names a Node ≥ 22.13 for rewards.
Ctrl-C ends a run after the step in progress, with a checkpoint; once more ends it at once.`;

const installation: Installation = { distFolder: __dirname };

/** What a project's folder has. */
const projectMarks = [".git", ".vscode", "package.json"];

/** Where a recipe's runs go: the nearest folder around it that has runs already, else the nearest that is a project's, else its own. */
function workspaceOfFile(file: string, given: string | undefined): string {
  if (given !== undefined) return resolve(given);
  const nearest = (fits: (folder: string) => boolean): string | null => {
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      if (fits(folder)) return folder;
      if (folder === dirname(folder)) return null;
    }
  };
  return (
    nearest((folder) => existsSync(runsFolder(folder))) ??
    nearest((folder) => projectMarks.some((mark) => existsSync(join(folder, mark)))) ??
    dirname(file)
  );
}

/** A recipe and the workspace folder that it lies in. */
function recipeOf(path: string, workspace: string | undefined) {
  const recipeFile = resolve(path);
  if (!isFile(recipeFile)) throw new UsageError(`There is no recipe ${recipeFile}.`);
  const workspaceFolder = workspaceOfFile(recipeFile, workspace);
  if (!liesWithin(workspaceFolder, recipeFile))
    throw new UsageError(`${recipeFile} is not in the workspace folder ${workspaceFolder}.`);
  return { recipeFile, workspaceFolder };
}

function findRun(name: string): string {
  const candidates = [resolve(name), join(runsFolder(process.cwd()), name)];
  const found = candidates.find((folder) => existsSync(join(folder, "run.json")));
  if (found === undefined)
    throw new UsageError(`There is no run ${name}: neither that folder nor one under ${runsFolder(process.cwd())}.`);
  return found;
}

/** A checkpoint by its run and name, or by its folder; a run stands for its newest policy. */
function findCheckpoint(name: string): { readonly folder: string; readonly checkpoint: string | null } {
  try {
    return pointOf(name, findRun);
  } catch {
    throw new UsageError(
      `${name} is neither a run nor a checkpoint of one (RUN/STAGE-STEP, or the checkpoint's folder): neither that folder nor a run under ${runsFolder(process.cwd())}. ` +
        "Which prompts a checkpoint is to answer, its run's recipe says; for one without a run, write a recipe with it as its model and an evaluation stage, and run that.",
    );
  }
}

/** Null: as the recipe has it. */
function samplesOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const samples = Number(text);
  if (!Number.isInteger(samples) || samples < 1)
    throw new UsageError(`--samples must be a whole number from 1 on, not "${text}".`);
  return samples;
}

/**
 * Shows a run until it ends; where somebody looks on, a run that paused for its rewards is waited for until they are mended. Returns the exit
 * code: 0 completed, 130 stopped, 1 anything else.
 */
async function follow(begin: (handlers: RunHandlers) => Promise<RunHandle>, options: RunOptions): Promise<number> {
  const display: ProgressDisplay = progressDisplay(process.stdout);
  let run: RunHandle | null = null;
  let interrupts = 0;
  const wait = new AbortController();
  let waiting = false;
  const interrupt = () => {
    if (waiting) {
      wait.abort();
      return;
    }
    interrupts++;
    if (run === null) process.exit(130);
    if (interrupts === 1) {
      display.print("Stopping after this step, with a checkpoint. Ctrl-C once more ends it at once.");
      run.stop();
    } else run.kill();
  };
  // A terminal that is closed may say so more than once, and nobody is left to be impatient.
  const hangUp = () => {
    wait.abort();
    if (run === null) process.exit(130);
    run.stop();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", hangUp);
  try {
    const handlers: RunHandlers = {
      progress: (progress) => display.show(progress),
      log: (level, text) => {
        if (text !== "") display.print(level === "info" ? text : `${level}: ${text}`);
      },
      limits: ({ restricted, reason }) => {
        if (!restricted) display.print(`warning: ${reason}`);
      },
    };
    run = await begin(handlers);
    display.print([`Run ${run.folder}`, ...sourceLines(readRecord(run.folder))].join("\n"));
    const { folder } = run;
    const looksOn = process.stdout.isTTY && process.stdin.isTTY;
    const follows = (next: RunHandle): Promise<RunEnd> => {
      run = next;
      waiting = false;
      return next.ended.then((ended) => {
        display.end();
        waiting = looksOn && ended.status === "paused" && readRun(folder).record?.pausedFor === "reward";
        if (waiting) display.print(`${ended.message ?? ""}\nCtrl-C ends the wait.`);
        return ended;
      });
    };
    let end = follows(run);
    const resumed = (next: RunHandle) => void (end = follows(next));
    if (looksOn) await resumeOnSave(run, () => options, handlers, { resumed, signal: wait.signal });
    const { status, message } = await end;
    display.end();
    const { record } = readRun(folder);
    print(record ? `\n${[reportText(record), ...evaluationTexts(folder, record)].join("\n\n")}` : (message ?? status));
    if (status === "completed") return 0;
    const where = options.sources === undefined ? "" : ` --workspace ${quoted(options.sources)}`;
    if (record) print(`Resume with: ${program} resume ${quoted(typedPath(folder, process.cwd()))}${where}`);
    return status === "stopped" || interrupts > 0 ? 130 : 1;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    process.off("SIGHUP", hangUp);
  }
}

async function score(
  reference: string,
  { workspace, env }: { readonly workspace?: string | undefined; readonly env: readonly string[] },
  nodePath: string,
): Promise<number> {
  const at = reference.lastIndexOf("#");
  if (at < 0) throw new UsageError(`${reference} names no reward: write FILE.reward.ts#EXPORT.`);
  const file = resolve(reference.slice(0, at));
  const workspaceFolder = workspaceOfFile(file, workspace);
  const name = reference.slice(at + 1);
  const log = (text: string) => print(text);
  const result = await scoreSamples({ workspaceFolder, file, export: name, env, installation, nodePath, log });
  const mean = result.mean === null ? "–" : `${result.mean.toFixed(3)} ± ${(result.std ?? 0).toFixed(3)}`;
  const over = plural(result.samples, result.source === "cases" ? "case" : "rollout");
  print(
    `${name}: ${mean} over ${over}, ${result.millisecondsPerSample.toFixed(2)} ms a sample, ${plural(result.errors, "error")}`,
  );
  if (result.firstError !== null) print(`First error: ${result.firstError}`);
  for (const note of result.notes) print(note);
  if (result.cases > 0) print(`${result.cases - result.failedCases.length} of ${plural(result.cases, "case")} passed`);
  for (const { line, expected, actual } of result.failedCases)
    print(`Case in line ${line}: expected ${expected}, got ${actual}`);
  return result.failedCases.length > 0 || (result.source === "rollouts" && result.errors > 0) ? 1 : 0;
}

function seedOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31)
    throw new UsageError(`--seed must be a whole number from 0 to 2147483647, not "${text}".`);
  return seed;
}

function argumentsOf(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        stage: { type: "string" },
        algorithms: { type: "string" },
        seeds: { type: "string" },
        tokens: { type: "string" },
        samples: { type: "string" },
        target: { type: "string" },
        out: { type: "string" },
        "skip-batch": { type: "boolean", default: false },
        "accept-changes": { type: "boolean", default: false },
        "as-run": { type: "boolean", default: false },
        checkpoint: { type: "string" },
        set: { type: "string", multiple: true, default: [] },
        seed: { type: "string" },
        workspace: { type: "string" },
        node: { type: "string" },
        engines: { type: "string" },
        cuda: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        format: { type: "string" },
        "keep-steps": { type: "string" },
        delete: { type: "boolean", default: false },
        reward: { type: "string" },
        input: { type: "string" },
        output: { type: "string" },
        timeout: { type: "string" },
        workers: { type: "string" },
        env: { type: "string", multiple: true, default: [] },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = argumentsOf(argv);
  if (values.version) {
    print(productVersion(installation));
    return 0;
  }
  const [command, subject, ...more] = positionals;
  if (values.help || command === undefined) {
    print(usage);
    return values.help ? 0 : 1;
  }
  const nodePath = values.node ?? "";
  const { reward, input, output, timeout, workers } = values;
  if (command === "score" && subject === undefined && reward !== undefined)
    return scoreCommand({ reward, input, output, timeout, workers, env: values.env }, installation, nodePath);
  if (command === "clean" && more.length === 0) {
    const runs = subject === undefined ? [] : [findRun(subject)];
    const workspaceFolder = resolve(values.workspace ?? process.cwd());
    print(cleanCommand({ runs, workspaceFolder, keepSteps: values["keep-steps"], delete: values.delete }));
    return 0;
  }
  const forScore = [reward, input, timeout, workers, command === "run" ? undefined : output].some(
    (option) => option !== undefined,
  );
  const others = command === "fork" ? more.slice(1) : more;
  if (subject === undefined || others.length > 0 || forScore) throw new UsageError(usage);
  const engines = enginesFolder(values.engines);
  const options: RunOptions = {
    ...{ installation, nodePath, version: productVersion(installation) },
    ...usableTensorflow(installedEngines(engines)),
  };
  // Of a run that is recorded elsewhere: the folder that its recipe lies in.
  const elsewhere = values.workspace === undefined ? {} : { sources: resolve(values.workspace) };
  const ofRun = { ...options, ...elsewhere };
  switch (command) {
    case "run": {
      const { recipeFile, workspaceFolder: sources } = recipeOf(subject, values.workspace);
      const seed = seedOf(values.seed);
      const start = { recipeFile, stage: values.stage ?? null, seed };
      const where = output === undefined ? { workspaceFolder: sources } : { workspaceFolder: resolve(output), sources };
      const all = { ...options, ...where };
      return follow((handlers) => startRun({ ...all, ...start }, handlers), all);
    }
    case "compare": {
      const { recipeFile, workspaceFolder } = recipeOf(subject, values.workspace);
      const typed = (argument: string): string =>
        resolve(argument) === process.cwd() ? "." : quoted(typedPath(argument, process.cwd()));
      const command = `reasoning-lab ${argv.map(typed).join(" ")}`;
      return compareCommand(recipeFile, workspaceFolder, values, { options, command });
    }
    case "resume": {
      const folder = findRun(subject);
      const flags = { skipBatch: values["skip-batch"], acceptChanges: values["accept-changes"] };
      const notice = resumeNotice(folder, elsewhere);
      if (notice !== null) print(notice);
      return follow((handlers) => resumeRun(folder, { ...ofRun, ...flags }, handlers), ofRun);
    }
    case "fork": {
      const asked = forkRequest({ ...values, run: subject, recipe: more[0] }, { findRun, contains: liesWithin });
      const request = { ...asked, ...elsewhere };
      const { parent, stages, changes } = planFork(request);
      print(`From ${parent.checkpoint} of ${parent.run}: ${stages.map(({ name }) => name).join(", ")}`);
      for (const change of changes) print(`  ${changeText(change)}`);
      return follow((handlers) => forkRun(request, ofRun, handlers), ofRun);
    }
    case "evaluate": {
      const request = { ...findCheckpoint(subject), samples: samplesOf(values.samples) };
      return follow((handlers) => evaluateCheckpoint(request, ofRun, handlers), ofRun);
    }
    case "report": {
      const folder = findRun(subject);
      const { record, problem } = readRun(folder);
      if (record === null) throw new UsageError(problem ?? "The run cannot be read.");
      const { format = values.json ? "json" : "text" } = values;
      if (format !== "json" && format !== "text")
        throw new UsageError(`--format must be text or json, not "${format}".`);
      print(
        format === "json"
          ? JSON.stringify(reportJson(folder, record), null, 2)
          : [reportText(record), ...evaluationTexts(folder, record)].join("\n\n"),
      );
      return 0;
    }
    case "behaviours":
      print(behavioursText(findRun(subject)));
      return 0;
    case "score":
      return score(subject, values, nodePath);
    case "engine": {
      const { cuda, json } = values;
      const code = await engineCommand({
        ...{ action: subject, engines, cuda, json, program },
        distFolder: installation.distFolder,
      });
      if (code === null) throw new UsageError(`There is no "engine ${subject}".\n\n${usage}`);
      return code;
    }
    case "new":
      print(`Made ${createProject(sampleFolder(installation), resolve(subject))}`);
      return 0;
    default:
      throw new UsageError(`There is no command "${command}".\n\n${usage}`);
  }
}

// A reader that goes away (`| head`) ends the output, not the run.
process.stdout.on("error", () => undefined);
void main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    printError(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
