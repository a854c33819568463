/** What became of stored rollouts when they were scored again, with the rewards as they are now. */
import * as z from "zod";
import { rewardErrorSchema, rewardOutcomeSchema } from "./traces";

const rescored = "rescored/";
/** Metric of what a re-scoring says in place of another. */
export const rescoredKey = (key: string): string => `${rescored}${key}`;
export const isRescored = (key: string): boolean => key.startsWith(rescored);

const number = z.number().nullable();

/** Old and new of the same samples. `rank`: Spearman's over the samples that have both; null where nothing is ranked. */
const beforeAndAfterSchema = z.object({ old: number, new: number, rank: number });
export type BeforeAndAfter = z.infer<typeof beforeAndAfterSchema>;

const countsSchema = z.object({
  samples: z.int(),
  groups: z.int(),
  /** The weighted sum that training learned from, and the one that it would have. Means over the samples that have one. */
  total: beforeAndAfterSchema,
  /** By the name of each reward that was scored again; means over its own scores. */
  rewards: z.record(z.string(), beforeAndAfterSchema),
  /** Samples whose advantage is of the other sign; null: the run's estimator needs more than rewards (a critic). */
  signChanges: z.int().nullable(),
  /** Groups whose rewards were all equal and are not any more, and the reverse. */
  gained: z.int(),
  lost: z.int(),
  /** Errors of the rewards as they are now: their samples have no new score. */
  errors: z.int(),
});
export type RescoredCounts = z.infer<typeof countsSchema>;

export const rescoredStepSchema = countsSchema.extend({ stage: z.string(), step: z.int() });
export type RescoredStep = z.infer<typeof rescoredStepSchema>;

export const rescoredSampleSchema = z.object({
  stage: z.string(),
  step: z.int(),
  group: z.int(),
  sample: z.int(),
  prompt: z.string(),
  completion: z.string(),
  answer: z.string(),
  /** Weighted sums. */
  old: number,
  new: number,
  oldAdvantage: number,
  newAdvantage: number,
  /** By the name of each reward that was scored again. */
  outcomes: z.record(z.string(), z.object({ old: rewardOutcomeSchema, new: rewardOutcomeSchema })),
});
export type RescoredSample = z.infer<typeof rescoredSampleSchema>;

export const rescoringSchema = z.object({
  /** The run folder. */
  folder: z.string(),
  /** Milliseconds since 1970. */
  time: z.number(),
  seconds: z.number(),
  /** Names of the rewards that were scored again, as the run's traces have them. */
  names: z.array(z.string()),
  /** By stage and step, in the run's order. */
  steps: z.array(rescoredStepSchema),
  /** Over all steps. */
  all: countsSchema,
  /** Those that changed most: a changed sign first. */
  samples: z.array(rescoredSampleSchema),
  /** Samples of which anything changed; `samples` may hold fewer. */
  changed: z.int(),
  firstError: rewardErrorSchema.nullable(),
  /** Sentences on what is not as in training, and what was left out. */
  notes: z.array(z.string()),
});
export type Rescoring = z.infer<typeof rescoringSchema>;

/** Which steps of training. */
export const rescoreStepsSchema = z.union([
  z.enum(["all", "newest"]),
  z.object({ first: z.int().nonnegative(), last: z.int().nonnegative() }),
]);
export type RescoreSteps = z.infer<typeof rescoreStepsSchema>;
