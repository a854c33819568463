/** Runs one stage of a recipe by several algorithms from one checkpoint, one run after the other, and writes what came out. */
import { accessSync, constants, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, relative, sep } from "node:path";
import { comparisonChart } from "./chart";
import { comparisonMarkdown, type Comparison } from "./report";
import { summariseRun, type RunSummary } from "./summary";
import { comparedStage, recipeVariant, stageVariant } from "./variant";
import { makeFolders } from "../files/make-folders";
import { writeProblem } from "../files/write-problem";
import type { Algorithm } from "../recipes/presets";
import type { Recipe } from "../recipes/schema";
import type { ReasoningRlSpec } from "../recipes/stages";
import { sourceStage } from "../recipes/source-stage";
import { givenCheckpoint } from "../runs/given-checkpoint";
import { comparisonsFolder } from "../runs/paths";
import { readRecord } from "../runs/record";
import { readRecipe } from "../launch/read-recipe";
import { startRun, type RunHandle, type RunHandlers, type RunOptions } from "../launch/run";
import { sourceCheckpoints } from "../launch/source-checkpoint";
import { UserError } from "../shared/user-error";

export interface CompareOptions extends RunOptions {
  readonly workspaceFolder: string;
  /** Absolute path. */
  readonly recipeFile: string;
  /** Name of the RL stage; null: the only one. */
  readonly stage: string | null;
  readonly algorithms: readonly Algorithm[];
  readonly seeds: readonly number[];
  /** Generated tokens of each run; null: what the stage would generate if its completions were half as long as they may be. */
  readonly tokens: number | null;
  /** Held-out pass@1 to reach. */
  readonly target: number;
  /** Folder of the report; null: a new one in `.reasoning-lab/comparisons`. */
  readonly out: string | null;
  /** How this comparison is called again, for the report. */
  readonly command: string;
}

export interface CompareHandlers extends RunHandlers {
  /** A run begins: `done` of `all` are over. */
  readonly run?: (what: string, done: number, all: number) => void;
}

export interface CompareResult {
  readonly report: string;
  readonly comparison: Comparison;
}

/** What a stage would generate if its completions were half as long as they may be. */
export const defaultTokens = ({
  steps,
  prompts_per_step,
  num_generations,
  max_completion_length,
}: ReasoningRlSpec): number => Math.round((steps * prompts_per_step * num_generations * max_completion_length) / 2);

/** Throws when a run does not come to its end, and on an abort; the runs stay. */
export async function compareAlgorithms(
  options: CompareOptions,
  handlers: CompareHandlers,
  signal: AbortSignal,
): Promise<CompareResult> {
  const { recipe } = readRecipe(options.recipeFile);
  const stage = comparedStage(recipe, options.stage);
  const tokens = options.tokens ?? defaultTokens(stage);
  const all = options.algorithms.length * options.seeds.length;
  const folder = folderOfReport(options);
  const from = await startingPoint(options, recipe, stage, handlers, signal);
  const runs: RunSummary[] = [];
  // Seed by seed, so that a change of the machine's speed meets all algorithms.
  for (const seed of options.seeds) {
    for (const algorithm of options.algorithms) {
      handlers.run?.(`${algorithm}, seed ${seed}`, runs.length, all);
      const variant = stageVariant(stage, algorithm, tokens);
      const change = (written: Recipe): Recipe => recipeVariant(written, variant, algorithm, seed);
      const run = await runToItsEnd({ ...options, stage: variant.name, seed, change, from }, handlers, signal);
      runs.push(summariseRun(readRecord(run), run, { algorithm, target: options.target }));
    }
  }
  const comparison: Comparison = {
    recipe: recipe.name,
    stage: stage.name,
    seeds: options.seeds,
    tokens,
    target: options.target,
    samples: recipe.evaluation.samples,
    prompts: recipe.evaluation.prompts,
    command: options.command,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}`,
    runs: runs.map((run) => ({ ...run, folder: relative(options.workspaceFolder, run.folder).split(sep).join("/") })),
  };
  return { report: writeComparison(folder, comparison), comparison };
}

/** The checkpoint that all runs start from; null: the recipe's model. The stages before are run when no run has done so yet. */
async function startingPoint(
  options: CompareOptions,
  recipe: Recipe,
  stage: ReasoningRlSpec,
  handlers: CompareHandlers,
  signal: AbortSignal,
): Promise<string | null> {
  const source = sourceStage(recipe, stage);
  if (source === null) return null;
  const recipeFile = relative(options.workspaceFolder, options.recipeFile).split(sep).join("/");
  try {
    return sourceCheckpoints(options.workspaceFolder, recipeFile, recipe, stage)[source] ?? null;
  } catch {
    handlers.run?.(`${source}, where all of them start`, 0, options.algorithms.length * options.seeds.length);
    const folder = await runToItsEnd({ ...options, stage: source, seed: null }, handlers, signal);
    const checkpoint = givenCheckpoint(folder, readRecord(folder), source);
    if (checkpoint === null) throw new UserError(`${folder} has no checkpoint of ${source}.`);
    return relative(options.workspaceFolder, checkpoint).split(sep).join("/");
  }
}

/** Folder of a run that is complete. */
async function runToItsEnd(
  options: Parameters<typeof startRun>[0],
  handlers: RunHandlers,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const run: RunHandle = await startRun(options, handlers);
  const stop = (): void => run.stop();
  signal.addEventListener("abort", stop);
  const { status, message } = await run.ended;
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (status !== "completed") throw new UserError(`${run.folder} did not end: ${message ?? status}`);
  return run.folder;
}

/** Turns what the file system says into a sentence for people. */
function writingComparison<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new UserError(`The comparison cannot be written to ${folder}: ${writeProblem(folder, error)}.`, {
      cause: error,
    });
  }
}

/** The folder that the report goes to: made, or found not to be writable, before hours of training. */
function folderOfReport({ out, workspaceFolder }: CompareOptions): string {
  const time = new Date().toISOString().replace(/\..*$/, "").replaceAll(":", "");
  const folder = out ?? join(comparisonsFolder(workspaceFolder), time);
  return writingComparison(folder, () => {
    makeFolders(folder);
    accessSync(folder, constants.W_OK);
    return folder;
  });
}

/** Writes report, picture and numbers; returns the report's path. */
function writeComparison(folder: string, comparison: Comparison): string {
  const report = join(folder, "comparison.md");
  writingComparison(folder, () => {
    writeFileSync(join(folder, "comparison.svg"), comparisonChart(comparison.runs));
    writeFileSync(join(folder, "comparison.json"), `${JSON.stringify(comparison, null, 2)}\n`);
    writeFileSync(report, comparisonMarkdown(comparison, "comparison.svg"));
  });
  return report;
}
