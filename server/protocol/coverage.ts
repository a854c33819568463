/** What ran of a reward, and how often. */
import * as z from "zod";
import { caseRunSchema } from "./cases";

/** As V8 says it: stretches of the module that runs, the first the whole function, each with the times that it ran. */
export const functionCoverageSchema = z.object({
  functionName: z.string(),
  isBlockCoverage: z.boolean(),
  ranges: z.array(
    z.object({ startOffset: z.int().nonnegative(), endOffset: z.int().nonnegative(), count: z.int().nonnegative() }),
  ),
});
export type FunctionCoverage = z.infer<typeof functionCoverageSchema>;

export const scriptCoverageSchema = z.object({ functions: z.array(functionCoverageSchema) });

/** A place in a source, from 0 as editors have it. */
const placeSchema = z.object({ line: z.int().nonnegative(), character: z.int().nonnegative() });
export const stretchSchema = z.object({ start: placeSchema, end: placeSchema });

/** A branch: a side of an `if`, of `? :`, a case of a switch, what follows `&&`, `||` or `??`. */
export const coveredBranchSchema = stretchSchema.extend({
  count: z.int().nonnegative(),
  /** `else`, `0.5`, `case 3`: what editors call it. */
  label: z.string(),
});

export const coveredStatementSchema = stretchSchema.extend({
  count: z.int().nonnegative(),
  branches: z.array(coveredBranchSchema),
});

/** `return 0.5`: what a reward pays by. */
export const coveredReturnSchema = stretchSchema.extend({
  count: z.int().nonnegative(),
  /** As it stands in the source, on one line. */
  text: z.string(),
  /** The export that it is of; null: of a function that no reward is. */
  reward: z.string().nullable(),
});

export const coveredFileSchema = z.object({
  /** Absolute. */
  file: z.string(),
  statements: z.array(coveredStatementSchema),
  functions: z.array(stretchSchema.extend({ name: z.string(), count: z.int().nonnegative() })),
  returns: z.array(coveredReturnSchema),
});
export type CoveredFile = z.infer<typeof coveredFileSchema>;
/** What cases ran, over all of them and each by itself. */
export const caseCoverageSchema = z.object({
  ...caseRunSchema.shape,
  files: z.array(coveredFileSchema).readonly(),
  byCase: z.array(z.object({ line: z.int().positive(), files: z.array(coveredFileSchema).readonly() })).readonly(),
});
export type CaseCoverage = z.infer<typeof caseCoverageSchema>;

/** What a reward ran on stored rollouts. */
export const rolloutCoverageSchema = z.object({
  /** Times that it was called, as V8 counted: once a rollout, or once a group where it scores groups at once. */
  calls: z.int().nonnegative(),
  unit: z.enum(["rollout", "group"]),
  files: z.array(coveredFileSchema).readonly(),
  /** Sentences on what is not counted, or not as in training. */
  notes: z.array(z.string()).readonly(),
});
export type RolloutCoverage = z.infer<typeof rolloutCoverageSchema>;
export type CoveredReturn = z.infer<typeof coveredReturnSchema>;
