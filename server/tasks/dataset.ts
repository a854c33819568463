/** Rows of data sets. */
import { completionOf, plainText, type Answered, type Asked } from "../protocol/conversation";
import { resolveFrom } from "../recipes/resolve-from";
import type { TaskSpec } from "../recipes/schema";
import { readRows } from "../rows/read-rows";
import { columnNames, numberOf, textOf, valueOf, type Columns } from "../rows/row";
import { canonicalPrompt } from "../shared/canonical-prompt";
import { readAnswer, readProgram } from "../verifiers/answers/read-answer";
import { readMathAnswer } from "../verifiers/maths/verify-math";
import { answerOf, askedBy, messagesIn, refuseTurns, unreadKeysText, type UnreadKeys } from "./conversation";
import { formatReaders } from "./dataset-formats";
import type { FormatReader } from "./dataset-formats";
import { mathsCheck } from "./maths-check";
import { isHeldOut } from "./splits";
import { withMessages } from "./system-prompt";
import type { Task, TaskRow } from "./task";
import { UserError } from "../shared/user-error";

type DatasetSpec = Extract<TaskSpec, { name: "dataset" }>;

const tags = /<\/?(?:think|answer)>/g;

/** Most names of parts that are said. */
const mostParts = 8;

const partNames = (column: string, parts: object): string =>
  Object.keys(parts)
    .slice(0, mostParts)
    .map((name) => `${column}.${name}`)
    .join(", ");

/** Throws with what is wrong with a column, without the place. */
function refuseColumn(columns: Columns, column: string, must: string, settings: string): never {
  const value = valueOf(columns, column);
  throw new UserError(
    value === undefined
      ? `there is no column "${column}"; there are: ${columnNames(columns)}. ${settings}`
      : value === null
        ? `the column "${column}" is empty here.`
        : `the column "${column}" must be ${must}${typeof value === "object" && Object.keys(value).length > 0 ? `. It has parts, each of which can be named: ${partNames(column, value)}` : ""}.`,
  );
}

/** The text of a column; numbers are taken as they are written. Throws with what is wrong, without the place. */
const textIn = (columns: Columns, column: string): string =>
  textOf(columns, column) ??
  refuseColumn(
    columns,
    column,
    "text or a number",
    "Set prompt_column, answer_column or completion_column of the task; reward_model.ground_truth names a column within another.",
  );

/** What a column asks: a text, or messages as TRL and verl have them. */
const askedIn = (columns: Columns, column: string, unread: UnreadKeys): Asked =>
  Array.isArray(valueOf(columns, column))
    ? askedBy(messagesIn(columns, column, unread))
    : { prompt: textIn(columns, column) };

/** A right completion: a text, or the one message of the assistant. */
const completionIn = (columns: Columns, column: string, unread: UnreadKeys): Pick<Answered, "completion" | "turn"> =>
  Array.isArray(valueOf(columns, column))
    ? completionOf(answerOf(messagesIn(columns, column, unread), column))
    : { completion: textIn(columns, column) };

const numberIn = (columns: Columns, column: string): number =>
  numberOf(columns, column) ??
  refuseColumn(columns, column, "a number", "Set or remove difficulty_column of the task.");

const readerOf = ({ format }: DatasetSpec): FormatReader | null =>
  format === "columns" ? null : formatReaders[format];

/** Reads every row of a file. Throws with `FILE:LINE` and what is wrong there. */
function taskRows(path: string, spec: DatasetSpec, chat: boolean, unread: UnreadKeys): TaskRow[] {
  const reader = readerOf(spec);
  const { prompt_column, answer_column, completion_column, difficulty_column } = spec;
  return readRows(path, "The dataset", ({ columns, file, line }): TaskRow => {
    const row = reader
      ? reader.read(columns)
      : {
          ...askedIn(columns, prompt_column, unread),
          answer: textIn(columns, answer_column),
          columns,
          ...(difficulty_column === undefined ? {} : { difficulty: numberIn(columns, difficulty_column) }),
          ...(completion_column === undefined ? {} : completionIn(columns, completion_column, unread)),
        };
    refuseTurns(row, chat);
    if (row.prompt.trim() === "") throw new UserError("the prompt is empty");
    return { ...withMessages(row), place: { file, line } };
  });
}

/** How answers are read and judged. */
export function datasetAnswers(spec: DatasetSpec): Pick<Task, "extract" | "accepts" | "byValue" | "language"> {
  const { check } = spec;
  const reader = readerOf(spec);
  if (reader?.byValue ?? check === "maths") return { extract: readMathAnswer, byValue: mathsCheck };
  const language = reader?.language;
  if (language !== undefined) return { extract: (completion) => readProgram(completion, language), language };
  return {
    extract: (completion) => readAnswer(completion, { unmarked: true }),
    ...(reader?.accepts ? { accepts: reader.accepts } : {}),
  };
}

/**
 * A dataset's rows, split into training and held-out ones. `folder`: what the paths are relative to; `chat`: for a model with a chat template. Throws
 * when a file cannot be used.
 */
export function dataset(spec: DatasetSpec, folder: string, chat = false): Task {
  const unread = { train: new Set<string>(), heldOut: new Set<string>() };
  const all = taskRows(resolveFrom(folder, spec.train), spec, chat, unread.train);
  const listed =
    spec.held_out === undefined ? null : taskRows(resolveFrom(folder, spec.held_out), spec, chat, unread.heldOut);
  const heldOut = listed ?? all.filter(({ prompt }) => isHeldOut(prompt));
  const apart = new Set(heldOut.map(({ prompt }) => canonicalPrompt(prompt)));
  const training = all.filter(({ prompt }) => !apart.has(canonicalPrompt(prompt)));
  const both = listed === null ? 0 : all.length - training.length;
  if (training.length === 0)
    throw new UserError(`Every prompt of ${spec.train} is held out: there is nothing to train on.`);

  const symbols = new Set<string>();
  for (const row of [...all, ...heldOut])
    for (const text of [plainText(row), row.answer, row.completion ?? ""])
      for (const symbol of text.replace(tags, "")) symbols.add(symbol);
  return {
    name: spec.name,
    symbols: [...symbols].sort(),
    rows: { kind: "listed", training, heldOut },
    notes: [
      ...(both === 0
        ? []
        : [
            `${spec.train}: ${both} of ${all.length} rows are left out of training: ${spec.held_out} holds their prompts`,
          ]),
      ...unreadKeysText(spec.train, unread.train),
      ...unreadKeysText(spec.held_out ?? "", unread.heldOut),
    ],
    completion({ completion }) {
      if (completion === undefined)
        throw new UserError(
          "A cold start on a dataset needs its right completions: set completion_column of the task.",
        );
      return completion;
    },
    ...datasetAnswers(spec),
  };
}
