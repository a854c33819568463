/** What the supervisor and a reward process say to each other. One process holds one reward; it can be killed at any time. */
import * as z from "zod";
import { judgeAnswerSchema, judgeRequestSchema } from "./judges";
import { functionCoverageSchema } from "./coverage";
import { sandboxJobSchema, stepResultSchema } from "./sandbox";
import { rewardErrorSchema, rewardOutcomeSchema } from "./traces";

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
  fault: z.union([
    z.enum(["is gone", "does not compile", "does not load"]),
    // Of the reward's cases; the version that scores passes it.
    z.templateLiteral(["fails the case at line ", z.int().positive()]),
  ]),
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

/** A reward file of which another version scores than the one on disk, because that one cannot be used. */
export const outdatedRewardSchema = fileVersionSchema.extend({ refused: refusedVersionSchema });
export type OutdatedReward = z.infer<typeof outdatedRewardSchema>;

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
  /** The same as base64 of little-endian int32, in place of `completionIds`: who sends many groups has them read only where a reward looks at them. */
  packedIds: z.array(z.string()).optional(),
  /** Whether the prompt is of the recipe's `general_task`: which rewards are for it. Unset: it is not. */
  general: z.boolean().optional(),
});
export type ScoreGroup = z.infer<typeof scoreGroupSchema>;

/** Most that a reward may ask an address with, and bytes of a body there and back. */
export const fetchLimits = { headers: 1000, url: 100_000, method: 100, body: 32_000_000 } as const;

const headersSchema = z.array(z.tuple([z.string(), z.string()]));

/** Each character is looked at once: an expression for the whole would take its steps back over millions of them. */
const isBase64 = (text: string): boolean =>
  text.length % 4 === 0 &&
  !/[^A-Za-z0-9+/]/.test(text.slice(0, -2)) &&
  /^(?:[A-Za-z0-9+/]{2}|[A-Za-z0-9+/=]=)?$/.test(text.slice(-2));

/** A body in base64; null: none. */
const bodySchema = z
  .string()
  .max(4 * Math.ceil(fetchLimits.body / 3))
  .refine(isBase64, "is no base64")
  .nullable();

/** What a reward gave to `fetch`. */
export const fetchRequestSchema = z.object({
  url: z.string().max(fetchLimits.url),
  method: z.string().max(fetchLimits.method),
  headers: headersSchema.max(fetchLimits.headers),
  body: bodySchema,
  redirect: z.enum(["follow", "error", "manual"]),
});
export type FetchRequest = z.infer<typeof fetchRequestSchema>;

export const fetchAnswerSchema = z.object({
  url: z.string(),
  redirected: z.boolean(),
  status: z.int(),
  statusText: z.string(),
  headers: headersSchema,
  body: bodySchema,
});
export type FetchAnswer = z.infer<typeof fetchAnswerSchema>;

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
  /** First message: which module to load and which of its exports scores; `env`: the variables of the environment that it may see. */
  z.object({
    type: z.literal("load"),
    module: z.string(),
    export: rewardExportSchema,
    env: z.record(z.string(), z.string()).optional(),
  }),
  /** Groups of a request from the place `first` on: what is long comes in parts. */
  z.object({ type: z.literal("score"), id: z.int(), first: z.int().nonnegative(), groups: z.array(scoreGroupSchema) }),
  /** Nobody waits any more for a group of a request. */
  z.object({ type: z.literal("abandon"), id: z.int(), group: z.int() }),
  /** What ran of the module since the last time: answered by `covered`. */
  z.object({ type: z.literal("take-coverage") }),
  /** Whether it can still answer: by `pong`. */
  z.object({ type: z.literal("ping"), id: z.int() }),
  /** What came of a program, one result for each step of its job; `message` instead when it could not be run at all. */
  z.object({
    type: z.literal("program-ran"),
    id: z.int(),
    results: z.array(stepResultSchema),
    message: z.string().nullable(),
  }),
  /** What came of a `fetch`; `message` instead when there is no answer. */
  z.object({
    type: z.literal("fetched"),
    id: z.int(),
    answer: fetchAnswerSchema.nullable(),
    message: z.string().nullable(),
  }),
  /** What a judge said; `message` instead when it gave no verdict. */
  z.object({
    type: z.literal("judged"),
    id: z.int(),
    answer: judgeAnswerSchema.nullable(),
    message: z.string().nullable(),
  }),
]);
export type ToRewardProcess = z.input<typeof toRewardProcessSchema>;

/** Characters that a reward process says to the log at once. */
export const longestLog = 10_000;

const placeSchema = rewardErrorSchema.omit({ message: true });

/** Reward process → supervisor. */
export const fromRewardProcessSchema = z.discriminatedUnion("type", [
  /** `missing`: the module lacks the export, or it is no function. */
  z.object({ type: z.literal("loaded"), missing: z.boolean() }),
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
    /** `[samples]` in which each one's call ran; its share of the call where one call scores the group. */
    times: z.array(z.number().nonnegative()).optional(),
  }),
  /** A program of a model to run in a sandbox, which a reward process must not start itself; `timeout` in seconds a step. */
  z.object({
    type: z.literal("run-program"),
    id: z.int(),
    job: sandboxJobSchema,
    timeout: z.number().positive().max(longestStep),
  }),
  /** An address to ask, which a reward process has no way to: the supervisor asks those that the recipe names. */
  z.object({ type: z.literal("fetch"), id: z.int(), request: fetchRequestSchema }),
  /** A judge to ask, whose key a reward process never sees. */
  z.object({ type: z.literal("judge"), id: z.int(), request: judgeRequestSchema }),
  /** Nobody waits any more for what was asked. */
  z.object({ type: z.literal("fetch-abort"), id: z.int() }),
  /** Code of the reward ends the process, from this place. */
  z.object({ type: z.literal("exiting"), code: z.int(), ...placeSchema.shape }),
  /** Something that no call waits for was thrown, or rejected. */
  z.object({ type: z.literal("stray"), message: z.string().max(longestLog), ...placeSchema.shape }),
  /** To `take-coverage`, of a process that counts. */
  z.object({ type: z.literal("covered"), functions: z.array(functionCoverageSchema) }),
  z.object({ type: z.literal("log"), text: z.string().max(longestLog) }),
]);
export type FromRewardProcess = z.infer<typeof fromRewardProcessSchema>;
