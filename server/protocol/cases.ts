/** Reward cases as the editor shows and runs them. */
import * as z from "zod";
import { rewardErrorSchema } from "./traces";

/** A stretch of one line, in the words of LSP: from 0. */
export const linePlaceSchema = z.object({
  line: z.int().nonnegative(),
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
});

export const caseEntrySchema = z.object({
  /** In the file of cases, from 1. */
  line: z.int().positive(),
  reward: z.string(),
  /** What tells it from the other cases of its reward, in few characters. */
  label: z.string(),
  /** `expect` as it stands in the file. */
  expected: z.string(),
  /** The same case has the same, wherever its line has moved to; another case of the file has another. */
  key: z.string(),
});
export type CaseEntry = Readonly<z.infer<typeof caseEntrySchema>>;

/** A line that is no case, and what to do about it; line and column from 1. */
export const caseProblemSchema = z.object({
  line: z.int().positive(),
  column: z.int().positive(),
  length: z.int().positive(),
  message: z.string(),
});

export type CaseProblem = Readonly<z.infer<typeof caseProblemSchema>>;

/** The cases of a reward file, of which nothing is executed. */
export const caseListSchema = z.object({
  /** Path of the file of cases, whether it is there or not. */
  casesFile: z.string(),
  /** Exports of the reward file in their order, and names that cases have beside them, which have no place. */
  rewards: z.array(z.object({ name: z.string(), place: linePlaceSchema.nullable() })).readonly(),
  cases: z.array(caseEntrySchema).readonly(),
  problems: z.array(caseProblemSchema).readonly(),
});
export type CaseList = z.infer<typeof caseListSchema>;

export const caseOutcomeSchema = z.object({
  /** In the file of cases, from 1. */
  line: z.int().positive(),
  reward: z.string(),
  /** `not-run`: its reward cannot be used. */
  verdict: z.enum(["passed", "failed", "not-run"]),
  /** `expect` as it stands in the file. */
  expected: z.string(),
  /** What the reward said, in the same form; of one that was not run why. */
  actual: z.string(),
  /** Where the reward failed, or why it cannot be used; null: it did not fail. */
  error: rewardErrorSchema.nullable(),
  /** In which the call ran; null: it hung, ended its process, or was not run. */
  milliseconds: z.number().nullable(),
});
export type CaseOutcome = Readonly<z.infer<typeof caseOutcomeSchema>>;

export const caseRunSchema = z.object({
  outcomes: z.array(caseOutcomeSchema).readonly(),
  problems: z.array(caseProblemSchema).readonly(),
  /** Files that decide what comes of the cases: rewards, what they import, cases. Absolute. */
  inputs: z.array(z.string()).readonly(),
});
export type CaseRun = z.infer<typeof caseRunSchema>;

/** A rollout as a case to be: which rewards it could be of, and what one of them says of it. */
export const caseOfferSchema = z.object({
  /** Rewards of the run's recipe that lie in the workspace. */
  rewards: z.array(z.string()).readonly(),
  /** What the reward that was asked about says now, as `expect` has it; null: none was, or it cannot be run (`reason` says why). */
  now: z.string().nullable(),
  reason: z.string().nullable(),
  /** What it said when the rollout was recorded; null: it did not score it. */
  recorded: z.string().nullable(),
});
export type CaseOffer = z.infer<typeof caseOfferSchema>;

/** A case as it goes into its file. */
export const caseTextSchema = z.object({
  /** Absolute path of the file of cases, whether it is there or not. */
  file: z.string(),
  /** Without the newline. */
  line: z.string(),
});
