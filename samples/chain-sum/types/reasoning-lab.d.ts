/**
 * What a reward file may use: `import type { Reward } from "reasoning-lab"`.
 *
 * A reward returns a finite number, `null` where it does not apply to a sample (which is then left out, as in TRL), or
 * `{ score, …named values }`, whose further values are shown beside the score. It may be async. A throw, a time-out, NaN or a wrong
 * count is an error, never a silent 0: it is counted, shown at its line, and the sample is left out of the baseline.
 */

/** One sample. */
export interface RewardInput {
  /** What the model was asked. */
  readonly prompt: string;
  /** What the model wrote: `<think>…</think><answer>…</answer>`. */
  readonly completion: string;
  /** The task's own answer. */
  readonly answer: string;
  /** The task's whole row, for rewards that need more than the answer. */
  readonly row: Readonly<Record<string, unknown>>;
}

/** All samples of one prompt. */
export interface GroupRewardInput {
  readonly prompt: string;
  readonly completions: readonly string[];
  readonly answers: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** A score, with named values to show beside it. */
export interface ScoreWithDetails {
  readonly score: number;
  readonly [name: string]: number | string;
}

/** What a reward says of one sample. `null`: it does not apply. */
export type RewardResult = number | null | ScoreWithDetails;

/** Scores one sample. */
export type Reward = (input: RewardInput) => RewardResult | Promise<RewardResult>;

/** Scores all samples of a group at once and returns one result for each, in their order. */
export type GroupReward = (input: GroupRewardInput) => readonly RewardResult[] | Promise<readonly RewardResult[]>;

/** The parts of a completion in the R1 form `<think>…</think><answer>…</answer>`. */
export interface SplitReasoning {
  /** Text between the first `<think>` and the `</think>` after it; null without both. An unclosed `<think>` has no thinking. */
  readonly thinking: string | null;
  /** Text of the last closed `<answer>` after the thinking; null without one. */
  readonly answer: string | null;
  /** The whole completion is one thinking and one answer, white space between and around aside, with no further tag in either. */
  readonly wellFormed: boolean;
}

/** Splits a completion by scanning for the tags: linear in its length, whatever it holds. */
export declare function splitReasoning(completion: string): SplitReasoning;
