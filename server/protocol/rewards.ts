/** What the supervisor and a reward process say to each other. One process holds one bundle of user code; it can be killed at any time. */
import * as z from "zod";
import { sandboxJobSchema, stepResultSchema } from "./sandbox";
import { rewardOutcomeSchema } from "./traces";

/** How many calls of a reward may run at a time, how fast they follow each other, and which are made again. */
export const callLimitsSchema = z.object({
  max_concurrent: z.int().positive(),
  /** Null: as many as there are. */
  requests_per_second: z.number().positive().nullable(),
  retries: z.int().nonnegative(),
  /** Seconds before the first retry; each further one waits twice as long. */
  retry_delay: z.number().positive(),
});
export type CallLimits = z.infer<typeof callLimitsSchema>;

/** What stands on disk in place of a version that scores, and cannot be used. */
export const refusedVersionSchema = z.object({
  version: z.int().positive(),
  fault: z.enum(["is gone", "does not compile", "does not load"]),
  /** One sentence for people or a few, with the place where there is one. */
  message: z.string(),
  /** Where in the reward's own file, from 1; null: elsewhere, or not known. */
  line: z.int().positive().nullable(),
  column: z.int().positive().nullable(),
});
export type RefusedVersion = z.infer<typeof refusedVersionSchema>;

/** Which version of a reward file scores a run, as the run numbers them: by the order in which they scored. */
export const fileVersionSchema = z.object({
  /** Absolute. */
  file: z.string(),
  version: z.int().positive(),
  /** Null: what scores is what stands on disk. */
  refused: refusedVersionSchema.nullable(),
});
export type FileVersion = z.infer<typeof fileVersionSchema>;

/** Seconds that a reward may give one step of a program. */
const longestStep = 600;

/** A group to score: samples of one prompt, in order. */
export const scoreGroupSchema = z.object({
  prompt: z.string(),
  completions: z.array(z.string()),
  answer: z.string(),
  /** The task's whole row, for rewards that need more than the answer. */
  row: z.record(z.string(), z.unknown()),
  /** Token ids, `[samples][tokens]`, where the sender knows them. */
  completionIds: z.array(z.array(z.int())).optional(),
  /** Whether the prompt is of the recipe's `general_task`: which rewards are for it. Unset: it is not. */
  general: z.boolean().optional(),
});
export type ScoreGroup = z.infer<typeof scoreGroupSchema>;

/** One reward of a module. */
export const rewardExportSchema = z.object({
  name: z.string(),
  /** Scores a whole group in one call. */
  takesGroup: z.boolean(),
  limits: callLimitsSchema,
});
export type RewardExport = z.infer<typeof rewardExportSchema>;

/** Supervisor → reward process. */
export const toRewardProcessSchema = z.discriminatedUnion("type", [
  /** First message: which module to load and which exports score; `env`: the variables of the environment that it may see. */
  z.object({
    type: z.literal("load"),
    module: z.string(),
    exports: z.array(rewardExportSchema),
    env: z.record(z.string(), z.string()).optional(),
  }),
  z.object({ type: z.literal("score"), id: z.int(), export: z.string(), groups: z.array(scoreGroupSchema) }),
  /** Nobody waits any more for a group of a request. */
  z.object({ type: z.literal("abandon"), id: z.int(), group: z.int() }),
  /** Whether it can still answer: by `pong`. */
  z.object({ type: z.literal("ping"), id: z.int() }),
  /** What came of a program, one result for each step of its job; `message` instead when it could not be run at all. */
  z.object({
    type: z.literal("program-ran"),
    id: z.int(),
    results: z.array(stepResultSchema),
    message: z.string().nullable(),
  }),
]);
export type ToRewardProcess = z.input<typeof toRewardProcessSchema>;

/** Reward process → supervisor. */
export const fromRewardProcessSchema = z.discriminatedUnion("type", [
  /** `missing`: exports that the module lacks or that are not functions. `restricted`: whether the permission model is on. */
  z.object({ type: z.literal("loaded"), missing: z.array(z.string()), restricted: z.boolean() }),
  z.object({
    type: z.literal("load-failed"),
    message: z.string(),
    file: z.string().nullable(),
    line: z.int().nullable(),
  }),
  /** Sent as the first call of a group begins, so that a hang can be pinned on its group. */
  z.object({ type: z.literal("scoring"), id: z.int(), group: z.int() }),
  /** No call of the group runs now: it waits for a turn or for a retry, which is none of its time. `scoring` follows. */
  z.object({ type: z.literal("waiting"), id: z.int(), group: z.int() }),
  z.object({ type: z.literal("pong"), id: z.int() }),
  /** Outcomes of one group, `[samples]`; sent as soon as the group is scored. */
  z.object({
    type: z.literal("scored"),
    id: z.int(),
    group: z.int(),
    outcomes: z.array(rewardOutcomeSchema),
    /** When its first call began, in milliseconds of the process' own clock, and how long it took from there. */
    started: z.number(),
    milliseconds: z.number(),
  }),
  /** A program of a model to run in a sandbox, which a reward process must not start itself; `timeout` in seconds a step. */
  z.object({
    type: z.literal("run-program"),
    id: z.int(),
    job: sandboxJobSchema,
    timeout: z.number().positive().max(longestStep),
  }),
  z.object({ type: z.literal("log"), text: z.string() }),
]);
export type FromRewardProcess = z.infer<typeof fromRewardProcessSchema>;
