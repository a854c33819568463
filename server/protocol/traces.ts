/** A rollout as recorded in `traces.sqlite`, and the questions that views ask of it. */
import * as z from "zod";
import { t } from "../shared/l10n";
import { mostSteps } from "../shared/steps";
import { longestFilter } from "./rollout-filter/tokens";

export const finishReasonSchema = z.enum(["stop", "length"]);
export type FinishReason = z.infer<typeof finishReasonSchema>;

/** `sampling`: drawn for a training set by rejection sampling. `evaluation` rollouts are of held-out prompts and never trained on. */
export const rolloutPurposeSchema = z.enum(["train", "sampling", "evaluation"]);
export type RolloutPurpose = z.infer<typeof rolloutPurposeSchema>;

/** Forms that a rollout is copied or read in. */
export const rolloutFormatSchema = z.enum(["row", "json", "markdown"]);
export type RolloutFormat = z.infer<typeof rolloutFormatSchema>;

/** What a reward function threw, or did wrong. */
export const rewardErrorSchema = z.object({
  message: z.string(),
  /** Position in the reward's own source (1-based), where the error carries one. */
  file: z.string().nullable(),
  line: z.int().nullable(),
  column: z.int().nullable(),
});
export type RewardError = z.infer<typeof rewardErrorSchema>;

/** What a reward's code threw, or rejected with, where no call waits for it: of no sample. */
export const strayErrorSchema = rewardErrorSchema.extend({
  /** Name of the export. */
  reward: z.string(),
  count: z.int().positive(),
});
export type StrayError = Readonly<z.infer<typeof strayErrorSchema>>;

/** `line 3: no such row`: an error with its line in the reward, where it carries one. */
export const rewardErrorText = ({ line, message }: Pick<RewardError, "line" | "message">): string =>
  line === null ? message : t("line {0}: {1}", line, message);

/** What one reward function said of one completion. `error` is never a silent 0: such a sample is left out of the baseline. */
export const rewardOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("score"),
    score: z.number(),
    /** Further named values that the reward returned, shown beside the score. */
    extras: z.record(z.string(), z.union([z.number(), z.string()])),
    /** `[steps]` a score for each of `completionSteps`; unset: the reward gave none. */
    steps: z.array(z.number()).max(mostSteps).optional(),
  }),
  z.object({ kind: z.literal("not-applicable") }),
  z.object({
    kind: z.literal("error"),
    ...rewardErrorSchema.shape,
    /** It ran out of its time; unset: it did not. */
    timedOut: z.literal(true).optional(),
  }),
]);
export type RewardOutcome = z.infer<typeof rewardOutcomeSchema>;

/** Likeliest tokens that are stored of each place of a completion, at most. */
export const mostTopLogprobs = 10;

/** The likeliest tokens of each place of a completion, under the policy that sampled, at the sampling temperature. */
export interface TopLogprobs {
  /** Of each place. */
  readonly count: number;
  /** `[tokens, count]` ids and log-probabilities, the likeliest first; the token that stands there may not be among them. */
  readonly ids: Int32Array;
  readonly logprobs: Float32Array;
}

/** Everything per token is of the completion, same length as `tokens`; null where it was not computed. */
export interface TokenRecords {
  readonly tokens: Int32Array;
  /** log π of the policy before the update, at the sampling temperature. */
  readonly logprobs: Float32Array | null;
  /** log π recorded while sampling: the old policy. NaN for a token that was inserted in place of a drawn one. */
  readonly oldLogprobs: Float32Array | null;
  readonly referenceLogprobs: Float32Array | null;
  readonly entropy: Float32Array | null;
  readonly ratio: Float32Array | null;
  /** 1 where the clip of the policy loss was active. */
  readonly clipped: Uint8Array | null;
  readonly top: TopLogprobs | null;
}

/** Of a rollout whose tokens nobody has. */
export const noTokenRecords: TokenRecords = {
  tokens: new Int32Array(0),
  logprobs: null,
  oldLogprobs: null,
  referenceLogprobs: null,
  entropy: null,
  ratio: null,
  clipped: null,
  top: null,
};

/** What is known of a rollout without its tokens: what lists show. */
export const rolloutSummarySchema = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
  sample: z.int(),
  prompt: z.string(),
  completion: z.string(),
  /** Gold answer. */
  answer: z.string(),
  /** What the task's own reader took for the answer, or null. */
  extracted: z.string().nullable(),
  /** `unknown`: of a file of another tool, which does not say. */
  finishReason: z.enum([...finishReasonSchema.options, "unknown"]),
  /** The task's verdict: 1 right, 0 wrong, null not judged (a run of an older version, or a gold answer that cannot be read). Never a reward. */
  correct: z.union([z.literal(0), z.literal(1)]).nullable(),
  /** The prompt as the model read it, special tokens and chat template included; null where an older version recorded the rollout. */
  promptAsSeen: z.string().nullable(),
  /** By the function's name. */
  rewards: z.record(z.string(), rewardOutcomeSchema),
  /** Weighted sum, or null when no function could score it. */
  reward: z.number().nullable(),
  advantage: z.number().nullable(),
  rewardHash: z.string().nullable(),
  checkpoint: z.string().nullable(),
  tags: z.array(z.string()),
  /** Tokens of the completion; −1: of a file of another tool, which does not say. */
  length: z.int(),
});
export type RolloutSummary = z.infer<typeof rolloutSummarySchema>;

/** With what rewards are given of the task's row beside prompt and answer. */
export const rolloutWithRowSchema = rolloutSummarySchema.extend({
  /** The row's columns as JSON text, `{}` where it has none; null where an older version recorded the rollout. */
  row: z.string().nullable(),
});
export type RolloutWithRow = z.infer<typeof rolloutWithRowSchema>;
export type RolloutRecord = RolloutWithRow & { readonly perToken: TokenRecords };

/** Tag of a held-out completion that took the likeliest token everywhere: a sample of its group, but none that was drawn. */
export const greedyTag = "greedy";

/** Whether a rollout was drawn: what means and rates of a group rest on. */
export const isDrawn = ({ tags }: Pick<RolloutSummary, "tags">): boolean => !tags.includes(greedyTag);

export const traceFilterSchema = z.object({
  stage: z.string().nullable(),
  step: z.int().nullable(),
  purpose: rolloutPurposeSchema.nullable(),
  group: z.int().nullable(),
  /** Search in prompts and completions: matched literally, or by a regular expression where it stands between slashes. */
  text: z.string(),
  /** A filter line, as `docs/traces.md` has it; empty: all. */
  where: z.string().max(longestFilter),
});
export type TraceFilter = z.infer<typeof traceFilterSchema>;

const marksSchema = z.object({
  /** `[from, to, from, to, …]` in UTF-16 units, ascending and apart. */
  at: z.array(z.int().nonnegative()),
  /** Whether there are more hits than are marked. */
  more: z.boolean(),
});
/** Samples of a group that a filter asks for, and what its searches hit in each sample. */
export const groupMatchesSchema = z.object({
  samples: z.array(z.int()),
  marks: z.array(z.object({ sample: z.int(), prompt: marksSchema, completion: marksSchema })),
});
export type GroupMatches = z.infer<typeof groupMatchesSchema>;
export type Marks = Readonly<z.infer<typeof marksSchema>>;

export const groupSortSchema = z.object({
  by: z.enum(["newest", "reward", "spread", "right", "tokens", "errors", "matching"]),
  descending: z.boolean(),
});
export type GroupSort = Readonly<z.infer<typeof groupSortSchema>>;

/** A group as lists show it. */
export const groupSummarySchema = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
  prompt: z.string(),
  answer: z.string(),
  /** That were drawn; the numbers that follow are theirs too. */
  samples: z.int(),
  rewardMean: z.number().nullable(),
  rewardStd: z.number().nullable(),
  /** Null: nobody knows. */
  lengthMean: z.number().nullable(),
  errors: z.int(),
  /** Right ones among those with a verdict. */
  right: z.int(),
  judged: z.int(),
  /** Samples that a filter asks for, drawn or not. */
  matching: z.int(),
});
export type GroupSummary = z.infer<typeof groupSummarySchema>;

/** Which steps hold rollouts, for the step picker. */
export const stepIndexEntrySchema = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  rollouts: z.int(),
});
export type StepIndexEntry = Readonly<z.infer<typeof stepIndexEntrySchema>>;

/** What a filter leaves of a stage, for the timeline: steps that lie side by side, in order. */
export const timelineBinSchema = z.object({
  from: z.int(),
  to: z.int(),
  rollouts: z.int(),
  matching: z.int(),
  /** Mean reward of the matching ones. */
  reward: z.number().nullable(),
});
export type TimelineBin = Readonly<z.infer<typeof timelineBinSchema>>;
