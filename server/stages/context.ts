/** What a stage has to work with, beside its own settings and the policy. */
import type { OptimizerState } from "../engine/optimizer";
import type { Policy } from "../models/policy";
import type { MemoryPlan } from "../protocol/memory";
import type { ScoreGroup } from "../protocol/rewards";
import type { Scored, TrainerProgress } from "../protocol/trainer";
import type { Recipe } from "../recipes/schema";
import type { RunWriter } from "../runs/writer";
import type { Task } from "../tasks/task";
import { endingOf, type RunEnding } from "../protocol/run";
import { UserError } from "../shared/user-error";

/** A completion that holds a program, with the tests of its row. */
export interface Program {
  readonly completion: string;
  readonly tests: unknown;
}

export interface StageContext {
  readonly recipe: Recipe;
  readonly task: Task;
  /** Of the recipe's `general_task`; null where there is none. */
  readonly generalTask: Task | null;
  readonly run: RunWriter;
  /** File of the thread that writes checkpoints while steps are made; null: none does. */
  readonly checkpointThread: string | null;
  /** Rewards of groups of completions, by the reward processes. Rejects with {@link RewardsFailed} when they cannot run. */
  score(groups: readonly ScoreGroup[]): Promise<Scored>;
  /** Whether programs pass their tests, in the sandboxes. Rejects with {@link RunPaused} when they cannot run. */
  passTests(language: "python" | "javascript", programs: readonly Program[]): Promise<readonly boolean[]>;
  /** Folder of the recipe file: its paths are relative to it. */
  readonly recipeFolder: string;
  /** The first step that is not finite is gone past, in place of pausing the run. */
  readonly skipBatch: boolean;
  /** What a stage finds out about itself, for its record: how many steps it will make, sentences on what it found, its memory. */
  tell(found: { readonly steps?: number; readonly notes?: string[]; readonly memory?: MemoryPlan }): void;
  /**
   * A sentence for the terminal, the report and the views: that not all rows were used, that every completion was cut off. A later one on the same
   * thing takes its place, and is not printed again.
   */
  remark(about: string, sentence: string): void;
  progress(progress: Omit<TrainerProgress, "type">): void;
  /** What is lost because the run was asked to stop, a sentence, for what is said of its end. */
  lost(sentence: string): void;
  /** Lets waiting messages in; true when the run is asked to stop. */
  stopRequested(): Promise<boolean>;
}

/** Where a stage begins: at 0, or behind the step of a checkpoint. */
export interface StageStart {
  readonly policy: Policy;
  readonly optimizer: OptimizerState;
  readonly step: number;
  /** Tokens trained on or sampled so far. */
  readonly tokens: number;
  /** Folder of the checkpoint that the stage goes on from; null at step 0. */
  readonly checkpoint: string | null;
  /** The optimizer begins at that checkpoint, which has no moments. */
  readonly afresh: boolean;
  /** Loads once more the policy that the stage began with at step 0: the reference policy. The caller disposes it. */
  readonly origin: () => Promise<Policy>;
  /** Folder of the newest checkpoint of a stage that this one builds on. Throws when there is none. */
  readonly checkpointOf: (stage: string) => string;
  /** Loads the policy of a stage's newest checkpoint, null: the recipe's model. The caller disposes it. */
  readonly policyOf: (stage: string | null) => Promise<Policy>;
}

/** The run was asked to stop while completions of a step were drawn: they are lost, and a resume makes the step anew. */
export class StoppedAmid extends Error {
  readonly tokens: number;
  constructor(tokens: number) {
    super("The run was asked to stop while completions were drawn.");
    this.tokens = tokens;
  }
}

export type StageEnd = "completed" | "stopped";

/** Ends the run as paused, with a sentence for people; what was recorded stays, and a resume goes on from the last checkpoint. */
export class RunPaused extends UserError {
  readonly ending: RunEnding;

  /** @param ending what is otherwise than of a run that a plain resume goes on from. */
  constructor(message: string, ending: Partial<Omit<RunEnding, "message">> = {}) {
    super(message, ending);
    this.ending = { ...endingOf(message), ...ending };
  }
}

/** Ends the run as paused because of its rewards: it goes on once they work again, without being asked whether an edit of them is meant. */
export class RewardsFailed extends RunPaused {
  constructor(message: string, ending: Pick<RunEnding, "advice"> & Partial<Pick<RunEnding, "resumeWays">>) {
    super(message, { ...ending, pausedFor: "reward" });
  }
}

/** What to do where rewards fail, and nothing else helps. */
export const mendRewards = { advice: "Fix the reward and resume." };

/** How else a run can go on that paused at a step. */
export const skipAdvice = "go on without this step: resume and skip the batch.";
