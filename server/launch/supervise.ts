/** Starts the trainer of one run, answers it, and records how it ended. */
import { sep } from "node:path";
import { endingOf, endingText, type RunStatus } from "../protocol/run";
import type { FileVersion } from "../protocol/rewards";
import type { StrayError } from "../protocol/traces";
import type { FromTrainer, TrainerProgress } from "../protocol/trainer";
import type { Recipe } from "../recipes/schema";
import { latestCheckpoint } from "../runs/checkpoints";
import type { RunClaim } from "../runs/claim";
import { workspaceOf } from "../runs/paths";
import { readRecord, writeLastRecord } from "../runs/record";
import { ownTime } from "../shared/running-time";
import type { EngineOptions } from "./chosen-engine";
import { trainerScript, type Installation } from "../processes/installation";
import { editorModels, setEditorModels } from "../processes/rewards/editor-models";
import { runJudges, type RunJudges } from "../processes/rewards/open-judges";
import { openRewardPool, rewardHashOf, type RewardPool, type ScoringVersion } from "../processes/rewards/reward-pool";
import { rewardErrorLog } from "./reward-errors";
import { rewardKeeper } from "./reward-keeper";
import { memoryText } from "./memory-text";
import { windowModels } from "./window-models";
import { openLiveChannel, type LiveOptions } from "./live-channel";
import { findRewardRuntime, type RewardRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import { startTrainer, type TrainerChild, type TrainerExit } from "../processes/trainer-child";
import { isInternal, messageOf, stackOf, toldOf, UserError } from "../shared/user-error";

export interface RunOptions extends EngineOptions {
  readonly installation: Installation;
  /** Setting `reasoningLab.nodePath`; empty: look for one. */
  readonly nodePath: string;
  /** Version of Reasoning Lab, for the run's record. */
  readonly version: string;
  /** Folder that the recipe and its rewards lie in, of a run that is recorded elsewhere. Unset: the run's workspace folder. */
  readonly sources?: string;
  /** Go past the first step that is not finite. */
  readonly skipBatch?: boolean;
  /** Resume although something is not what it was when the run began. */
  readonly acceptChanges?: boolean;
  /** By whom it is started, and what becomes of it when the last window is closed. Unset: in a terminal, where it ends with it. */
  readonly live?: LiveOptions;
}

const inTerminal: LiveOptions = { origin: "terminal", whenClosed: "keepRunning", closedAfter: 0 };

export interface RunHandlers {
  readonly progress?: (progress: TrainerProgress) => void;
  readonly log?: (level: "info" | "warn" | "error", text: string) => void;
  /** How far reward code is limited, once it is known. */
  readonly limits?: (runtime: RewardRuntime) => void;
}

export interface RunEnd {
  readonly status: RunStatus;
  /** What happened and what to do about it, for people. */
  readonly message: string | null;
}

export interface RunHandle {
  /** The run folder. */
  readonly folder: string;
  readonly stopping: boolean;
  /** Of the rewards that scored it last, or are to score it first: `rewardHashOf`. */
  readonly rewardHash: string;
  /** Process id of the trainer. */
  readonly trainerPid: number | undefined;
  /**
   * Ends the run with a checkpoint: while completions are drawn at once, else after the step in progress. A trainer that does not get there in five minutes is killed. `why`: what is said of it
   * to people who did not ask for it.
   */
  stop(why?: string): void;
  /** Ends the run now; resuming goes on from its last checkpoint. */
  kill(): void;
  /** Never rejects. */
  readonly ended: Promise<RunEnd>;
}

const stopGrace = 5 * 60_000;
/** Milliseconds between looks for rewards that were saved. */
const saveInterval = 500;

export interface Rewards {
  readonly pool: RewardPool;
  readonly judges: RunJudges;
  /** Takes over what is said of versions: another one scores, or one on disk cannot be used. */
  onVersions(listener: (files: readonly FileVersion[]) => void): void;
  /** Takes over what is said of errors that no call waits for. */
  onStrays(listener: (all: readonly StrayError[]) => void): void;
  /** Takes over what is said of each version that gives scores. */
  onScoring(listener: (version: ScoringVersion) => void): void;
  readonly runtime: RewardRuntime;
  close(): void;
}

/** Bundles and loads the rewards, so that what is wrong with them is told before training, not after. */
export async function openRewards(
  recipe: Recipe,
  { recipeFolder, workspace }: { readonly recipeFolder: string; readonly workspace: string },
  options: RunOptions,
  handlers: RunHandlers,
  knownVersions: readonly string[] = [],
): Promise<Rewards> {
  const runtime = await findRewardRuntime(options.nodePath);
  handlers.limits?.(runtime);
  let tell: (files: readonly FileVersion[]) => void = () => undefined;
  let tellStrays: (all: readonly StrayError[]) => void = () => undefined;
  let tellScoring: (version: ScoringVersion) => void = () => undefined;
  const scratch = makeScratchFolder();
  const judges = runJudges((text, level = "info") => handlers.log?.(level, text));
  const pool = openRewardPool({
    rewards: recipe.rewards,
    folder: recipeFolder,
    workspace,
    bundleFolder: scratch.path,
    installation: options.installation,
    runtime,
    log: (text, level = "info") => handlers.log?.(level, text),
    judges,
    knownVersions,
    versions: (files) => tell(files),
    strays: (all) => tellStrays(all),
    scoring: (version) => tellScoring(version),
  });
  for (const reward of recipe.rewards)
    if (reward.env.length > 0)
      handlers.log?.("info", `${reward.function} may read ${reward.env.join(", ")} from the environment.`);
  for (const reward of recipe.rewards)
    if (reward.hosts.length > 0)
      handlers.log?.("info", `${reward.function} may reach ${reward.hosts.join(", ")} over the network.`);
  for (const reward of recipe.rewards)
    if (reward.keys.length > 0)
      handlers.log?.("info", `Judges of ${reward.function} are asked with ${reward.keys.join(", ")}.`);
  const close = () => {
    pool.close();
    judges.close();
    scratch.remove();
  };
  try {
    await pool.prepare();
  } catch (error) {
    close();
    throw error;
  }
  return {
    pool,
    judges,
    runtime,
    close,
    onVersions: (listener) => (tell = listener),
    onStrays: (listener) => (tellStrays = listener),
    onScoring: (listener) => (tellScoring = listener),
  };
}

/** Seconds a group may take in the stage that is running. */
function rewardTimeout(recipe: Recipe, stage: string | undefined): number {
  const timeouts = recipe.stages.flatMap((spec) =>
    "reward_timeout" in spec && (stage === undefined || spec.name === stage) ? [spec.reward_timeout] : [],
  );
  return timeouts.length > 0 ? Math.max(...timeouts) : 5;
}

/** Says in `run.json` how the run ended, unless the trainer has said so itself. */
function recordEnd(
  folder: string,
  claim: RunClaim,
  { ended, how, memory, lastWords }: TrainerExit,
  killedByUs: boolean,
): RunEnd {
  const record = readRecord(folder);
  if (record.process !== null && record.process.token !== claim.token)
    return { status: record.status, message: "Another process took over this run." };
  if (ended !== null && record.status === ended.status && record.process === null)
    return { status: record.status, message: endingText(record) };
  const last = record.stages
    .map(({ name }) => latestCheckpoint(folder, name))
    .findLast((checkpoint) => checkpoint !== null);
  const goesOn =
    last === undefined
      ? "There is no checkpoint yet, so resume starts over."
      : `Resume continues from checkpoint ${last.split(sep).at(-1) ?? last}.`;
  const why = lastWords === "" ? "" : ` Its last output: ${lastWords.split("\n").slice(-3).join(" ").slice(0, 300)}.`;
  const end = ended ?? {
    status: "interrupted" as const,
    ending: endingOf(
      killedByUs
        ? `The run was ended at once. ${goesOn}`
        : `Something else ended the trainer process (${how}).${memoryText(record.stages, memory)}${why} ${goesOn}`,
    ),
  };
  writeLastRecord(folder, {
    ...record,
    status: end.status,
    ...end.ending,
    process: null,
    stages: record.stages.map((stage) => (stage.status === "running" ? { ...stage, status: "stopped" } : stage)),
  });
  return { status: end.status, message: endingText(end.ending) };
}

/** What a run has while it lives. */
export interface Supervised {
  readonly rewards: Rewards;
  readonly claim: RunClaim;
}

/** Starts the trainer on a run folder and answers it until it has ended; then lets rewards and claim go. */
export function supervise(
  folder: string,
  recipe: Recipe,
  { rewards, claim }: Supervised,
  options: RunOptions,
  handlers: RunHandlers,
): RunHandle {
  let progress: TrainerProgress | null = null;
  let stopping = false;
  let killed = false;
  let endGrace = (): void => undefined;
  const live = openLiveChannel(folder, claim.token, options.live ?? inTerminal, {
    stop: (why) => stop(why),
    kill: () => kill(),
  });
  live.limits(rewards.runtime);
  const log = (level: "info" | "warn" | "error", text: string) => {
    live.log(level, text);
    handlers.log?.(level, text);
  };

  /** What the trainer is told of what its supervisor could not do. */
  const failureText = (error: unknown): string => {
    if (isInternal(error)) log("error", stackOf(error));
    return toldOf(error, "The log of the run has its stack.");
  };

  rewards.judges.keepIn(folder);
  // A server of the editor asks its own.
  const ofWindows = editorModels() === null;
  if (ofWindows) setEditorModels(windowModels(folder, claim.token, () => live.isWatched()));
  rewards.onVersions((files) => live.versions(files));
  rewards.onStrays((all) => live.strays(all));
  rewards.onScoring(rewardKeeper(folder, options.version, (text) => log("warn", text)));
  let looking = false;
  const saves = setInterval(() => {
    if (looking) return;
    looking = true;
    void rewards.pool.look().finally(() => (looking = false));
  }, saveInterval);
  let scoredWith = rewardHashOf(rewards.pool.hashes());
  const errors = rewardErrorLog((text) => log("error", text));
  const where = (): string => {
    const stage = recipe.stages.find(({ name }) => name === progress?.stage);
    if (!progress || !stage) return "the run";
    return "max_reward_errors" in stage ? `step ${progress.step + 1} of ${stage.name}` : stage.name;
  };

  async function answer({ id, groups }: Extract<FromTrainer, { type: "score" }>): Promise<void> {
    try {
      const scored = await rewards.pool.score(groups, rewardTimeout(recipe, progress?.stage));
      scoredWith = scored.rewardHash;
      errors.add(scored.outcomes, where());
      // Going on would train on what is left of the reward. The step is scored again after a resume, for what is new.
      const usedUp = rewards.judges.takeUsedUp();
      if (usedUp !== null) throw new UserError(usedUp);
      trainer.send({ type: "scored", id, scored });
    } catch (error) {
      scoredWith = rewardHashOf(rewards.pool.hashes());
      trainer.send({ type: "score-failed", id, message: failureText(error) });
    }
  }

  async function passTests({ id, language, programs }: Extract<FromTrainer, { type: "run-tests" }>): Promise<void> {
    try {
      trainer.send({ type: "tests-run", id, passed: await rewards.pool.passTests(language, programs) });
    } catch (error) {
      trainer.send({ type: "score-failed", id, message: failureText(error) });
    }
  }

  const trainer: TrainerChild = startTrainer(trainerScript(options.installation), {
    log,
    message(message) {
      if (message.type === "score") void answer(message);
      else if (message.type === "run-tests") void passTests(message);
      else if (message.type === "log") log(message.level, message.text);
      else if (message.type === "progress") {
        progress = message;
        live.progress(message);
        handlers.progress?.(message);
      }
    },
  });
  trainer.send({
    type: "start",
    runFolder: folder,
    token: claim.token,
    workspaceFolder: workspaceOf(folder),
    sources: options.sources ?? null,
    skipBatch: options.skipBatch ?? false,
    acceptChanges: options.acceptChanges ?? false,
    tensorflow: options.tensorflow ?? null,
    givesWay: options.live?.origin === "editor",
  });

  const kill = () => {
    killed = true;
    trainer.kill();
  };
  const stop = (why: string | null = null) => {
    if (stopping) return;
    stopping = true;
    live.stopping();
    trainer.send({ type: "stop", why });
    endGrace = ownTime.after(stopGrace, kill);
  };
  const ended = trainer.exited.then((exit): RunEnd => {
    endGrace();
    if (ofWindows) setEditorModels(null);
    clearInterval(saves);
    rewards.close();
    const summary = errors.summary();
    if (summary !== null) log("error", summary);
    try {
      return recordEnd(folder, claim, exit, killed);
    } catch (error) {
      const message = messageOf(error);
      // What the trainer says of its end comes with it.
      const told = exit.ended && endingText(exit.ended.ending);
      if (told === null) log("error", message);
      return { status: exit.ended?.status ?? "interrupted", message: told ?? message };
    } finally {
      live.close();
      claim.release();
    }
  });
  return {
    folder,
    get stopping() {
      return stopping;
    },
    get rewardHash() {
      return scoredWith;
    },
    trainerPid: trainer.pid,
    stop,
    kill,
    ended,
  };
}
