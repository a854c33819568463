/** What a stage found, as `reports/<stage>.json` of a run has it: written by `server/stages`, read by every view. */
import * as z from "zod";
import { passCurveSchema } from "./run";

/** Why an example is dropped, in the order in which the reasons are tried. */
export const dropReasons = [
  "unreadable",
  "wrong-answer",
  "low-reward",
  "too-long",
  "mixed-language",
  "repetition",
  "near-duplicate",
  "over-cap",
] as const;
export type DropReason = (typeof dropReasons)[number];

const countsOf = (counts: Partial<Record<DropReason, number>>): Record<DropReason, number> =>
  Object.fromEntries(dropReasons.map((reason) => [reason, counts[reason] ?? 0])) as Record<DropReason, number>;

const filterReportSchema = z.object({
  given: z.int(),
  kept: z.int(),
  /** Of each reason; reports from before there was one have none of it. */
  dropped: z.partialRecord(z.enum(dropReasons), z.int()).transform(countsOf),
  /** Prompts with a kept example, of all prompts. */
  promptsKept: z.int(),
  prompts: z.int(),
});
export type FilterReport = z.infer<typeof filterReportSchema>;

const confidenceBinSchema = z.object({
  /** Between what and what the model says of the completion that it prefers. */
  from: z.number(),
  to: z.number(),
  count: z.int(),
  /** Means of what it says and of how often it is right; null of none. */
  confidence: z.number().nullable(),
  accuracy: z.number().nullable(),
});
export type ConfidenceBin = z.infer<typeof confidenceBinSchema>;

const partSchema = z.object({ accuracy: z.number().nullable(), count: z.int() });

const rewardModelReportSchema = z.object({
  pairs: z.int(),
  /** Share of pairs whose chosen completion has the larger reward; a tie is half right. */
  accuracy: z.number().nullable(),
  margin: z.number().nullable(),
  /** Pairs that the model rates the same. Reports from before it was noted have none. */
  ties: z.int().default(0),
  /** Expected calibration error: how far what it says is from how often it is right, over the bins (Guo et al. 2017, eq. 3). */
  calibrationError: z.number().nullable(),
  bins: z.array(confidenceBinSchema).readonly(),
  /** Pearson's correlation of reward and length over all completions; null where one does not vary. */
  lengthCorrelation: z.number().nullable(),
  /** Accuracy where the chosen completion is the longer and the shorter one: far apart when the model goes by length. */
  whenLonger: partSchema,
  whenShorter: partSchema,
  /** Where both are as long. Reports from before it was noted have none. */
  whenEqual: partSchema.default({ accuracy: null, count: 0 }),
});
export type RewardModelReport = z.infer<typeof rewardModelReportSchema>;

const estimateSchema = z.object({ mean: z.number(), low: z.number(), high: z.number(), count: z.int() });
/** A mean with the interval that holds it, and the number of values it rests on. */
export type Estimate = z.infer<typeof estimateSchema>;

const measuresSchema = z.object({
  prompts: z.int(),
  /** k of pass@k, maj@k and best-of-k: the samples a prompt. */
  k: z.int(),
  pass_at_1: estimateSchema,
  pass_at_k: estimateSchema,
  pass_at: passCurveSchema,
  maj_at_k: estimateSchema,
  /** Null when no sample has a reward. Its count says on how many prompts it rests. */
  best_of_k: estimateSchema.nullable(),
  length: estimateSchema,
});
export type Measures = z.infer<typeof measuresSchema>;

const evaluationReportSchema = z.object({
  all: measuresSchema,
  /** By rising difficulty; empty when prompts have none. */
  byDifficulty: z.array(z.object({ difficulty: z.number(), measures: measuresSchema })).readonly(),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

/** A row of a file that the stage was given and did not take. */
const leftOutRowSchema = z.object({
  file: z.string(),
  /** From 1. */
  line: z.int(),
  prompt: z.string(),
  /** Its prompt is held out for evaluation; or its chosen and rejected completion are the same. */
  reason: z.enum(["held-out", "identical"]),
});
export type LeftOutRow = Readonly<z.infer<typeof leftOutRowSchema>>;
/** Unset: none, and in runs from before it was noted. */
const leftOut = z.array(leftOutRowSchema).readonly().optional();

export const stageReportSchema = z.discriminatedUnion("kind", [
  /** Of examples that were given. */
  z.object({
    kind: z.literal("filter"),
    report: filterReportSchema,
    /** A few of each reason. */
    dropped: z
      .array(z.object({ prompt: z.string(), completion: z.string(), reason: z.enum(dropReasons), detail: z.string() }))
      .readonly(),
    leftOut,
  }),
  /** Of a stage that refused its files for the held-out prompts in them. */
  z.object({ kind: z.literal("held-out-rows"), leftOut: z.array(leftOutRowSchema).readonly() }),
  /** Of samples that were drawn. */
  z.object({
    kind: z.literal("rejection-sampling"),
    report: filterReportSchema,
    /** General examples in the training set, and how many fewer that is than were asked for. */
    general: z.int(),
    missing: z.int(),
    /** Tokens that were drawn, and the seconds it took; null in runs from before it was noted. */
    drawn: z.object({ tokens: z.int(), seconds: z.number() }).nullable().default(null),
  }),
  z.object({
    kind: z.literal("reward-model"),
    training: z.int(),
    report: rewardModelReportSchema,
    /**
     * What people labelled, where the general task made pairs as well: many easy pairs must not hide what it makes of the labels. Null where one
     * kind is all, and in runs from before it was noted.
     */
    labelled: z.object({ training: z.int(), heldOut: partSchema }).nullable().default(null),
    leftOut,
  }),
  z.object({
    kind: z.literal("dpo"),
    training: z.int(),
    heldOut: z.int(),
    /** By the metric's name; null without held-out pairs. */
    measured: z.record(z.string(), z.number()).nullable(),
    leftOut,
  }),
  z.object({
    kind: z.literal("evaluation"),
    /** What best-of-k picks by: `reward`, or the stage of a reward model. */
    best_of: z.string(),
    report: evaluationReportSchema,
  }),
]);
export type StageReport = z.infer<typeof stageReportSchema>;
