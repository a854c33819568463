/**
 * What the language server asks of recorded rollouts. Another process answers, one that can be ended: a store that came with a folder may be made so
 * that reading it never ends.
 */
import * as z from "zod";
import { auditRolloutSchema } from "./audit";
import { behaviourExampleSchema, behaviourPointSchema, comparisonSchema, exampleFilterSchema } from "./behaviours";
import { rescoreStepsSchema, rescoringSchema } from "./rescore";
import { scoreGroupSchema } from "./rewards";
import { rewardExampleSchema, rowColumnsSchema } from "./row-columns";
import { promptHistorySchema } from "./prompt-history";
import { promptTokensSchema } from "./prompt-tokens";
import { packedTokensSchema, tokenPartSchema } from "./token-numbers";
import { rolloutFileRequestSchema, rolloutFileSchema } from "./rollout-files";
import { curvePictureSchema, curveRowSchema } from "./curves";
import {
  trackerOverviewSchema,
  trackerPictureRequestSchema,
  trackerRequestSchema,
  trackerRowRequestSchema,
} from "./trackers";
import {
  groupMatchesSchema,
  groupSortSchema,
  groupSummarySchema,
  rewardOutcomeSchema,
  rolloutFormatSchema,
  rolloutPurposeSchema,
  rolloutSummarySchema,
  stepIndexEntrySchema,
  timelineBinSchema,
  traceFilterSchema,
} from "./traces";
import { verdictStepsSchema } from "./verdict-steps";
import { whatIfChangeSchema, whatIfSchema } from "./what-if";

/** Of a run: its folder. */
const run = z.object({ folder: z.string() });
const group = run.extend({ stage: z.string(), step: z.int(), purpose: rolloutPurposeSchema, group: z.int() });
const pair = z.object({ prompt: z.string(), a: z.string(), b: z.string() });
const words = z.array(z.string());
const scan = run.extend({ reflectionWords: words });

const question = <P extends z.ZodType<{ readonly folder: string }>, A extends z.ZodType>(params: P, answer: A) => ({
  params,
  answer,
});

const questions = {
  /** Steps that hold rollouts, in order of the run. */
  steps: question(run, z.array(stepIndexEntrySchema)),
  /** Groups that match, as far as they are found after so many milliseconds. */
  groups: question(
    run.extend({
      filter: traceFilterSchema,
      sort: groupSortSchema,
      offset: z.int().nonnegative(),
      limit: z.int().positive().max(1000),
      milliseconds: z.int().positive(),
      count: z.boolean(),
    }),
    z.object({
      total: z.int(),
      rollouts: z.int(),
      done: z.boolean(),
      share: z.number(),
      groups: z.array(groupSummarySchema),
    }),
  ),
  timeline: question(
    run.extend({ filter: traceFilterSchema, parts: z.int().positive().max(1000) }),
    z.object({ bins: z.array(timelineBinSchema), done: z.boolean() }),
  ),
  matches: question(group.extend({ filter: traceFilterSchema }), groupMatchesSchema),
  rewardNames: question(run, z.array(z.string())),
  group: question(group, z.array(rolloutSummarySchema)),
  /** The drawn samples of a group as their rewards were given them, and what those said; null: it is not there. */
  scoredGroup: question(
    group,
    z
      .object({
        group: scoreGroupSchema,
        samples: z.array(z.int()),
        recorded: z.array(z.record(z.string(), rewardOutcomeSchema)),
      })
      .nullable(),
  ),
  tokens: question(group.extend({ sample: z.int(), part: tokenPartSchema }), packedTokensSchema),
  /** How the task's own verifier judges a rollout, step by step. `programs`: whether a program may be run in a sandbox. */
  verdictSteps: question(
    group.extend({ sample: z.int(), programs: z.boolean(), nodePath: z.string() }),
    verdictStepsSchema,
  ),
  /** A rollout as text: the row as it is stored, JSON without the numbers of its tokens, Markdown. */
  rolloutText: question(group.extend({ sample: z.int(), format: rolloutFormatSchema }), z.object({ text: z.string() })),
  /** A group's prompt as the model read it, token by token. */
  promptTokens: question(group, promptTokensSchema),
  /** The rollouts of a group's prompt over the run. */
  promptHistory: question(group, promptHistorySchema),
  /** The step of a rollout of training learned again, as it was and with what was changed of its group or settings. */
  whatIf: question(group.extend({ sample: z.int(), change: whatIfChangeSchema }), whatIfSchema),
  /** What rewards and the task said of the newest step of training, at most `limit` of its rollouts. */
  newestRewards: question(
    run.extend({ limit: z.int().positive() }),
    z.array(
      z.object({
        stage: z.string(),
        step: z.int(),
        rewards: z.record(z.string(), rewardOutcomeSchema),
        correct: z.boolean().nullable(),
      }),
    ),
  ),
  /** What rewards are given of one of the newest rollouts of training, each text cut to `length` characters; null: there is none. */
  newestExample: question(run.extend({ length: z.int().positive() }), rewardExampleSchema.nullable()),
  /** Columns of the rows that recipes (absolute paths) give rewards, with their types. Reads the beginnings of data files. */
  rowColumns: question(run.extend({ recipes: z.array(z.string()) }), rowColumnsSchema),
  /** What rules look at: the newest rollouts of training as their rewards scored them, oldest first. */
  rolloutScores: question(
    run.extend({ limit: z.int().positive() }),
    z.array(
      rolloutSummarySchema.pick({
        stage: true,
        step: true,
        purpose: true,
        group: true,
        sample: true,
        rewards: true,
        reward: true,
        advantage: true,
        correct: true,
        length: true,
      }),
    ),
  ),
  /** What rewards are tried on: rollouts of the runs of a workspace `folder`, of the prompts that the reward is for. */
  storedSamples: question(
    run.extend({ prompts: z.enum(["reasoning", "general", "all"]) }),
    z.object({ groups: z.array(scoreGroupSchema), notes: z.array(z.string()) }),
  ),
  /** Rollouts of training, scored again with a reward file as it is now (null: with all rewards of the recipe): in reward processes of its own. */
  rescore: question(
    run.extend({
      reward: z.object({ file: z.string(), export: z.string().nullable() }).nullable(),
      steps: rescoreStepsSchema,
      /** Setting `reasoningLab.nodePath`. */
      nodePath: z.string(),
    }),
    rescoringSchema,
  ),
  /** What audits of rewards start from: the newest rollouts of the newest run of a workspace `folder`. */
  auditRollouts: question(run, z.array(auditRolloutSchema)),
  /** Pairs to be labelled; of `labelled` those that the run recorded. */
  labelPairs: question(run.extend({ seed: z.number(), labelled: z.array(pair) }), z.array(pair)),
  /** Rollouts whose numbers per token could be deleted, and their bytes. */
  tokenNumbers: question(
    run.extend({ keepSteps: z.int().nonnegative() }),
    z.object({ rollouts: z.int(), bytes: z.number() }),
  ),
  /** What rollouts do: some of those that were not looked at yet are, and what was found is kept. */
  behaviours: question(
    scan.extend({ since: z.int().nonnegative() }),
    z.object({
      version: z.int(),
      whole: z.boolean(),
      points: z.array(behaviourPointSchema),
      comparisons: z.array(comparisonSchema),
      pending: z.int(),
    }),
  ),
  /** Metrics that another tool wrote; `folder` is the file. */
  tracker: question(
    trackerRequestSchema.omit({ file: true }).extend({
      folder: z.string(),
      thresholds: z.record(z.string(), z.number()),
      texts: z.record(z.string(), z.string()),
    }),
    trackerOverviewSchema,
  ),
  trackerPicture: question(
    trackerPictureRequestSchema.omit({ file: true }).extend({ folder: z.string() }),
    curvePictureSchema,
  ),
  trackerRow: question(
    trackerRowRequestSchema.omit({ file: true }).extend({ folder: z.string() }),
    curveRowSchema.nullable(),
  ),
  /** What a file of another tool is, and its rollouts in a store in `storage`, a slice at a time; `folder` is the file. */
  rolloutFile: question(
    rolloutFileRequestSchema.omit({ file: true }).extend({ folder: z.string(), storage: z.string() }),
    z.object({
      file: rolloutFileSchema,
      /** Folder of the store; null until it is whole. */
      store: z.string().nullable(),
    }),
  ),
  behaviourExamples: question(scan.extend({ filter: exampleFilterSchema }), z.array(behaviourExampleSchema)),
} as const;

export type TraceQuestion = keyof typeof questions;
export type ParamsOf<Q extends TraceQuestion> = z.output<(typeof questions)[Q]["params"]>;
export type AnswerOf<Q extends TraceQuestion> = z.output<(typeof questions)[Q]["answer"]>;

export const traceQuestions: {
  readonly [Q in TraceQuestion]: {
    readonly params: z.ZodType<ParamsOf<Q>>;
    readonly answer: z.ZodType<AnswerOf<Q>>;
  };
} = questions;

const isQuestion = (name: unknown): boolean => typeof name === "string" && Object.hasOwn(questions, name);

/** Language server → the process: one question at a time. */
export const traceAskedSchema = z.object({
  id: z.int(),
  question: z.custom<TraceQuestion>(isQuestion),
  params: z.unknown(),
});
export type TraceAsked = z.infer<typeof traceAskedSchema>;

/** The process → language server. `message`: a sentence for people where there is no answer. */
export const traceAnsweredSchema = z.object({
  id: z.int(),
  answer: z.unknown(),
  message: z.string().nullable(),
});
export type TraceAnswered = z.infer<typeof traceAnsweredSchema>;
