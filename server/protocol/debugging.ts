/** A reward under a debugger. */
import * as z from "zod";
import { caseOutcomeSchema } from "./cases";
import { groupPlaceSchema } from "./editor";

/** What it runs on. */
export const debugTargetSchema = z.discriminatedUnion("kind", [
  /** Lines of its file of cases, from 1. */
  z.object({ kind: z.literal("cases"), lines: z.array(z.int().positive()).min(1) }),
  z.object({ kind: z.literal("rollout"), place: groupPlaceSchema.extend({ sample: z.int() }) }),
  /** The newest rollout of the newest run that has any. */
  z.object({ kind: z.literal("newest") }),
]);
export type DebugTarget = z.infer<typeof debugTargetSchema>;

/** Where a process waits for a debugger. */
export const debuggerPlaceSchema = z.object({
  session: z.int(),
  /** `ws://127.0.0.1:PORT/…` */
  address: z.string(),
  /** Folder of the module that it runs, with its source map. */
  folder: z.string(),
  /** The script that the process is started with, which is none of the reward. */
  script: z.string(),
});
export type DebuggerPlace = z.infer<typeof debuggerPlaceSchema>;

export const debuggedSchema = z.object({
  /** What it said of the rollout, as a case would expect it; null: it ran on cases. */
  said: z.string().nullable(),
  /** Where the rollout is from, in words; null: it ran on cases. */
  of: z.string().nullable(),
  outcomes: z.array(caseOutcomeSchema).readonly(),
});
