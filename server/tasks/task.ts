import type { Random } from "../algorithms/random";

/** A prompt with its gold answer; further columns are handed to the rewards as they are. */
export interface TaskRow {
  readonly prompt: string;
  readonly answer: string;
}

/** `stepwise` thinks before it answers; `terse` answers at once. */
export type AnswerStyle = "stepwise" | "terse";

/** A procedural task: rows by the million from a seed, each with a gold answer and chain-of-thought completions. */
export interface Task {
  readonly name: string;
  /** Every symbol of prompts and completions besides the tags: the alphabet of a new tokenizer. */
  readonly symbols: readonly string[];
  row(random: Random): TaskRow;
  /** A right completion of the row, without the end-of-sequence token. */
  completion(row: TaskRow, style: AnswerStyle): string;
  /** The answer that a completion gives, or null. */
  extract(completion: string): string | null;
}
