/**
 * Custom LSP methods `lab/…` between client and language server, as method names with the types of their parameters and results.
 * Each side builds its own RequestType or NotificationType from these, so that this file needs no LSP library.
 */
import type { EngineOffer, EngineVariant, InstalledEngine } from "./engine";
import type { MetricsRow } from "./metrics";
import type { FileVersion } from "./rewards";
import type { RunRecord } from "./run";
import type { TrainerProgress } from "./trainer";
import type { GroupSummary, RolloutPurpose, RolloutSummary, StepIndexEntry, TokenView, TraceFilter } from "./traces";

/** Initialisation options: client → server. */
export interface InitializationOptions {
  /** Without trust nothing of the workspace is executed; viewers work. */
  readonly trusted: boolean;
  /** Setting `reasoningLab.nodePath`; empty: look for one. */
  readonly nodePath: string;
  /** Setting `reasoningLab.engine`: the engine of recipes that leave it to `auto`. */
  readonly engine: string;
  /** Folder for what outlives a session: engines, in `engines/`. */
  readonly storageFolder: string;
  /** Setting `reasoningLab.runsWhenClosed`. */
  readonly whenClosed: string;
}

export interface CheckpointEntry {
  /** Folder name, `<stage>-<step>`. */
  readonly name: string;
  readonly stage: string;
  readonly step: number;
}

/** A run as the tree, the lenses and the status bar show it. */
export interface RunEntry {
  /** Absolute path of the run folder: the run's identity in every message. */
  readonly folder: string;
  /** Workspace folder (absolute path) that holds it. */
  readonly workspaceFolder: string;
  /** Null when `run.json` is corrupt; then `problem` says what is wrong and what to do. */
  readonly record: RunRecord | null;
  readonly problem: string | null;
  readonly checkpoints: readonly CheckpointEntry[];
  /** How far a live run is; null: nothing is known yet. */
  readonly progress: TrainerProgress | null;
  /** What its supervisor says of itself while the run lives; null: nothing. */
  readonly live: {
    /** Whether it was started by an editor and goes on without it, or in a terminal. */
    readonly origin: "editor" | "terminal";
    /** Whether reward processes run under the permission model; null: none has run yet. */
    readonly limits: { readonly restricted: boolean; readonly reason: string } | null;
    /** Reward files of which another version scores than the one on disk. */
    readonly outdatedRewards: readonly FileVersion[];
  } | null;
  /** Whether a process waits to go on with it once its rewards are mended; only for a run that paused for them. */
  readonly goesOnWhenMended?: boolean | undefined;
}

/** Client → server, when workspace trust is granted. */
export const trustGranted = "lab/trustGranted";
/** Server → client: runs appeared, vanished or changed. Coalesced to at most 10 a second; the client pulls what it shows. */
export const runsChanged = "lab/runsChanged";

/** Client → server: all runs of all workspace folders, newest first. */
export const listRuns = "lab/runs/list";
export type ListRunsResult = readonly RunEntry[];

/** Client → server: start a recipe, whole or one stage. Errors carry a message for people; positions go out as diagnostics. */
export const startRun = "lab/runs/start";
export interface StartRunParams {
  readonly recipeUri: string;
  /** Stage name; null: the whole pipeline. */
  readonly stage: string | null;
}
/** `folder` is that of the run which has started. */
export interface StartRunResult {
  readonly folder: string;
}
/** Client → server: what a recipe's stages can be compared by. */
export const compareOffers = "lab/compare/offers";
export interface CompareOffersParams {
  readonly recipeUri: string;
}
export interface CompareOffersResult {
  /** RL stages of the recipe. */
  readonly stages: readonly {
    readonly name: string;
    /** Generated tokens of a run when nobody says otherwise. */ readonly tokens: number;
  }[];
  readonly algorithms: readonly { readonly name: string; readonly about: string }[];
}

/** Client → server: run a stage by several algorithms; answers when all runs are over. Cancelling stops after the step in progress. */
export const compare = "lab/compare/run";
export interface CompareParams {
  readonly recipeUri: string;
  readonly stage: string;
  readonly algorithms: readonly string[];
  readonly seeds: readonly number[];
  /** Generated tokens of each run. */
  readonly tokens: number;
}
export interface CompareResult {
  /** Path of the report, a Markdown file. */
  readonly report: string;
}
/** Server → client: which run of a comparison begins. */
export const compareProgress = "lab/compare/progress";
export interface CompareProgress {
  readonly what: string;
  readonly done: number;
  readonly all: number;
}

/** Client → server: the checkpoints that a run can be forked from, of its last stage first. */
export const forkPoints = "lab/runs/forkPoints";
export type ForkPointsResult = readonly (CheckpointEntry & {
  /** Whether its stage ended with it. */
  readonly end: boolean;
})[];

/** Client → server: what a fork would do; nothing is started. */
export const forkPlan = "lab/runs/forkPlan";
export interface ForkParams extends RunParams {
  /** Name of the checkpoint to go on from; null: the last of the last stage. */
  readonly checkpoint: string | null;
  /** The one stage to run; null: what is left of the checkpoint's own, and all after it. */
  readonly stage: string | null;
  /** `file`: the recipe as it stands on disk; `run`: as the run had it. */
  readonly recipe: "file" | "run";
  /** Settings as somebody typed them: `reasoning-rl.learning_rate` and `0.0003`. */
  readonly settings: readonly { readonly path: string; readonly text: string }[];
}
export interface ForkPlanResult {
  /** Those that the run can be forked from, of its last stage first. */
  readonly checkpoints: readonly CheckpointEntry[];
  /** Names of the stages that the fork runs, and whether the first goes on in the middle. */
  readonly stages: readonly string[];
  readonly goesOn: boolean;
  /** Why there is nothing to run from there, and what to do; null: there is. */
  readonly nothingLeft: string | null;
  /** All stages of the recipe: each can be run alone. */
  readonly recipeStages: readonly string[];
  /** What differs from the run, a line each: `reasoning-rl.learning_rate: 0.0001 → 0.0003`. */
  readonly changes: readonly string[];
  /** What can be changed, with values in JSON. */
  readonly settings: readonly { readonly path: string; readonly value: string; readonly about: string }[];
}
/** Client → server: start the fork. */
export const forkRun = "lab/runs/fork";

export const stopRun = "lab/runs/stop";
export const resumeRun = "lab/runs/resume";
export interface ResumeRunParams extends RunParams {
  /** Go past the first step that is not finite. */
  readonly skipBatch: boolean;
  /** Go on although something is not what it was. */
  readonly acceptChanges: boolean;
}
/** Sentences on what is not what it was when the run began, and nothing was started; else the run's folder. */
export type ResumeRunResult =
  | (StartRunResult & {
      /** A sentence for whoever resumed it; null: there is nothing to know. */
      readonly notice: string | null;
    })
  | { readonly changes: readonly string[] };

export interface RunParams {
  readonly folder: string;
}

/** Client → server, for the curves: rows appended since `cursor` (a byte offset; 0 for all), a part at a time. Merging by stage and step is the page's. */
export const readMetrics = "lab/runs/metrics";
export interface ReadMetricsParams extends RunParams {
  readonly cursor: number;
}
export interface ReadMetricsResult {
  readonly rows: readonly MetricsRow[];
  readonly cursor: number;
  /** Ask again from this cursor: there are more rows already. */
  readonly more: boolean;
}

/** Client → server, for the traces. */
export const traceSteps = "lab/traces/steps";
export type TraceStepsResult = readonly StepIndexEntry[];
export const traceGroups = "lab/traces/groups";
export interface TraceGroupsParams extends RunParams {
  readonly filter: TraceFilter;
  readonly offset: number;
  readonly limit: number;
}
export interface TraceGroupsResult {
  readonly total: number;
  readonly groups: readonly GroupSummary[];
}
/** All samples of one group. */
export const traceGroup = "lab/traces/group";
export interface TraceGroupParams extends RunParams {
  readonly stage: string;
  readonly step: number;
  readonly purpose: RolloutPurpose;
  readonly group: number;
}
export type TraceGroupResult = readonly RolloutSummary[];
/** The tokens of one rollout. */
export const traceTokens = "lab/traces/tokens";
export interface TraceTokensParams extends TraceGroupParams {
  readonly sample: number;
}
export type TraceTokensResult = readonly TokenView[];

/** Client → server: run one reward over stored rollouts (the newest run's newest steps), or over its cases where there are none. */
export const scoreSamples = "lab/rewards/score";
export interface ScoreSamplesParams {
  readonly uri: string;
  readonly export: string;
}
export interface ScoreSamplesResult {
  readonly source: "rollouts" | "cases";
  readonly samples: number;
  readonly mean: number | null;
  readonly std: number | null;
  readonly millisecondsPerSample: number;
  readonly notApplicable: number;
  readonly errors: number;
  readonly firstError: string | null;
  /** Cases that ran, whether there are rollouts or not. */
  readonly cases: number;
  /** Cases whose outcome differs from `expect`. */
  readonly failedCases: readonly { readonly line: number; readonly expected: string; readonly actual: string }[];
  /** Sentences on what is not as in training. */
  readonly notes: readonly string[];
}

/** Client → server: how the maths verifier judges a completion. Nothing of the workspace is executed. */
export const verifyText = "lab/text/verify";
export interface VerifyTextParams {
  /** The completion. */
  readonly text: string;
  /** The gold answer. */
  readonly answer: string;
}
export interface VerifyTextResult {
  /** Null when the gold answer cannot be parsed. */
  readonly score: number | null;
  /** The verdict's steps, in lines to read. */
  readonly report: string;
}

/** Client → server: write a new project into an empty or new folder. Refuses to overwrite. */
export const newProject = "lab/project/new";
export interface NewProjectParams {
  readonly folder: string;
}
/** The recipe to open first. */
export interface NewProjectResult {
  readonly recipe: string;
}

/** Client → server: stages of a recipe, for *Run Stage…*. */
export const recipeStages = "lab/recipes/stages";
export interface RecipeStagesParams {
  readonly recipeUri: string;
}
export type RecipeStagesResult = readonly { readonly name: string; readonly kind: string }[];

/** Client → server: which engines are installed and which could be, for *Select Engine* and *Set Up TensorFlow Engine*. */
export const engineStatus = "lab/engine/status";
export interface EngineStatusResult {
  /** Where engines are installed. */
  readonly folder: string;
  readonly offers: readonly EngineOffer[];
  readonly engines: readonly InstalledEngine[];
}

/** Client → server: download, unpack, build and test an engine; can be cancelled. Meanwhile the server tells how far it is. */
export const setUpEngine = "lab/engine/setUp";
export interface SetUpEngineParams {
  readonly variant: EngineVariant;
}
export type SetUpEngineResult = InstalledEngine;
/** Server → client: a SetupProgress, at most 10 a second. */
export const setupProgress = "lab/engine/setupProgress";

/** Client → server: delete all engines and what was downloaded for them. Returns their folders. */
export const removeEngines = "lab/engine/remove";
export type RemoveEnginesResult = readonly string[];
