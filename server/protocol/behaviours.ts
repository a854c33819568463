/**
 * Behaviours of rollouts as the view shows them: what is measured and how it is defined (docs/behaviours.md holds the same table), and what page, client
 * and language server say to each other about it.
 */
import * as z from "zod";
import { rolloutPurposeSchema } from "./traces";

/** Every measure is a sum over a sum: of rollouts that show it, of words, of tokens, of steps. */
export const measures = [
  "self-correction",
  "reflection",
  "reflection-words",
  "backtracking",
  "alternative",
  "answer-change",
  "length-right",
  "length-wrong",
  "flags-wrong",
  "flags-right",
] as const;
export type Measure = (typeof measures)[number];

interface MeasureText {
  readonly title: string;
  /** `share`: between 0 and 1. */
  readonly scale: "share" | "number";
  /** What the count n is a count of. */
  readonly of: string;
}

export const measureTexts: Readonly<Record<Measure, MeasureText>> = {
  "self-correction": { title: "Self-correction", scale: "share", of: "rollouts" },
  reflection: { title: "Reflection words", scale: "share", of: "rollouts" },
  "reflection-words": { title: "Reflection per 1,000 words", scale: "number", of: "words" },
  backtracking: { title: "Backtracking", scale: "share", of: "rollouts" },
  alternative: { title: "Alternatives tried", scale: "share", of: "rollouts" },
  "answer-change": { title: "Answer changes", scale: "share", of: "rollouts" },
  "length-right": { title: "Thinking length, right answers", scale: "number", of: "rollouts" },
  "length-wrong": { title: "Thinking length, wrong answers", scale: "number", of: "rollouts" },
  "flags-wrong": { title: "Flags on wrong steps", scale: "share", of: "steps" },
  "flags-right": { title: "Flags on right steps", scale: "share", of: "steps" },
};

/** A row of the table of definitions. */
export interface Definition {
  readonly behaviour: string;
  readonly counted: string;
  readonly notCounted: string;
  readonly faults: string;
}

/** In Markdown: `code` and *words*. */
export const definitions: readonly Definition[] = [
  {
    behaviour: "reflection",
    counted:
      "each reflection word: *wait, mistake, however, but, retry, error, verify, wrong, evaluate, check* (DeepSeek-R1's list; the setting `reasoningLab.reflectionWords`)",
    notCounted: "forms of them (*checking*)",
    faults: "*but* and *however* are mostly no reflection",
  },
  {
    behaviour: "self-correction",
    counted:
      "a claim that is contradicted and replaced: an earlier claim has the same left side and another number (10.0 is 10, and 3.1416 is 3.14 to more places). With a name on the left, only when a doubt (*wait, no, actually, …*, within 200 characters before, or `?` right after the first) stands between: a name may change its value",
    notCounted:
      "the same claim again, which is a check; a doubt without a new claim; the first number of `5 + 7 = 10 + 2 = 12`",
    faults:
      "the replacement may be the wrong one; corrections in words alone are missed, and claims of functions, fractions of LaTeX and steps without `=`",
  },
  {
    behaviour: "alternative",
    counted:
      "a phrase such as *alternatively, another way, let's try*; a computation of the same three or more numbers as an earlier one, with another left side and another result",
    notCounted:
      "the same numbers in another order with the same result; labelled steps; two numbers, of which steps of one way are often made",
    faults: "tries that are not computed",
  },
  {
    behaviour: "backtracking",
    counted:
      "a phrase such as *go back, start over, dead end*; a self-correction with other claims between: what was built on the first claim is thrown away",
    notCounted: "a correction of the claim right before",
    faults: "",
  },
  {
    behaviour: "answer change",
    counted:
      "an answer (*the answer is N*, `\\boxed{N}`) other by value than the one given before it; also the final answer, when the thinking last said another",
    notCounted: "the first answer given; the same in another form (*1/2, 0.5*)",
    faults:
      "answers given in other words; of answers in one word only *none, yes, no, true, false, undefined*, unless the final one is a word too",
  },
  {
    behaviour: "thinking length",
    counted: "mean tokens of the thinking, separately for right and wrong rollouts",
    notCounted: "rollouts that were not judged",
    faults: "",
  },
  {
    behaviour: "flags on steps",
    counted:
      "steps followed by `?`, separately for wrong and right steps, where the task labels steps; doubt that falls on both alike detects nothing",
    notCounted: "steps after a wrong one that was left standing",
    faults: "only `?` is a flag; doubt in words is not counted",
  },
  {
    behaviour: '"aha" candidate',
    counted: "a right rollout with a self-correction",
    notCounted: "",
    faults: "it may have been right without it, so read it",
  },
];

const countSchema = z.tuple([z.number(), z.number()]);

/** A measure at one place: what was counted and of how many. */
export type Count = readonly [sum: number, of: number];

const countsSchema = z.record(z.enum(measures), countSchema);

/** The rollouts of one step and purpose. */
export const behaviourPointSchema = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  rollouts: z.int(),
  /** Right rollouts with a self-correction. */
  aha: z.int(),
  counts: countsSchema,
});
export type BehaviourPoint = z.infer<typeof behaviourPointSchema>;

/** How a measure changed from the first rollouts to the last. */
export const behaviourChangeSchema = z.object({
  measure: z.enum(measures),
  first: countSchema,
  last: countSchema,
  /** Last minus first, with its 95 % interval; null where one of them rests on nothing. */
  difference: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
});
export type BehaviourChange = z.infer<typeof behaviourChangeSchema>;

/** Steps that the first and the last rollouts of a comparison are of. */
const stepsSchema = z.object({ stage: z.string(), from: z.int(), to: z.int(), rollouts: z.int() });

export const comparisonSchema = z.object({
  purpose: rolloutPurposeSchema,
  /** Null: from the run's first stage to its last. */
  stage: z.string().nullable(),
  first: stepsSchema,
  last: stepsSchema,
  changes: z.array(behaviourChangeSchema),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** What rollouts do, step by step, of those that were looked at so far. */
export const behavioursSchema = z.object({
  version: z.int(),
  /** Whether the points are all there are; else those that changed since. */
  whole: z.boolean(),
  points: z.array(behaviourPointSchema).readonly(),
  /** None while rollouts are pending. */
  comparisons: z.array(comparisonSchema).readonly(),
  /** Rollouts that were not looked at yet: ask again. */
  pending: z.int(),
  reflectionWords: z.array(z.string()).readonly(),
});

/** What examples are asked of: a behaviour, or right rollouts with a self-correction. */
export const exampleKinds = [
  "self-correction",
  "reflection",
  "backtracking",
  "alternative",
  "answer-change",
  "aha",
  "flags-wrong",
  "flags-right",
] as const;
export type ExampleKind = (typeof exampleKinds)[number];

export const exampleFilterSchema = z.object({
  kind: z.enum(exampleKinds),
  purpose: rolloutPurposeSchema,
  stage: z.string().nullable(),
  step: z.int().nullable(),
});
export type ExampleFilter = z.infer<typeof exampleFilterSchema>;
/** A place that shows a behaviour. */
export const behaviourExampleSchema = z.object({
  stage: z.string(),
  step: z.int(),
  purpose: rolloutPurposeSchema,
  group: z.int(),
  sample: z.int(),
  correct: z.boolean().nullable(),
  prompt: z.string(),
  /** What stands before, at and after the place: text of a model. */
  before: z.string(),
  at: z.string(),
  after: z.string(),
});
export type BehaviourExample = z.infer<typeof behaviourExampleSchema>;
