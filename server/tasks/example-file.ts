/** Examples to learn from out of a file of rows: `prompt` and `completion`, or `messages` as chats have them. */
import * as z from "zod";
import { completionOf, type Answered, type SaidMessage } from "../protocol/conversation";
import { readRows, type PlacedRow } from "../rows/read-rows";
import { columnNames, describeIssue, textOf } from "../rows/row";
import { askedBy, askedTexts, messagesSchema, readMessages, refuseTurns, unreadKeysText } from "./conversation";
import type { SaidPrompt, UnreadKeys } from "./conversation";
import { UserError } from "../shared/user-error";

export interface FileExample extends SaidPrompt, Pick<Answered, "completion" | "turn"> {
  /** Gold answer; null: the file has none. */
  readonly answer: string | null;
  /** What users say in it: none may be a held-out prompt. */
  readonly asked: readonly string[];
  /** Where it stands: in Parquet the number of the row, else the line, from 1. */
  readonly file: string;
  readonly line: number;
}

const filled = z.string().min(1);
/** Its text is read from the row: numbers stay as they are written. */
const answer = z.union([z.string(), z.number()], "must be text or a number").nullish();
const plainSchema = z.object({ prompt: filled, completion: filled, answer });
const chatSchema = z.object({ messages: messagesSchema, answer });
/** TRL's conversational form of `prompt` and `completion`. */
const splitChatSchema = z.object({ prompt: messagesSchema, completion: messagesSchema, answer });

/**
 * The last turn of the assistant is the completion, all before it the prompt. Turns behind the last that is learnt are left away: a model that reads
 * from left to right learns nothing of them.
 */
function fromMessages(said: readonly SaidMessage[]): Omit<FileExample, "answer" | "file" | "line"> {
  if (said.at(-1)?.role !== "assistant" || said.at(-2)?.role !== "user")
    throw new UserError("messages must end with one of the user and the assistant's answer to it");
  const last = said.findLastIndex(({ role, weight }) => role === "assistant" && weight !== 0);
  if (last < 0)
    throw new UserError("every turn of the assistant has the weight 0: there is nothing to learn. Remove the line");
  const asked = askedBy(said.slice(0, last));
  return { ...asked, ...completionOf(said[last]!), asked: askedTexts(asked) };
}

/** Throws with what is wrong, without the place. */
function readExample({ columns, file, line }: PlacedRow, unread: UnreadKeys): FileExample {
  const place = { file, line, answer: textOf(columns, "answer") };
  const parse = <T>(schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(columns);
    if (parsed.success) return parsed.data;
    const wrong = describeIssue(parsed.error.issues[0]!, columns);
    throw new UserError(
      `${wrong}; an example has prompt and completion, or messages. This row has: ${columnNames(columns)}`,
    );
  };
  if ("messages" in columns) {
    return { ...fromMessages(readMessages(parse(chatSchema).messages, unread)), ...place };
  }
  if (Array.isArray(columns["prompt"])) {
    const { prompt, completion } = parse(splitChatSchema);
    if (completion.length > 1) throw new UserError("completion must be one message of the assistant");
    return { ...fromMessages(readMessages([...prompt, ...completion], unread)), ...place };
  }
  const { prompt, completion } = parse(plainSchema);
  return { prompt, completion, asked: [prompt], ...place };
}

export interface ExampleFile {
  readonly examples: readonly FileExample[];
  /** What was left out of it, in sentences. */
  readonly notes: readonly string[];
}

/** Examples of a file, for a model with or without a chat template. Throws with `FILE:LINE` and what is wrong there, and when there are none. */
export function readExampleFile(path: string, chat: boolean): ExampleFile {
  const unread: UnreadKeys = new Set();
  const examples = readRows(path, "The file of examples", (row) => {
    const example = readExample(row, unread);
    if (example.prompt.trim() === "") throw new UserError('"prompt" is empty: it has nothing but white space');
    refuseTurns(example, chat);
    return example;
  });
  return { examples, notes: unreadKeysText(path, unread) };
}
