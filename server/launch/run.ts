/** Starts, resumes and forks runs: one at a time in this process. */
import { hostname } from "node:os";
import { dirname } from "node:path";
import { endingOf, isLive, type RunRecord, type StageRecord } from "../protocol/run";
import { filledOf, filledText, stillFilled, type FilledSetting } from "../recipes/fill-defaults";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { plannedSteps, type StageSpec } from "../recipes/stages";
import { sourceStage } from "../recipes/source-stage";
import { afterWriter, claimRun, RunHeldError, type RunClaim } from "../runs/claim";
import { pinnedCheckpoint } from "../files/hub-cache";
import { listCheckpoints } from "../runs/checkpoints";
import { createRun, type NewRun } from "../runs/create-run";
import { copyForked, forkedVersions } from "../runs/copy-forked";
import { readRun } from "../runs/list-runs";
import { damagedMetrics } from "../runs/metrics";
import { recipeFileOf, workspaceOf } from "../runs/paths";
import { readRecord, withLiveness, writeRecord } from "../runs/record";
import { scoredVersions } from "../runs/reward-versions";
import { withChosenEngine } from "./chosen-engine";
import { rewardsNow, type RewardsNow } from "../processes/rewards/bundled-rewards";
import { dataHashes } from "./data-hashes";
import { planFork, type ForkRequest } from "./fork-plan";
import { readRecipe, textHash } from "./read-recipe";
import { recipeNotice, ResumeChangesError, resumeChanges } from "./resume-changes";
import { refuseOutside, sayWhatRuns } from "./named-rewards";
import { recordedPath, sourceCheckpoints } from "./source-checkpoint";
import { openRewards, supervise, type RunHandle, type RunHandlers, type RunOptions } from "./supervise";
import { UserError } from "../shared/user-error";

export type { RunEnd, RunHandle, RunHandlers, RunOptions } from "./supervise";

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
  /** Run in place of what the file holds, which is not read: the recipe of an earlier run. Rewards and data lie where the file says. */
  readonly recipe?: Recipe;
  /** Checkpoint that the one stage starts from, relative to the workspace folder; null: the recipe's model. Unset: the newest of its source. */
  readonly from?: string | null;
}

let active: RunHandle | null = null;
let starting = false;

/** The run that this process supervises. */
export const activeRun = (): RunHandle | null => active;

/** Whether a run says of itself that it is over: its trainer is on its way out, and has nothing to do any more. */
function isOver({ folder }: RunHandle): boolean {
  const { record } = readRun(folder);
  return record !== null && !isLive(record);
}

/** Why another run cannot begin; `folder` null: one is just beginning. */
export const runInProgress = (folder: string | null): Error =>
  new UserError(
    `A run is in progress${folder === null ? "" : ` (${folder})`}. Stop it first: two runs at a time would halve each other's speed.`,
  );

/** Lets one run begin at a time. */
async function exclusively(begin: () => Promise<RunHandle>): Promise<RunHandle> {
  // Whoever sees in `run.json` that a run has ended may start the next at once.
  if (active !== null && isOver(active)) await active.ended;
  if (active !== null || starting) throw runInProgress(active?.folder ?? null);
  starting = true;
  try {
    active = await begin();
    void active.ended.then(() => (active = null));
    return active;
  } finally {
    starting = false;
  }
}

interface Beginning extends Pick<NewRun, "stages" | "parent" | "fill"> {
  readonly workspaceFolder: string;
  /** Absolute path. */
  readonly recipeFile: string;
  readonly recipe: Recipe;
  readonly recipeHash: string;
  /** Defaults that it has for its checkpoint. */
  readonly filled: readonly FilledSetting[];
  /** Of the rewards that scored what the run takes over. Unset: nothing. */
  readonly knownVersions?: readonly string[];
}

/** The stages with a remark on what their recipe did not say. */
const withFilled = (
  stages: Beginning["stages"],
  recipe: Recipe,
  filled: readonly FilledSetting[],
): Beginning["stages"] =>
  stages.map((stage, place) => {
    const own = filledOf(
      filled,
      recipe.stages.findIndex(({ name }) => name === stage.name),
      place === 0,
    );
    return own.length === 0 ? stage : { ...stage, remarks: { ...stage.remarks, defaults: filledText(own) } };
  });

/** The recipe with a checkpoint of the Hub by its commit: a run goes on with the same, whatever the Hub has then. */
const pinnedRecipe = (recipe: Recipe): Recipe =>
  "checkpoint" in recipe.model
    ? { ...recipe, model: { ...recipe.model, checkpoint: pinnedCheckpoint(recipe.model.checkpoint) } }
    : recipe;

/** Makes the run folder and starts the trainer on it. */
async function begin(beginning: Beginning, options: RunOptions, handlers: RunHandlers): Promise<RunHandle> {
  const { workspaceFolder, recipeFile, recipeHash, knownVersions = [], ...run } = beginning;
  const recipe = pinnedRecipe(beginning.recipe);
  const filled = stillFilled(recipe, beginning.filled);
  if (filled.length > 0) handlers.log?.("info", filledText(filled));
  const recipeFolder = dirname(recipeFile);
  const rewards = await openRewards(
    recipe,
    { recipeFolder, workspace: options.sources ?? workspaceFolder },
    options,
    handlers,
    knownVersions,
  );
  const claims: RunClaim[] = [];
  const claim = (folder: string): RunClaim => {
    const made = claimRun(folder);
    claims.push(made);
    return made;
  };
  try {
    const folder = createRun({
      ...run,
      stages: withFilled(run.stages, recipe, filled),
      claim,
      workspaceFolder,
      recipe,
      name: recipe.name,
      seed: recipe.seed,
      recipeFile: recordedPath(options.sources ?? workspaceFolder, recipeFile),
      sources: options.sources,
      versions: { "reasoning-lab": options.version, node: process.versions.node },
      hashes: {
        recipe: recipeHash,
        rewards: rewards.pool.hashes(),
        data: dataHashes(
          recipe,
          recipeFolder,
          recipe.stages.filter(({ name }) => run.stages.some((stage) => stage.name === name)),
        ),
      },
    });
    return supervise(folder, recipe, { rewards, claim: claims[0]! }, options, handlers);
  } catch (error) {
    rewards.close();
    for (const made of claims) made.release();
    throw error;
  }
}

/** Where the one stage that is run starts from: what was asked for, else the newest checkpoints of what it builds on. */
function startingPoint(
  { workspaceFolder, sources: own, recipeFile, from }: StartOptions,
  recipe: Recipe,
  stage: StageSpec,
): Pick<StageRecord, "from" | "sources"> {
  const file = recordedPath(own ?? workspaceFolder, recipeFile);
  const start = sourceStage(recipe, stage);
  if (from === undefined) {
    const sources = sourceCheckpoints(workspaceFolder, file, recipe, stage);
    return { from: start === null ? null : (sources[start] ?? null), sources };
  }
  // What a comparison runs starts from one checkpoint, whatever the recipe says, and builds on nothing else.
  return { from, sources: start === null || from === null ? {} : { [start]: from } };
}

/**
 * Starts a run of a recipe. Throws (RecipeError, BundleError or an Error for people) when it cannot begin; what happens later is the
 * end of the run and stands in its record.
 */
export function startRun(options: StartOptions, handlers: RunHandlers = {}): Promise<RunHandle> {
  return exclusively(() => {
    const {
      recipe: read,
      hash,
      filled,
    } = options.recipe
      ? { recipe: options.recipe, hash: textHash(JSON.stringify(options.recipe)), filled: [] }
      : readRecipe(options.recipeFile);
    if (options.recipe)
      refuseOutside(sayWhatRuns(read, options.sources ?? options.workspaceFolder, options.recipeFile, handlers));
    const written = options.change?.(read) ?? read;
    const recipe = withChosenEngine({ ...written, seed: options.seed ?? written.seed }, options);
    const stages = options.stage === null ? recipe.stages : recipe.stages.filter(({ name }) => name === options.stage);
    if (stages.length === 0)
      throw new UserError(
        `${options.recipeFile} has no stage "${options.stage ?? ""}". It has: ${recipe.stages.map(({ name }) => name).join(", ")}.`,
      );
    const start = options.stage === null ? { from: null } : startingPoint(options, recipe, stages[0]!);
    return begin(
      {
        workspaceFolder: options.workspaceFolder,
        recipeFile: options.recipeFile,
        recipe,
        recipeHash: hash,
        filled,
        stages: stages.map((stage) => ({
          name: stage.name,
          kind: stage.kind,
          steps: plannedSteps(stage),
          ...start,
        })),
      },
      options,
      handlers,
    );
  });
}

/** Starts a run from a checkpoint of another, with changed settings. Throws as {@link startRun}. */
export function forkRun(request: ForkRequest, options: RunOptions, handlers: RunHandlers = {}): Promise<RunHandle> {
  return exclusively(() => {
    const plan = planFork(request);
    if (request.recipe === "run")
      refuseOutside(
        sayWhatRuns(plan.recipe, options.sources ?? workspaceOf(request.folder), plan.recipeFile, handlers),
      );
    const { goesOn } = plan;
    const damaged = goesOn === null ? null : damagedMetrics(request.folder);
    if (damaged !== null) handlers.log?.("warn", damaged);
    const recipe = withChosenEngine(plan.recipe, options);
    return begin(
      {
        workspaceFolder: workspaceOf(request.folder),
        recipeFile: plan.recipeFile,
        recipe,
        recipeHash: plan.recipeHash,
        filled: plan.filled,
        stages: plan.stages,
        parent: plan.parent,
        ...(goesOn === null
          ? {}
          : {
              fill: (folder: string) => copyForked(request.folder, folder, goesOn),
              knownVersions: forkedVersions(request.folder, goesOn.checkpoint),
            }),
      },
      options,
      handlers,
    );
  });
}

/** The record of a run that can be resumed. `taken`: whether another process has its lock; unset: look. */
function resumable(folder: string, taken?: boolean): RunRecord {
  const record = withLiveness(folder, readRecord(folder), taken);
  if (isLive(record)) throw new RunHeldError(folder);
  if (record.status === "completed") throw new UserError(`${folder} is complete, so there is nothing to resume.`);
  return record;
}

/** What whoever resumes a run should know and is not asked about; null: nothing. */
export function resumeNotice(
  folder: string,
  { sources = null }: { readonly sources?: string | null } = {},
): string | null {
  const { record } = readRun(folder);
  return record && recipeNotice(record, recipeFileOf(folder, record, sources));
}

/**
 * Goes on with a run from its last checkpoint, with the recipe it was started with and the rewards as they are now. Throws as
 * {@link startRun}, and {@link ResumeChangesError} where that is not the run it was and `acceptChanges` is not set.
 */
export function resumeRun(folder: string, options: RunOptions, handlers: RunHandlers = {}): Promise<RunHandle> {
  return exclusively(async () => {
    resumable(folder);
    const claim = claimRun(folder);
    try {
      return await resumeClaimed(folder, claim, options, handlers);
    } catch (error) {
      claim.release();
      throw error;
    }
  });
}

/** Resumes that a record keeps: the newest. */
const mostResumes = 1000;

/** Where a resume goes on: the newest checkpoint of the first stage that is not done. */
function resumedAt(folder: string, { stages }: RunRecord): RunRecord["resumes"] {
  const open = stages.find(({ status }) => status !== "completed");
  if (!open) return [];
  const steps = listCheckpoints(folder).flatMap(({ stage, step }) => (stage === open.name ? [step] : []));
  return [{ time: new Date().toISOString(), stage: open.name, step: Math.max(0, ...steps) }];
}

async function resumeClaimed(
  folder: string,
  claim: RunClaim,
  options: RunOptions,
  handlers: RunHandlers,
): Promise<RunHandle> {
  const record = resumable(folder, false);
  const left = readRecord(folder);
  if (isLive(left) && left.process !== null)
    handlers.log?.(
      "warn",
      `The process that ran this (${left.process.pid} on ${left.process.host}) ended without a message. This one continues in its place, from the last checkpoint.`,
    );
  const parsed = recipeSchema.safeParse(record.recipe);
  if (!parsed.success)
    throw new UserError(
      `${folder} was made by another version of Reasoning Lab, and its recipe cannot be read (${parsed.error.issues[0]?.message ?? ""}). Start a new run.`,
    );
  const recipe = parsed.data;
  const recipeFile = recipeFileOf(folder, record, options.sources);
  const workspace = options.sources ?? workspaceOf(folder);
  const outside = sayWhatRuns(recipe, workspace, recipeFile, handlers);
  if (outside.length > 0 && !options.acceptChanges) throw new ResumeChangesError(outside);
  // The engine stays the recipe's: numbers go on as they began.
  withChosenEngine(recipe, options);
  const recipeFolder = dirname(recipeFile);
  const changesWith = ({ hashes: rewards, sources }: RewardsNow): string[] => {
    const { version, acceptChanges } = options;
    const present = { recipe, recipeFolder, rewards, sources, version };
    const { asked, expected } = resumeChanges(folder, record, present);
    if (asked.length > 0 && !acceptChanges) throw new ResumeChangesError(asked);
    return [...expected, ...asked];
  };
  // Asked before anything of the rewards runs, and again of what was loaded: they may be edited meanwhile.
  if (!options.acceptChanges)
    changesWith(await rewardsNow(recipe, { recipeFolder, workspace, installation: options.installation }));
  const rewards = await openRewards(recipe, { recipeFolder, workspace }, options, handlers, scoredVersions(folder));
  try {
    const hashes = rewards.pool.hashes();
    const changes = changesWith({ hashes, sources: rewards.pool.sources() });
    const writing = await afterWriter(folder, (text) => handlers.log?.("info", text));
    try {
      // Looked at again: the trainer that was waited for may have come to the end.
      const now = resumable(folder, false);
      writeRecord(folder, {
        ...now,
        status: "running",
        ...endingOf(null),
        process: { pid: process.pid, host: hostname(), token: claim.token },
        resumes: [...now.resumes, ...resumedAt(folder, now)].slice(-mostResumes),
        ...(changes.length === 0
          ? {}
          : {
              hashes: {
                ...now.hashes,
                rewards: hashes,
                data: { ...now.hashes.data, ...dataHashes(recipe, recipeFolder) },
              },
              versions: { ...now.versions, "reasoning-lab": options.version },
              accepted: [...now.accepted, { time: new Date().toISOString(), changes }],
            }),
      });
    } finally {
      writing.release();
    }
    return supervise(folder, recipe, { rewards, claim }, options, handlers);
  } catch (error) {
    rewards.close();
    throw error;
  }
}
