/** Conversations as files have them: `messages` of OpenAI's form, TRL's `prompt` and `completion` lists, verl's `prompt` lists. */
import * as z from "zod";
import { hasTurns, promptOf, type Asked, type SaidMessage } from "../protocol/conversation";
import { describeIssue, valueOf, type Columns } from "../rows/row";
import { UserError } from "../shared/user-error";

/** A prompt of a file. */
export interface SaidPrompt extends Asked {
  readonly conversation?: readonly SaidMessage[] | undefined;
}

const partSchema = z.object({ type: z.string(), text: z.string().optional() });
const thinkingKeys = ["reasoning_content", "thinking", "reasoning"] as const;
const thinking = z.string("must be text").nullish();
const messageSchema = z.looseObject({
  role: z.enum(["system", "user", "assistant"], "must be system, user or assistant"),
  content: z.union(
    [z.string().min(1), z.array(partSchema).min(1)],
    "must be text, or a list of parts with type and text",
  ),
  reasoning_content: thinking,
  thinking,
  reasoning: thinking,
  weight: z.union([z.literal(0), z.literal(1)], "must be 0 or 1").nullish(),
});
/** Messages as a column has them; {@link readMessages} makes a conversation of them. */
export const messagesSchema = z.array(messageSchema).min(1);
type FileMessage = z.infer<typeof messageSchema>;

/** Keys whose messages mean something else without them. */
const refused = ["tool_calls", "tool_call_id", "function_call", "audio"];
const known = new Set<string>(["role", "content", "weight", ...thinkingKeys]);
const isSet = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);

/** Keys of messages that nothing reads, of a whole file: what is left out is said. */
export type UnreadKeys = Set<string>;

/** The sentence on them; none where everything was read. */
export const unreadKeysText = (file: string, keys: UnreadKeys): string[] =>
  keys.size === 0 ? [] : [`${file}: messages have ${[...keys].join(", ")}, which is not read`];

function textOf({ content }: FileMessage): string {
  if (typeof content === "string") return content;
  return content
    .map(({ type, text }) => {
      if (type !== "text" || text === undefined)
        throw new UserError(`a message has a part of the type ${JSON.stringify(type)}: only text can be read`);
      return text;
    })
    .join("");
}

function thinkingOf(message: FileMessage, content: string): string | null {
  const given = thinkingKeys.filter((key) => isSet(message[key]));
  const [key] = given;
  if (key === undefined) return null;
  if (given.length > 1) throw new UserError(`a message has ${given.join(" and ")}: leave one of them`);
  if (message.role !== "assistant")
    throw new UserError(`a message of the ${message.role} has ${key}: only the assistant's can`);
  if (content.includes("<think>"))
    throw new UserError(`a message has ${key}, and a <think> in its content as well: leave one of them`);
  return message[key]!;
}

/** What the messages say. Throws with what is wrong, without the place. */
export function readMessages(messages: readonly FileMessage[], unread: UnreadKeys): SaidMessage[] {
  const said = messages.map((message): SaidMessage => {
    for (const [key, value] of Object.entries(message)) {
      if (known.has(key) || !isSet(value)) continue;
      if (refused.includes(key))
        throw new UserError(`a message has ${key}: calls of tools cannot be learnt yet. Remove the line`);
      unread.add(key);
    }
    const content = textOf(message);
    const reasoning_content = thinkingOf(message, content);
    const { role, weight } = message;
    if (weight != null && role !== "assistant")
      throw new UserError(`a message of the ${role} has weight: only the assistant's can`);
    return {
      role,
      content,
      ...(reasoning_content === null ? {} : { reasoning_content }),
      ...(weight == null ? {} : { weight }),
    };
  });
  return said;
}

/** The messages of a column that holds a list. Throws with what is wrong, without the place. */
export function messagesIn(columns: Columns, column: string, unread: UnreadKeys): SaidMessage[] {
  const value = valueOf(columns, column);
  const parsed = messagesSchema.safeParse(value);
  if (parsed.success) return readMessages(parsed.data, unread);
  const issue = parsed.error.issues[0]!;
  throw new UserError(describeIssue({ ...issue, path: [column, ...issue.path] }, { [column]: value }));
}

/** What a conversation asks. Throws when it does not end with the user, and when its messages are in no order that templates know. */
export function askedBy(messages: readonly SaidMessage[]): SaidPrompt {
  if (messages.at(-1)?.role !== "user")
    throw new UserError("the messages of a prompt must end with what the user says");
  if (messages.some(({ role }, index) => role === "system" && index > 0))
    throw new UserError("a system message must be the first message");
  const turns = messages.filter(({ role }) => role !== "system");
  if (turns.some(({ role }, index) => role !== (index % 2 === 0 ? "user" : "assistant")))
    throw new UserError(
      "messages must be of the user and the assistant in turn, after a system message if there is one",
    );
  return { prompt: promptOf(messages), ...(messages.length > 1 ? { conversation: messages } : {}) };
}

/** The assistant's answer, where that is the one message. Throws when it is not. */
export function answerOf(messages: readonly SaidMessage[], column: string): SaidMessage {
  const [message] = messages;
  if (messages.length !== 1 || message?.role !== "assistant")
    throw new UserError(`${column} must be one message of the assistant`);
  return message;
}

/** What each user says, and the prompt as a whole: none may be a held-out prompt. */
export const askedTexts = ({ prompt, conversation }: Asked): string[] => [
  ...new Set([prompt, ...(conversation ?? []).flatMap(({ role, content }) => (role === "user" ? [content] : []))]),
];

/** Throws where only a chat template makes one text of a prompt, and the recipe's model has none. */
export function refuseTurns(asked: Asked, chat: boolean): void {
  if (!chat && hasTurns(asked))
    throw new UserError(
      'several turns need a chat template. Set "chat_template": true of the recipe\'s model, a checkpoint that has one, or leave one message of the user',
    );
}
