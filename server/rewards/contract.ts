/**
 * What a reward file may use: `import type { Reward } from "reasoning-lab"`.
 *
 * A reward returns a finite number, `null` where it does not apply to a sample (which is then left out, as in TRL), or
 * `{ score, …named values }`, whose further values are shown beside the score. It may be async. A throw, a time-out, NaN or a wrong
 * count is an error, never a silent 0: it is counted, shown at its line, and the sample is left out of the baseline.
 */

/** One message of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  /** What the assistant thought before it said this. */
  readonly reasoning_content?: string | undefined;
}

/** Columns of the data of a project's recipes: `types/rows.d.ts`, which the editor writes, adds them. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is added to
export interface RowColumns {}

/** Columns as far as they are known, else any. */
export type KnownColumns<Columns> = keyof Columns extends never ? Readonly<Record<string, unknown>> : Readonly<Columns>;

/** A task's row. */
export type Row = KnownColumns<RowColumns>;

/** One sample. */
export interface RewardInput {
  /** What the model was asked, as one text; a system message is not part of it. */
  readonly prompt: string;
  /** The same message by message, with the system message and the turns before, as TRL's rewards get conversational prompts. */
  readonly messages: readonly Message[];
  /** What the model wrote: `<think>…</think><answer>…</answer>`. */
  readonly completion: string;
  /** The task's own answer. */
  readonly answer: string;
  /** The task's whole row, for rewards that need more than the answer. A number that a double cannot hold is its text, as it is written in the file. */
  readonly row: Row;
  /** The completion's token ids, for rewards that count tokens; null where only its text is known, as in cases. */
  readonly completionIds: readonly number[] | null;
}

/** All samples of one prompt. */
export interface GroupRewardInput {
  readonly prompt: string;
  readonly messages: readonly Message[];
  readonly completions: readonly string[];
  readonly answers: readonly string[];
  readonly rows: readonly Row[];
  /** `[samples][tokens]`; null where only the texts are known. */
  readonly completionIds: readonly (readonly number[])[] | null;
}

/** A score, with named values to show beside it. */
export interface ScoreWithDetails {
  readonly score: number;
  /** A score for each step of the completion, as many as `completionSteps` finds, shown with its steps and tokens. Anything but a list is a named value. */
  readonly steps?: number | string | readonly number[];
  readonly [name: string]: number | string | readonly number[] | undefined;
}

/** What a reward says of one sample. `null`: it does not apply. */
export type RewardResult = number | null | ScoreWithDetails;

/** Scores one sample. */
export type Reward = (input: RewardInput) => RewardResult | Promise<RewardResult>;

/** Scores all samples of a group at once and returns one result for each, in their order. */
export type GroupReward = (input: GroupRewardInput) => readonly RewardResult[] | Promise<readonly RewardResult[]>;
