/**
 * `run.json`: what a run is and how far it has come. Written by the supervisor (before and after the trainer lives) and by the
 * trainer (while it lives), replaced atomically; every view reads it through `server/runs`.
 */
import * as z from "zod";
import { memoryPlanSchema } from "./memory";
import { stageKindSchema } from "./stage-kinds";

/** `stopped`: by the user, with a checkpoint. `paused`: by the run itself (too many reward errors). `interrupted`: the trainer vanished. */
export const runStatusSchema = z.enum([
  "running",
  "stopping",
  "completed",
  "stopped",
  "paused",
  "failed",
  "interrupted",
]);
export type RunStatus = z.infer<typeof runStatusSchema>;

/** A stage's name as it stands in those of its files: nothing that climbs out of their folders. */
const fileName = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "is no name of a stage");
/** A path below the workspace folder, by its names. Where links lead is looked at when it is used. */
export const pathInside = z
  .string()
  .refine(
    (path) => !/^(?:$|[/~]|[a-z]:)|[\\\0]|(?:^|\/)\.\.(?:\/|$)/i.test(path),
    "leads out of the workspace folder; a run's paths stay within it",
  );

const passAtSchema = z.object({ k: z.int(), mean: z.number(), low: z.number(), high: z.number() });
/** pass@k of one k, with its 95 % interval over prompts. */
export type PassAt = z.infer<typeof passAtSchema>;
/** By rising k, from 1 to the samples a prompt; empty in runs from before it was measured. */
export const passCurveSchema = z.array(passAtSchema).readonly().default([]);

/** Held-out results at one moment. pass@1 and pass@k always together, so that sharpening and new ability can be told apart. */
export const evaluationSummarySchema = z.object({
  prompts: z.int(),
  samples: z.int(),
  pass_at_1: z.number(),
  /** `samples` is its k. */
  pass_at_k: z.number(),
  pass_at: passCurveSchema,
  greedy: z.number(),
  /** Mean tokens of a completion. */
  mean_length: z.number(),
  /** Share of prompts whose majority answer is right. */
  maj_at_k: z.number().nullable().default(null),
  /** 95 % bootstrap intervals over prompts, by the name of the measure above. */
  intervals: z.record(z.string(), z.tuple([z.number(), z.number()])).default({}),
  /** Mean tokens of the thinking. */
  thinking_length: z.number().nullable().default(null),
  /** Share of completions that replace a step by another. */
  self_correction: z.number().nullable().default(null),
  /** Shares of completions with an answer that the task could read, and of those that say where it is (`<answer>`, a box, …). */
  answered: z.number().nullable().default(null),
  marked: z.number().nullable().default(null),
  /** Shares of unanswerable and of answerable prompts of the recipe's general task that were declined; null: there are none. */
  refusal: z.number().nullable().default(null),
  wrong_refusal: z.number().nullable().default(null),
});
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>;

export const stageRecordSchema = z.object({
  name: fileName,
  kind: stageKindSchema,
  status: z.enum(["pending", "running", "completed", "stopped", "failed"]),
  step: z.int(),
  steps: z.int(),
  /** Checkpoint folder the stage started from, or null for a new model. Relative to the workspace folder where it is inside. */
  from: pathInside.nullable(),
  /**
   * Checkpoints of other runs in place of this run's own, by stage name: what a stage that is run by itself or a fork builds on. Relative to the
   * workspace folder.
   */
  sources: z.record(z.string(), pathInside).default({}),
  /** Name of the checkpoint that the stage gives on, where that is not its last: the best. */
  given: fileName.nullable().default(null),
  /** Wall seconds spent in the stage so far, over all resumes. */
  seconds: z.number(),
  before: evaluationSummarySchema.nullable(),
  after: evaluationSummarySchema.nullable(),
  /** Sentences on what the stage found: what its filters dropped, how good its reward model is. */
  notes: z.array(z.string()).default([]),
  /** Sentences on what went on that somebody should know of, by what they are about: rows that were not used, completions that were cut off. */
  remarks: z.record(z.string(), z.string()).default({}),
  /** How its batches go through the model, from its first step to its last; null: it has not trained yet. */
  memory: memoryPlanSchema.nullable().default(null),
});
export type StageRecord = z.infer<typeof stageRecordSchema>;

/** Builds of the kernels. */
export const kernelBuildSchema = z.enum(["relaxed SIMD", "plain SIMD"]);
export type KernelBuild = z.infer<typeof kernelBuildSchema>;

/** Why a run ended as it did, and how it can go on. */
export const runEndingSchema = z.object({
  /** What happened, in a sentence for people; null: nothing that `status` does not say. */
  message: z.string().nullable(),
  /** What to do about it, in a sentence for people. */
  advice: z.string().nullable().default(null),
  /** What a paused run waits for, where that is known: a reward that works again. */
  pausedFor: z.enum(["reward"]).nullable().default(null),
  /** Ways to resume that can lead on: as everything is, past the step in progress, or although something is not what it was when the run began. */
  resumeWays: z
    .array(z.enum(["as-is", "skip-batch", "accept-changes"]))
    .readonly()
    .default(["as-is"]),
});
export type RunEnding = z.infer<typeof runEndingSchema>;

/** An ending that a plain resume goes on from. */
export const endingOf = (message: string | null): RunEnding => ({
  message,
  advice: null,
  pausedFor: null,
  resumeWays: ["as-is"],
});

/** What happened and what to do about it; null: nothing is known. */
export const endingText = ({ message, advice }: Pick<RunEnding, "message" | "advice">): string | null =>
  [message, advice].filter((part) => part !== null).join(" ") || null;

export const runRecordSchema = z.object({
  format: z.literal(1),
  /** The run folder's name. */
  id: z.string(),
  name: z.string(),
  /** ISO 8601. */
  created: z.string(),
  /** Path of the recipe file, relative to the workspace folder, with `/`. */
  recipeFile: pathInside,
  /**
   * Folder, absolute, that `recipeFile` and what it names lie in, of a run that is recorded elsewhere; null: the workspace folder. It says where
   * somebody may look: nothing is read there before that folder was named.
   */
  sources: z.string().nullable().default(null),
  /** The recipe as resolved: every default filled in. Parsed again with the recipe schema before use. */
  recipe: z.unknown(),
  seed: z.int(),
  versions: z.record(z.string(), z.string()),
  /** `reason`: why it runs, in a sentence for people. `kernels`: their build, of which each rounds in its own way; of no other engine. */
  engine: z.object({ name: z.string(), reason: z.string(), kernels: kernelBuildSchema.optional() }),
  /** SHA-256 of the recipe text, of each reward's bundled source by its reference `file#export`, and of each data file by its path, as of the start, or of the last resume that accepted changes. */
  hashes: z.object({
    recipe: z.string(),
    rewards: z.record(z.string(), z.string()),
    data: z.record(z.string(), z.string()).default({}),
  }),
  /** What the run was forked from: a run's id and the name of its checkpoint. `changes`: settings that differ, as `path: old → new`. */
  parent: z
    .object({ run: z.string(), checkpoint: z.string(), changes: z.array(z.string()).default([]) })
    .nullable()
    .default(null),
  /** What was not as it had been when the run was resumed, and was accepted. */
  accepted: z.array(z.object({ time: z.string(), changes: z.array(z.string()) })).default([]),
  /** When it was resumed, and from which step of which stage it went on. */
  resumes: z.array(z.object({ time: z.string(), stage: z.string(), step: z.int().nonnegative() })).default([]),
  status: runStatusSchema,
  ...runEndingSchema.shape,
  /**
   * The process that works on the run while it lives: the supervisor's, then the trainer's. `token` says under whose claim: who was given another
   * writes no more.
   */
  process: z.object({ pid: z.int(), host: z.string(), token: z.string().optional() }).nullable(),
  stages: z.array(stageRecordSchema),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Whether a process works on the run, as far as its record says. */
export const isLive = (record: Pick<RunRecord, "status"> | null): boolean =>
  record?.status === "running" || record?.status === "stopping";

/** Whether *Resume* can go on with the run. */
export const isResumable = (record: RunRecord | null): boolean =>
  record !== null && !isLive(record) && record.status !== "completed";

/** Name of the engine of a run whose trainer has not started one yet. */
export const noEngine = "none";
