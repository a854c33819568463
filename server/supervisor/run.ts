/** Starts, resumes, answers and stops the one run of this process. */
import { createHash } from "node:crypto";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { isLive, type RunRecord, type RunStatus } from "../protocol/run";
import type { FromTrainer, TrainerProgress } from "../protocol/trainer";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { plannedSteps } from "../recipes/stages";
import { latestCheckpoint } from "../runs/checkpoints";
import { createRun } from "../runs/create-run";
import { readRun } from "../runs/list-runs";
import { workspaceOf } from "../runs/paths";
import { readRecord, withLiveness, writeRecord } from "../runs/record";
import { withChosenEngine, type EngineOptions } from "./chosen-engine";
import { trainerScript, type Installation } from "./installation";
import { readRecipe } from "./read-recipe";
import { openRewardPool, type RewardPool } from "./reward-pool";
import { findRewardRuntime, type RewardRuntime } from "./runtime";
import { sourceCheckpoint } from "./source-checkpoint";
import { startTrainer, type TrainerChild, type TrainerExit } from "./trainer-child";

export interface RunOptions extends EngineOptions {
  readonly installation: Installation;
  /** Setting `reasoningLab.nodePath`; empty: look for one. */
  readonly nodePath: string;
  /** Version of Reasoning Lab, for the run's record. */
  readonly version: string;
  /** Go past the first step that is not finite. */
  readonly skipBatch?: boolean;
}

export interface StartOptions extends RunOptions {
  readonly workspaceFolder: string;
  /** Absolute path. */
  readonly recipeFile: string;
  /** Name of the one stage to run; null: all of them. */
  readonly stage: string | null;
  /** In place of the recipe's seed; null: the recipe's. */
  readonly seed: number | null;
  /** What is done to the recipe before it is run. */
  readonly change?: (recipe: Recipe) => Recipe;
  /** Checkpoint that the one stage starts from, relative to the workspace folder; null: the recipe's model. Unset: the newest of its source. */
  readonly from?: string | null;
}

export interface RunHandlers {
  readonly progress?: (progress: TrainerProgress) => void;
  readonly log?: (level: "info" | "warn" | "error", text: string) => void;
  /** How far reward code is limited, once it is known. */
  readonly limits?: (runtime: RewardRuntime) => void;
}

export interface RunEnd {
  readonly status: RunStatus;
  /** One sentence for people. */
  readonly message: string | null;
}

export interface RunHandle {
  /** The run folder. */
  readonly folder: string;
  readonly progress: TrainerProgress | null;
  readonly stopping: boolean;
  /** Process id of the trainer. */
  readonly trainerPid: number | undefined;
  /** Ends the run after the step in progress, with a checkpoint. A trainer that does not get there in five minutes is killed. */
  stop(): void;
  /** Ends the run now; resuming goes on from its last checkpoint. */
  kill(): void;
  /** Never rejects. */
  readonly ended: Promise<RunEnd>;
}

const stopGrace = 5 * 60_000;

let active: RunHandle | null = null;
let starting = false;

/** The run that this process supervises. */
export const activeRun = (): RunHandle | null => active;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Whether a run says of itself that it is over: its trainer is on its way out, and has nothing to do any more. */
function isOver({ folder }: RunHandle): boolean {
  const { record } = readRun(folder);
  return record !== null && !isLive(record);
}

/** Lets one run begin at a time. */
async function exclusively(begin: () => Promise<RunHandle>): Promise<RunHandle> {
  // Whoever sees in `run.json` that a run has ended may start the next at once.
  if (active !== null && isOver(active)) await active.ended;
  if (active !== null || starting)
    throw new Error(
      `A run is in progress${active === null ? "" : ` (${active.folder})`}. Stop it first: two at a time would halve each other's speed.`,
    );
  starting = true;
  try {
    active = await begin();
    void active.ended.then(() => (active = null));
    return active;
  } finally {
    starting = false;
  }
}

interface Rewards {
  readonly pool: RewardPool;
  close(): void;
}

/** Bundles and loads the rewards, so that what is wrong with them is told before training, not after. */
async function openRewards(
  recipe: Recipe,
  recipeFolder: string,
  options: RunOptions,
  handlers: RunHandlers,
): Promise<Rewards> {
  const runtime = await findRewardRuntime(options.nodePath);
  handlers.limits?.(runtime);
  const bundleFolder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-rewards-"));
  const pool = openRewardPool({
    references: recipe.rewards.map((reward) => reward.function),
    folder: recipeFolder,
    bundleFolder,
    installation: options.installation,
    runtime,
    log: (text) => handlers.log?.("info", text),
  });
  const close = () => {
    pool.close();
    rmSync(bundleFolder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await pool.prepare();
  } catch (error) {
    close();
    throw error;
  }
  return { pool, close };
}

/** Seconds a group may take in the stage that is running. */
function rewardTimeout(recipe: Recipe, stage: string | undefined): number {
  const timeouts = recipe.stages.flatMap((spec) =>
    "reward_timeout" in spec && (stage === undefined || spec.name === stage) ? [spec.reward_timeout] : [],
  );
  return timeouts.length > 0 ? Math.max(...timeouts) : 5;
}

/** Says in `run.json` how the run ended, unless the trainer has said so itself. */
function recordEnd(folder: string, { ended, how, lastWords }: TrainerExit, killedByUs: boolean): RunEnd {
  const record = readRecord(folder);
  if (ended !== null && record.status === ended.status && record.process === null)
    return { status: record.status, message: record.message };
  const last = record.stages
    .map(({ name }) => latestCheckpoint(folder, name))
    .findLast((checkpoint) => checkpoint !== null);
  const goesOn =
    last === undefined
      ? "Resume begins again: there is no checkpoint yet."
      : `Resume goes on from checkpoint ${last.split(sep).at(-1) ?? last}.`;
  const why =
    lastWords === "" || killedByUs
      ? ""
      : ` Its last words: ${lastWords.split("\n").slice(-3).join(" ").slice(0, 300)}.`;
  const end: RunEnd = ended ?? {
    status: "interrupted",
    message: `${killedByUs ? "The run was ended at once" : `The trainer process ended from outside (${how})`}.${why} ${goesOn}`,
  };
  writeRecord(folder, {
    ...record,
    status: end.status,
    message: end.message,
    process: null,
    stages: record.stages.map((stage) => (stage.status === "running" ? { ...stage, status: "stopped" } : stage)),
  });
  return { status: end.status, message: end.message };
}

/** Starts the trainer on a run folder and answers it until it has ended. */
function supervise(
  folder: string,
  recipe: Recipe,
  rewards: Rewards,
  options: RunOptions,
  handlers: RunHandlers,
): RunHandle {
  let progress: TrainerProgress | null = null;
  let stopping = false;
  let killed = false;
  let grace: NodeJS.Timeout | undefined;
  const log = (level: "info" | "warn" | "error", text: string) => handlers.log?.(level, text);

  async function answer({ id, groups }: Extract<FromTrainer, { type: "score" }>): Promise<void> {
    try {
      const scored = await rewards.pool.score(groups, rewardTimeout(recipe, progress?.stage));
      trainer.send({ type: "scored", id, scored });
    } catch (error) {
      trainer.send({ type: "score-failed", id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async function judge({ id, language, programs }: Extract<FromTrainer, { type: "judge" }>): Promise<void> {
    try {
      trainer.send({ type: "judged", id, right: await rewards.pool.judge(language, programs) });
    } catch (error) {
      trainer.send({ type: "score-failed", id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  const trainer: TrainerChild = startTrainer(trainerScript(options.installation), {
    log,
    message(message) {
      if (message.type === "score") void answer(message);
      else if (message.type === "judge") void judge(message);
      else if (message.type === "log") log(message.level, message.text);
      else if (message.type === "progress") {
        progress = message;
        handlers.progress?.(message);
      }
    },
  });
  trainer.send({
    type: "start",
    runFolder: folder,
    workspaceFolder: workspaceOf(folder),
    skipBatch: options.skipBatch ?? false,
    tensorflow: options.tensorflow ?? null,
  });

  const kill = () => {
    killed = true;
    trainer.kill();
  };
  const ended = trainer.exited.then((exit): RunEnd => {
    clearTimeout(grace);
    rewards.close();
    try {
      return recordEnd(folder, exit, killed);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log("error", message);
      return { status: exit.ended?.status ?? "interrupted", message: exit.ended?.message ?? message };
    }
  });
  return {
    folder,
    get progress() {
      return progress;
    },
    get stopping() {
      return stopping;
    },
    trainerPid: trainer.pid,
    stop() {
      if (stopping) return;
      stopping = true;
      trainer.send({ type: "stop" });
      grace = setTimeout(kill, stopGrace);
    },
    kill,
    ended,
  };
}

/**
 * Starts a run of a recipe. Throws (RecipeError, BundleError or an Error for people) when it cannot begin; what happens later is the
 * end of the run and stands in its record.
 */
export function startRun(options: StartOptions, handlers: RunHandlers = {}): Promise<RunHandle> {
  return exclusively(async () => {
    const { recipe: read, text } = readRecipe(options.recipeFile);
    const written = options.change?.(read) ?? read;
    const recipe = withChosenEngine({ ...written, seed: options.seed ?? written.seed }, options);
    const recipeFile = relative(options.workspaceFolder, options.recipeFile).split(sep).join("/");
    const stages = options.stage === null ? recipe.stages : recipe.stages.filter(({ name }) => name === options.stage);
    if (stages.length === 0)
      throw new Error(
        `${options.recipeFile} has no stage "${options.stage ?? ""}". It has: ${recipe.stages.map(({ name }) => name).join(", ")}.`,
      );
    const newest = (): string | null =>
      options.stage === null ? null : sourceCheckpoint(options.workspaceFolder, recipeFile, recipe, stages[0]!);
    const from = options.from === undefined ? newest() : options.from;
    const rewards = await openRewards(recipe, dirname(options.recipeFile), options, handlers);
    try {
      const folder = createRun({
        workspaceFolder: options.workspaceFolder,
        recipeFile,
        name: recipe.name,
        recipe,
        seed: recipe.seed,
        versions: { "reasoning-lab": options.version, node: process.versions.node },
        hashes: { recipe: sha256(text), rewards: rewards.pool.hashes(), data: {} },
        stages: stages.map((stage) => ({ name: stage.name, kind: stage.kind, steps: plannedSteps(stage), from })),
      });
      return supervise(folder, recipe, rewards, options, handlers);
    } catch (error) {
      rewards.close();
      throw error;
    }
  });
}

function resumable(folder: string): RunRecord {
  const record = withLiveness(folder, readRecord(folder));
  if (isLive(record))
    throw new Error(`${folder} is running (process ${record.process?.pid ?? "unknown"}). Stop it first.`);
  if (record.status === "completed") throw new Error(`${folder} is complete: there is nothing to resume.`);
  return record;
}

/** Goes on with a run from its last checkpoint, with the recipe it was started with and the rewards as they are now. Throws as {@link startRun}. */
export function resumeRun(folder: string, options: RunOptions, handlers: RunHandlers = {}): Promise<RunHandle> {
  return exclusively(async () => {
    const record = resumable(folder);
    const parsed = recipeSchema.safeParse(record.recipe);
    if (!parsed.success)
      throw new Error(
        `${folder} was made by another version of Reasoning Lab: its recipe is not understood (${parsed.error.issues[0]?.message ?? ""}). Start a new run.`,
      );
    // The engine stays the recipe's: numbers go on as they began.
    withChosenEngine(parsed.data, options);
    const recipeFolder = dirname(resolve(workspaceOf(folder), ...record.recipeFile.split("/")));
    const rewards = await openRewards(parsed.data, recipeFolder, options, handlers);
    try {
      writeRecord(folder, {
        // Looked at again: meanwhile another window may have resumed it.
        ...resumable(folder),
        status: "running",
        message: null,
        process: { pid: process.pid, host: hostname() },
      });
      return supervise(folder, parsed.data, rewards, options, handlers);
    } catch (error) {
      rewards.close();
      throw error;
    }
  });
}
