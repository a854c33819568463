/** Examples to learn from out of a JSONL file: `prompt` and `completion`, or `messages` as chats have them. */
import * as z from "zod";
import { columnNames, describeIssue, readJsonLines, type JsonLine } from "./json-lines";

export interface ConversationMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface FileExample {
  /** All that stands before the completion, as one text. */
  readonly prompt: string;
  readonly completion: string;
  /** Gold answer; null: the file has none. */
  readonly answer: string | null;
  /** What users say in it: none may be a held-out prompt. */
  readonly asked: readonly string[];
  /** Set where the prompt is more than what one user says: a system message, or earlier turns. */
  readonly conversation?: readonly ConversationMessage[];
  /** From 1. */
  readonly line: number;
}

const filled = z.string().min(1);
const answer = z.union([z.string(), z.number().transform(String)]).nullish();
const partSchema = z.object({ type: z.string(), text: z.string().optional() });
const messageSchema = z.object({
  role: z.enum(["system", "user", "assistant"], "must be system, user or assistant"),
  content: z.union([filled, z.array(partSchema).min(1)], "must be text, or a list of parts with type and text"),
});
const messagesSchema = z.array(messageSchema).min(1);
const plainSchema = z.object({ prompt: filled, completion: filled, answer });
const chatSchema = z.object({ messages: messagesSchema, answer });
/** TRL's conversational form of `prompt` and `completion`. */
const splitChatSchema = z.object({ prompt: messagesSchema, completion: messagesSchema, answer });

type Message = z.infer<typeof messageSchema>;

function textOf({ content }: Message): string {
  if (typeof content === "string") return content;
  return content
    .map(({ type, text }) => {
      if (type !== "text" || text === undefined)
        throw new Error(`a message has a part of the type ${JSON.stringify(type)}: only text can be learnt from`);
      return text;
    })
    .join("");
}

/** The last turn of the assistant is the completion, all before it the prompt. */
function fromMessages(messages: readonly Message[]): Omit<FileExample, "answer" | "line"> {
  const said = messages.map((message): ConversationMessage => ({ role: message.role, content: textOf(message) }));
  const completion = said.at(-1)!;
  const before = said.slice(0, -1);
  if (completion.role !== "assistant" || before.at(-1)?.role !== "user")
    throw new Error("messages must end with one of the user and the assistant's answer to it");
  if (before.some(({ role }, index) => role === "system" && index > 0))
    throw new Error("a system message must be the first message");
  const turns = before.filter(({ role }) => role !== "system");
  if (turns.some(({ role }, index) => role !== (index % 2 === 0 ? "user" : "assistant")))
    throw new Error("messages must be of the user and the assistant in turn, after a system message if there is one");
  return {
    prompt: before.map(({ content }) => content).join("\n\n"),
    completion: completion.content,
    asked: before.filter(({ role }) => role === "user").map(({ content }) => content),
    ...(before.length > 1 ? { conversation: before } : {}),
  };
}

/** Throws with what is wrong, without the place. */
function readExample({ columns, line }: JsonLine): FileExample {
  const parse = <T>(schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(columns);
    if (parsed.success) return parsed.data;
    const wrong = describeIssue(parsed.error.issues[0]!, columns);
    throw new Error(
      `${wrong}; an example has prompt and completion, or messages. This line has: ${columnNames(columns)}`,
    );
  };
  if ("messages" in columns) {
    const { messages, answer: gold } = parse(chatSchema);
    return { ...fromMessages(messages), answer: gold ?? null, line };
  }
  if (Array.isArray(columns["prompt"])) {
    const { prompt, completion, answer: gold } = parse(splitChatSchema);
    if (completion.length > 1) throw new Error("completion must be one message of the assistant");
    return { ...fromMessages([...prompt, ...completion]), answer: gold ?? null, line };
  }
  const { prompt, completion, answer: gold } = parse(plainSchema);
  return { prompt, completion, answer: gold ?? null, asked: [prompt], line };
}

/** Examples of a file. Throws with `FILE:LINE` and what is wrong there, and when there are none. */
export const readExampleFile = (path: string): readonly FileExample[] =>
  readJsonLines(path, "The file of examples", readExample);
