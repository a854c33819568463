/** Prompts and completions are texts, or conversations of messages: what is shown of a conversation. */
import * as z from "zod";

const partSchema = z.looseObject({
  type: z.string().optional(),
  text: z.string().optional(),
  reasoning: z.string().optional(),
});
const messageSchema = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(z.union([z.string(), partSchema])), z.null()]).optional(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(z.unknown()).nullish(),
});
export type ForeignMessage = z.infer<typeof messageSchema>;
const messagesSchema = z.array(messageSchema).min(1);

/** What a part is that is no text, named in its place. */
const partText = (part: string | z.infer<typeof partSchema>): string => {
  if (typeof part === "string") return part;
  if (part.reasoning !== undefined) return `<think>${part.reasoning}</think>`;
  return part.text ?? `[${part.type ?? "part"}]`;
};

/** The text of a message: its thinking in tags, what it says, and the tools that it calls as JSON. */
export function textOfMessage({ content, reasoning_content: thinking, tool_calls: calls }: ForeignMessage): string {
  const said = typeof content === "string" ? content : (content ?? []).map(partText).join("");
  const thought = thinking ? `<think>${thinking}</think>` : "";
  const called = (calls ?? []).map((call) => `\n[tool call] ${JSON.stringify(call)}`).join("");
  return `${thought}${said}${called}`;
}

export const parseMessages = (value: unknown): readonly ForeignMessage[] | null =>
  messagesSchema.safeParse(value).data ?? null;

/** One message alone is its text; of several each begins with its role. */
export function textOfMessages(messages: readonly ForeignMessage[]): string {
  if (messages.length === 1) return textOfMessage(messages[0]!);
  return messages.map((message) => `${message.role}: ${textOfMessage(message)}`).join("\n\n");
}

/** The text of a cell: a text, a number, or messages. Null: it is none of these. */
export function textOfCell(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const messages = parseMessages(Array.isArray(value) || value === null || value === undefined ? value : [value]);
  return messages === null ? null : textOfMessages(messages);
}
