/** What the supervisor and a reward process say to each other. One process holds one bundle of user code; it can be killed at any time. */
import * as z from "zod";
import { sandboxJobSchema, stepResultSchema } from "./sandbox";
import { rewardOutcomeSchema } from "./traces";

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
});
export type ScoreGroup = z.infer<typeof scoreGroupSchema>;

/** Supervisor → reward process. */
export const toRewardProcessSchema = z.discriminatedUnion("type", [
  /** First message: which module to load and which exports score; those in `groupExports` take a whole group. */
  z.object({
    type: z.literal("load"),
    module: z.string(),
    exports: z.array(z.string()),
    groupExports: z.array(z.string()).default([]),
  }),
  z.object({ type: z.literal("score"), id: z.int(), export: z.string(), groups: z.array(scoreGroupSchema) }),
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
  /** Sent as each group starts, so that a hang can be pinned on its group. */
  z.object({ type: z.literal("scoring"), id: z.int(), group: z.int() }),
  /** Outcomes of one group, `[samples]`; sent as soon as the group is scored. */
  z.object({
    type: z.literal("scored"),
    id: z.int(),
    group: z.int(),
    outcomes: z.array(rewardOutcomeSchema),
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
