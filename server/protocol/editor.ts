/** Nouns of the conversation between pages, client and language server; what is asked of whom stands in `methods.ts`. */
import * as z from "zod";
import { runLabelSchema } from "./annotations";
import { judgeCountsSchema, labelAgreementSchema } from "./judges";
import { engineOfferSchema, installedEngineSchema } from "./engine";
import { healthSummarySchema } from "./health";
import { outdatedRewardSchema } from "./rewards";
import { runRecordSchema } from "./run";
import { stageKindSchema } from "./stage-kinds";
import { rewardErrorSchema, rolloutPurposeSchema, strayErrorSchema } from "./traces";
import { progressSchema } from "./trainer";

/** Initialisation options: client → server. */
export const initializationSchema = z.object({
  /** Without trust nothing of the workspace is executed; viewers work. */
  trusted: z.boolean(),
  /** Setting `reasoningLab.nodePath`; empty: look for one. */
  nodePath: z.string(),
  /** Setting `reasoningLab.engine`: the engine of recipes that leave it to `auto`. */
  engine: z.string(),
  /** Folder for what outlives a session: engines, in `engines/`. */
  storageFolder: z.string(),
  /** Setting `reasoningLab.runsWhenClosed`. */
  whenClosed: z.string(),
  /** Texts of VS Code's display language, by the English ones; none where it is English. */
  texts: z.record(z.string(), z.string()).default({}),
});
export type InitializationOptions = z.input<typeof initializationSchema>;

export const checkpointEntrySchema = z.object({
  /** Folder name, `<stage>-<step>`. */
  name: z.string(),
  stage: z.string(),
  step: z.int(),
});
export type CheckpointEntry = Readonly<z.infer<typeof checkpointEntrySchema>>;

/** A run as the tree, the lenses and the status bar show it. */
export const runEntrySchema = z.object({
  /** Absolute path of the run folder: the run's identity in every message. */
  folder: z.string(),
  /** Workspace folder (absolute path) that holds it. */
  workspaceFolder: z.string(),
  /** Null when `run.json` is corrupt; then `problem` says what is wrong and what to do. */
  record: runRecordSchema.nullable(),
  problem: z.string().nullable(),
  checkpoints: z.array(checkpointEntrySchema).readonly(),
  /** How far a live run is; null: nothing is known yet. */
  progress: progressSchema.nullable(),
  /** What its supervisor says of itself while the run lives; null: nothing. */
  live: z
    .object({
      /** Whether it was started by an editor and goes on without it, or in a terminal. */
      origin: z.enum(["editor", "terminal"]),
      /** Whether reward processes run under the permission model; null: none has run yet. */
      limits: z.object({ restricted: z.boolean(), reason: z.string() }).nullable(),
      outdatedRewards: z.array(outdatedRewardSchema).readonly(),
      /** What rewards threw where no call waits for it. */
      strayErrors: z.array(strayErrorSchema).readonly().optional(),
    })
    .nullable(),
  /** What people say of it; unset: nothing. */
  label: runLabelSchema.optional(),
  /** What its numbers show of its health; unset: nobody has looked yet. */
  health: healthSummarySchema.optional(),
  /** Whether a process waits to go on with it once its rewards are mended; only for a run that paused for them. */
  goesOnWhenMended: z.boolean().optional(),
});
export type RunEntry = Readonly<z.infer<typeof runEntrySchema>>;

/** All runs of all workspace folders, newest first. */
export const runListSchema = z.array(runEntrySchema).readonly();
export type ListRunsResult = z.infer<typeof runListSchema>;

/** `folder` is that of the run which has started. */
export const startedSchema = z.object({ folder: z.string() });

export const compareOffersSchema = z.object({
  /** RL stages of the recipe; `tokens`: generated ones of a run when nobody says otherwise. */
  stages: z.array(z.object({ name: z.string(), tokens: z.int() })).readonly(),
  algorithms: z.array(z.object({ name: z.string(), about: z.string() })).readonly(),
});
export type CompareOffersResult = z.infer<typeof compareOffersSchema>;

/** Which run of a comparison begins. */
export const compareProgressSchema = z.object({ what: z.string(), done: z.int(), all: z.int() });
export type CompareProgress = z.infer<typeof compareProgressSchema>;

export const forkPointsSchema = z.array(
  checkpointEntrySchema.extend({
    /** Whether its stage ended with it. */
    end: z.boolean(),
  }),
);
export type ForkPointsResult = readonly z.infer<typeof forkPointsSchema>[number][];

export const forkRequestSchema = z.object({
  folder: z.string(),
  /** Name of the checkpoint to go on from; null: the last of the last stage. */
  checkpoint: z.string().nullable(),
  /** The one stage to run; null: what is left of the checkpoint's own, and all after it. */
  stage: z.string().nullable(),
  /** `file`: the recipe as it stands on disk; `run`: as the run had it. */
  recipe: z.enum(["file", "run"]),
  /** Settings as somebody typed them: `reasoning-rl.learning_rate` and `0.0003`. */
  settings: z.array(z.object({ path: z.string(), text: z.string() })),
});
export type ForkParams = Readonly<z.infer<typeof forkRequestSchema>>;

export const forkPlanSchema = z.object({
  /** What it goes on from. */
  from: checkpointEntrySchema,
  /** Names of the stages that the fork runs, and whether the first goes on in the middle. */
  stages: z.array(z.string()).readonly(),
  goesOn: z.boolean(),
  /** What is not as in the run that is forked, in sentences; null: nothing. */
  notice: z.string().nullable(),
  /** Why there is nothing to run from there, and what to do; null: there is. */
  nothingLeft: z.string().nullable(),
  /** All stages of the recipe: each can be run alone. */
  recipeStages: z.array(z.string()).readonly(),
  /** What differs from the run, a line each: `reasoning-rl.learning_rate: 0.0001 → 0.0003`. */
  changes: z.array(z.string()).readonly(),
  /** What can be changed, with values in JSON. */
  settings: z.array(z.object({ path: z.string(), value: z.string(), about: z.string() })).readonly(),
});
export type ForkPlanResult = z.infer<typeof forkPlanSchema>;

export const resumeRequestSchema = z.object({
  folder: z.string(),
  /** Go past the first step that is not finite. */
  skipBatch: z.boolean().default(false),
  /** Go on although something is not what it was. */
  acceptChanges: z.boolean().default(false),
});
export type ResumeRunParams = Readonly<z.infer<typeof resumeRequestSchema>>;

export const resumedSchema = z.union([
  /** `notice`: a sentence for whoever resumed it; null: there is nothing to know. */
  startedSchema.extend({ notice: z.string().nullable() }),
  /** Sentences on what is not what it was when the run began; nothing was started. */
  z.object({ changes: z.array(z.string()).readonly() }),
]);
export type ResumeRunResult = z.infer<typeof resumedSchema>;

/** A group of rollouts, all samples of one prompt in one step. */
export const groupPlaceSchema = z.object({
  folder: z.string(),
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
});
export type TraceGroupParams = Readonly<z.infer<typeof groupPlaceSchema>>;
export type TraceTokensParams = TraceGroupParams & { readonly sample: number };

export const scoredSamplesSchema = z.object({
  source: z.enum(["rollouts", "cases"]),
  samples: z.int(),
  mean: z.number().nullable(),
  std: z.number().nullable(),
  millisecondsPerSample: z.number(),
  notApplicable: z.int(),
  errors: z.int(),
  firstError: rewardErrorSchema.nullable(),
  /** Cases that ran, whether there are rollouts or not. */
  cases: z.int(),
  /** Cases whose outcome differs from `expect`. */
  failedCases: z.array(z.object({ line: z.int(), expected: z.string(), actual: z.string() })).readonly(),
  /** Sentences on what is not as in training. */
  notes: z.array(z.string()).readonly(),
  /** What the reward threw where no call waits for it; unset: nothing. */
  strays: z.array(strayErrorSchema).readonly().optional(),
  /** What judges were asked, by name; empty or unset: none was. */
  judges: z.record(z.string(), judgeCountsSchema).optional(),
  /** Of a reward that judges, with people's labels; unset: it does not, or nobody has labelled. */
  agreement: labelAgreementSchema.optional(),
});
export type ScoreSamplesResult = z.infer<typeof scoredSamplesSchema>;

export const verdictSchema = z.object({
  /** Null when the gold answer cannot be parsed. */
  score: z.number().nullable(),
  /** The verdict's steps, in lines to read. */
  report: z.string(),
});

export const recipeStagesSchema = z.array(z.object({ name: z.string(), kind: stageKindSchema })).readonly();

export const engineStatusSchema = z.object({
  /** Where engines are installed. */
  folder: z.string(),
  offers: z.array(engineOfferSchema).readonly(),
  engines: z.array(installedEngineSchema).readonly(),
});
export type EngineStatusResult = z.infer<typeof engineStatusSchema>;
