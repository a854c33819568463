/** What the supervisor and the trainer process say to each other. The trainer writes the run folder; these messages only steer it. */
import * as z from "zod";
import { drawingProgressSchema } from "./drawing";
import { usableEngineSchema } from "./engine";
import { judgeCountsSchema } from "./judges";
import { scoreGroupSchema } from "./rewards";
import { runEndingSchema } from "./run";
import { rewardOutcomeSchema } from "./traces";

/** Scores of one step: per reward function (by name), per group, per sample. */
export const scoredSchema = z.object({
  /** Hash over the sources of all reward functions that scored. */
  rewardHash: z.string(),
  outcomes: z.record(z.string(), z.array(z.array(rewardOutcomeSchema))),
  /** Wall milliseconds per reward function. */
  milliseconds: z.record(z.string(), z.number()),
  /** Milliseconds of each sample's own call per reward function, in no order. Unset: not known. */
  times: z.record(z.string(), z.array(z.number())).optional(),
  /** What judges were asked for it, by name. Unset: none was. */
  judges: z.record(z.string(), judgeCountsSchema).optional(),
});
export type Scored = z.infer<typeof scoredSchema>;

/** After each step, at each change of phase, and amid a long drawing; for the status bar and the terminal. */
export const progressSchema = z.object({
  type: z.literal("progress"),
  stage: z.string(),
  /** `sampling`: drawing a training set. */
  phase: z.enum(["preparing", "sampling", "evaluating", "training"]),
  step: z.int(),
  steps: z.int(),
  /** Estimate for the stage, null while there is none. */
  secondsLeft: z.number().nullable(),
  /** Mean reward of the step, or the loss of an SFT step. */
  headline: z.object({ name: z.string(), value: z.number() }).nullable(),
  /** Where drawing completions takes its time: how far it is. `step` is the last that was made. */
  drawing: drawingProgressSchema.optional(),
});

/** Supervisor → trainer. */
export const toTrainerSchema = z.discriminatedUnion("type", [
  /** First message. `run.json` in the folder holds the recipe; stages that it names completed are skipped. */
  z.object({
    type: z.literal("start"),
    runFolder: z.string(),
    /** The supervisor's claim on the run. */
    token: z.string(),
    workspaceFolder: z.string(),
    /** Folder that the recipe lies in, where that is not the workspace folder. */
    sources: z.string().nullable(),
    /** Go past the first step that is not finite. */
    skipBatch: z.boolean(),
    /** Go on with another engine than the one that the run began with. */
    acceptChanges: z.boolean(),
    /** Whether it gives way to other processes: somebody works in an editor beside it. Unset: it does not. */
    givesWay: z.boolean().optional(),
    /** TensorFlow's native binding and what it was found to run on, where it is installed. */
    tensorflow: usableEngineSchema.nullable(),
  }),
  /** First message in place of `start`: what a reward model says of texts. Answered by `rewards` (null: the text is longer than the model's positions) or `ended`; then the process ends. */
  z.object({
    type: z.literal("score-texts"),
    /** Folder of a reward model's checkpoint. */
    checkpoint: z.string(),
    texts: z.array(z.object({ prompt: z.string(), completion: z.string() })),
  }),
  /** End with a checkpoint: at once while completions are drawn, which are lost, else after the step in progress. `why`: a sentence for people who did not ask for it. */
  z.object({ type: z.literal("stop"), why: z.string().nullable() }),
  z.object({ type: z.literal("scored"), id: z.int(), scored: scoredSchema }),
  /** `[programs]` of `run-tests`. */
  z.object({ type: z.literal("tests-run"), id: z.int(), passed: z.array(z.boolean()) }),
  /** The rewards could not run at all (they do not load any more, say), or the sandboxes. The trainer pauses the run with this message. */
  z.object({ type: z.literal("score-failed"), id: z.int(), message: z.string() }),
]);
export type ToTrainer = z.infer<typeof toTrainerSchema>;

/** Trainer → supervisor. */
export const fromTrainerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("score"), id: z.int(), groups: z.array(scoreGroupSchema) }),
  /** Whether programs pass their rows' tests: only the supervisor has sandboxes. Answered by `tests-run`, or `score-failed`. */
  z.object({
    type: z.literal("run-tests"),
    id: z.int(),
    language: z.enum(["python", "javascript"]),
    programs: z.array(z.object({ completion: z.string(), tests: z.unknown() })),
  }),
  progressSchema,
  /** `[texts]` of `score-texts`. `unknown`: prompts that no task of the model's recipe asks, which were read without a system message. */
  z.object({ type: z.literal("rewards"), rewards: z.array(z.number().nullable()), unknown: z.int() }),
  z.object({ type: z.literal("log"), level: z.enum(["info", "warn", "error"]), text: z.string() }),
  /** Last message; run.json already says the same. */
  z.object({
    type: z.literal("ended"),
    status: z.enum(["completed", "stopped", "paused", "failed"]),
    ending: runEndingSchema,
  }),
]);
export type FromTrainer = z.infer<typeof fromTrainerSchema>;
export type TrainerProgress = z.infer<typeof progressSchema>;
