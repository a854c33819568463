/**
 * The kinds of stages, a row each: what a stage is called, learns from, gives and shows. Whatever depends on a stage's kind reads it here, so that a new
 * kind is a row here, a schema in `recipes/stages.ts` and a loop in `server/stages`.
 */
import * as z from "zod";

/**
 * `examples`: completions that it is given; `samples`: a policy's own that are kept; `rewards`: scores of what it samples; `pairs`: which of two is better;
 * null: nothing, it only measures.
 */
export type LearnsFrom = "examples" | "samples" | "rewards" | "pairs" | null;

/** What others can build on, or a person take away. */
export type Gift = "policy" | "reward model" | "data set";

/** Headline charts of the curves page; the rest of a stage's metrics is behind “More metrics”. */
export type ChartId =
  | "reward"
  | "rewards"
  | "held-out"
  | "held-out-loss"
  | "held-out-pairs"
  | "pair-accuracy"
  | "pair-rewards"
  | "pair-margin"
  | "length"
  | "entropy"
  | "gradient"
  | "signal"
  | "loss"
  | "kl"
  | "clip"
  | "ratio"
  | "solved-length"
  | "rate"
  | "phases"
  | "verifiers";

interface StageKindRow {
  /** In the middle of a sentence. */
  readonly title: string;
  /** The field's short name, for lists and the status bar. Where a stage learns from rewards its algorithm's name comes in its place. */
  readonly method: string;
  readonly learnsFrom: LearnsFrom;
  readonly gives: readonly Gift[];
  /** Where a stage starts that names no other: the recipe's model, or the policy that the stages before it came to. */
  readonly startsFrom: "model" | "policy before";
  /** Whether it answers held-out prompts, so that it has pass@1 and rollouts. */
  readonly answers: boolean;
  /** What its loss is, under the chart; null: it has none. */
  readonly loss: string | null;
  readonly charts: readonly ChartId[];
}

const likelihood = "Mean negative log-likelihood of the completions' tokens, in nats.";
const byAlgorithm = "RL's loss says nothing about progress. Read the reward and held-out pass@1.";
const ofSft = ["held-out", "gradient", "rate", "loss", "held-out-loss"] as const;
const ofRl = [
  "reward",
  "rewards",
  "held-out",
  "signal",
  "kl",
  "entropy",
  "clip",
  "ratio",
  "length",
  "solved-length",
  "gradient",
  "rate",
  "loss",
  "phases",
  "verifiers",
] as const;

export const stageKinds = {
  "cold-start": {
    title: "cold-start SFT",
    method: "SFT",
    learnsFrom: "examples",
    gives: ["policy"],
    startsFrom: "model",
    answers: true,
    loss: likelihood,
    charts: ofSft,
  },
  "reasoning-rl": {
    title: "reasoning RL",
    method: "RL",
    learnsFrom: "rewards",
    gives: ["policy"],
    startsFrom: "policy before",
    answers: true,
    loss: byAlgorithm,
    charts: ofRl,
  },
  "rejection-sampling": {
    title: "rejection-sampling SFT",
    method: "SFT on samples",
    learnsFrom: "samples",
    gives: ["policy", "data set"],
    startsFrom: "model",
    answers: true,
    loss: likelihood,
    charts: ofSft,
  },
  "reward-model": {
    title: "reward model",
    method: "reward model",
    learnsFrom: "pairs",
    gives: ["reward model"],
    startsFrom: "policy before",
    answers: false,
    loss: "−log σ(r_chosen − r_rejected), mean over pairs: 0.693 (ln 2) is chance.",
    charts: ["held-out-pairs", "pair-accuracy", "pair-margin", "gradient", "rate", "loss"],
  },
  "preference-rl": {
    title: "preference RL",
    method: "RL",
    learnsFrom: "rewards",
    gives: ["policy"],
    startsFrom: "policy before",
    answers: true,
    loss: byAlgorithm,
    charts: ofRl,
  },
  dpo: {
    title: "DPO",
    method: "DPO",
    learnsFrom: "pairs",
    gives: ["policy"],
    startsFrom: "policy before",
    answers: true,
    loss: "DPO's loss over pairs; with sigmoid it begins at 0.693 (ln 2), where the policy is its own reference.",
    charts: [
      "held-out",
      "held-out-pairs",
      "pair-accuracy",
      "pair-rewards",
      "pair-margin",
      "gradient",
      "rate",
      "loss",
      "held-out-loss",
    ],
  },
  evaluation: {
    title: "evaluation",
    method: "evaluation",
    learnsFrom: null,
    gives: [],
    startsFrom: "policy before",
    answers: true,
    loss: null,
    charts: ["held-out"],
  },
} as const satisfies Readonly<Record<string, StageKindRow>>;

export type StageKind = keyof typeof stageKinds;
export const stageKindSchema = z.enum(Object.keys(stageKinds) as StageKind[]);

type KindsLearningFrom<From extends LearnsFrom> = {
  readonly [Kind in StageKind]: (typeof stageKinds)[Kind]["learnsFrom"] extends From ? Kind : never;
}[StageKind];
type KindsGiving<Given extends Gift> = {
  readonly [Kind in StageKind]: Given extends (typeof stageKinds)[Kind]["gives"][number] ? Kind : never;
}[StageKind];

interface OfKind {
  readonly kind: StageKind;
}

/** The row of a stage's kind. */
export const kindOf = ({ kind }: OfKind): StageKindRow => stageKinds[kind];

/** Whether a stage learns from this: `learnsFrom(stage, "rewards")` is RL, `"pairs"` reward models and DPO. */
export const learnsFrom = <Stage extends OfKind, From extends NonNullable<LearnsFrom>>(
  stage: Stage,
  from: From,
): stage is Stage & { readonly kind: KindsLearningFrom<From> } => stageKinds[stage.kind].learnsFrom === from;

/** Whether a stage gives this to others: a checkpoint of a policy or of a reward model, or a data set. */
export const gives = <Stage extends OfKind, Given extends Gift>(
  stage: Stage,
  given: Given,
): stage is Stage & { readonly kind: KindsGiving<Given> } => kindOf(stage).gives.includes(given);

/** Whether a stage changes weights; else it only measures. */
export const trains = <Stage extends OfKind>(
  stage: Stage,
): stage is Stage & { readonly kind: KindsLearningFrom<NonNullable<LearnsFrom>> } =>
  stageKinds[stage.kind].learnsFrom !== null;

/** Whether a stage records rollouts of training prompts, of which there are pairs to label. */
export const samplesTraining = (stage: OfKind): boolean => learnsFrom(stage, "rewards") || learnsFrom(stage, "samples");
