import type { Random } from "../shared/random";
import type { Asked, ChatMessage } from "../protocol/conversation";
import { exactJson } from "../rows/exact-json";
import type { AnswerPlace } from "../verifiers/answers/answer-places";
import type { ReadAnswer } from "../verifiers/answers/read-answer";

/** Where a row of a file stands. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** `FILE:LINE` */
export const placeText = ({ file, line }: Place): string => `${file}:${line}`;

/** A prompt with its gold answer. */
export interface TaskRow extends Asked {
  readonly answer: string;
  /** What makes the row hard, on the task's own scale (terms, digits, letters): evaluations are split by it. */
  readonly difficulty?: number;
  /** The whole row of a dataset, handed to the rewards as it is; of a code task its `tests`. */
  readonly columns?: Readonly<Record<string, unknown>>;
  /** A correct completion, where the row of a dataset brings one. */
  readonly completion?: string;
  /** The message that it stands in, where its thinking stands apart. */
  readonly turn?: ChatMessage | undefined;
  /** Of rows that are read: for messages. */
  readonly place?: Place;
}

/** A row's columns as JSON text, as runs record them for rewards; numbers as their file writes them, `{}` of a row without. */
export const columnsText = ({ columns = {} }: Pick<TaskRow, "columns">): string => exactJson(columns);

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
  /** Said before each prompt. */
  readonly systemPrompt?: string;
  /** What was left out of its files, in sentences. */
  readonly notes?: readonly string[];
  /** A correct completion of the row, without the end-of-sequence token. Throws when a dataset has none. */
  completion(row: TaskRow, style: AnswerStyle): string;
  /** Where its answers stand, where the recipe says so. */
  readonly answersAt?: AnswerPlace;
  /** The answer that a completion gives, or null: what is recorded, votes and is shown. `docs/rules.md` says how answers are read. */
  extract(completion: string): ReadAnswer | null;
  /** Whether an answer is correct. Unset: it must be the gold answer, sign for sign but for white space around it. */
  accepts?(row: TaskRow, answer: string): boolean;
  /** Set where answers are held against the gold one by their value, in place of `accepts`. */
  readonly byValue?: ValueCheck;
  /** Set when only running the answer as a program, against the `tests` of the row's columns, tells whether it is correct. */
  readonly language?: "python" | "javascript";
}

/** How answers are judged by their value. */
export interface ValueCheck {
  /** Null: the gold answer cannot be read, so nothing can be said. */
  judge(row: Pick<TaskRow, "answer">, completion: string): boolean | null;
  /** Whether two answers have the same value. */
  same(a: string, b: string): boolean;
  /** Why a gold answer cannot be read; null: it can. */
  problemOf(answer: string): string | null;
}

/** How a task reads and judges answers, without its rows. */
export type TaskCheck = Pick<Task, "name" | "extract" | "accepts" | "byValue" | "language" | "answersAt">;

/**
 * Whether a completion's answer is correct by the task's own check; null: nothing can be said. Programs are correct when they are the gold program: run
 * them for more.
 */
export function isCorrect(task: TaskCheck, row: TaskRow, completion: string): boolean | null {
  if (task.byValue) return task.byValue.judge(row, completion);
  const answer = task.extract(completion);
  if (answer === null) return false;
  return task.accepts ? task.accepts(row, answer.text) : answer.text.trim() === row.answer.trim();
}

/** One step of a thinking: where it stands in the text, UTF-16 units, end excluded, and whether it is correct and goes on from correct ones. */
export interface StepLabel {
  readonly start: number;
  readonly end: number;
  readonly correct: boolean;
}

/** How a trace goes on from any number, correct or wrong: what authors who slip need. */
export interface Slips {
  /** The step after these, as it follows from the last of them; null: the trace is done. */
  next(row: TaskRow, steps: readonly string[]): string | null;
  /** The step with another result. */
  slip(step: string, random: Random): string;
  /** The answer that these steps lead to. */
  answer(row: TaskRow, steps: readonly string[]): string;
}

/** A task whose rows are made, not read. */
export interface ProceduralTask extends Task {
  readonly rows: Extract<TaskRows, { kind: "drawn" }>;
  /** The steps of the correct thinking. Throws when the prompt is not one of this task's. */
  steps(row: TaskRow): readonly string[];
  /** Labels each step of a thinking: what a process reward learns from. */
  labelSteps(row: TaskRow, thinking: string): readonly StepLabel[];
  /** Unset: nobody slips in this task. */
  readonly slips?: Slips;
}

export const isProcedural = (task: Task): task is ProceduralTask => "steps" in task && task.rows.kind === "drawn";

/** The tasks of a recipe. */
export interface RecipeTasks {
  readonly task: Task;
  /** Null where the recipe has no `general_task`. */
  readonly generalTask: Task | null;
}
