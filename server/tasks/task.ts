import type { Random } from "../algorithms/random";

/** A prompt with its gold answer. */
export interface TaskRow {
  readonly prompt: string;
  readonly answer: string;
  /** The whole row of a dataset, handed to the rewards as it is. */
  readonly columns?: Readonly<Record<string, unknown>>;
}

/** `stepwise` thinks before it answers; `terse` answers at once. */
export type AnswerStyle = "stepwise" | "terse";

/** Where rows come from: drawn by the million from a seed, or the rows that there are. */
export type TaskRows =
  | { readonly kind: "drawn"; readonly row: (random: Random) => TaskRow }
  | { readonly kind: "listed"; readonly training: readonly TaskRow[]; readonly heldOut: readonly TaskRow[] };

export interface Task {
  readonly name: string;
  /** Every symbol of prompts and completions besides the tags: the alphabet of a new tokenizer. */
  readonly symbols: readonly string[];
  readonly rows: TaskRows;
  /** A right completion of the row, without the end-of-sequence token. Throws when a dataset has none. */
  completion(row: TaskRow, style: AnswerStyle): string;
  /** The answer that a completion gives, or null. */
  extract(completion: string): string | null;
}

/** A task whose rows are made, not read. */
export interface ProceduralTask extends Task {
  readonly rows: Extract<TaskRows, { kind: "drawn" }>;
}
