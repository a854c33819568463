/** What is said in a conversation, as files have it, rewards get it and chat templates read it. */
import * as z from "zod";

export const chatMessageSchema = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
  /** What the assistant thought before it said this. Chat templates decide whether a model sees it again. */
  reasoning_content: z.string().optional(),
});
export type ChatMessage = Readonly<z.infer<typeof chatMessageSchema>>;

/** What a model is asked. */
export interface Asked {
  /** What views show, and what prompts are compared, hashed and searched by. */
  readonly prompt: string;
  /** Set where the model is told more than what one user says: a system message, or earlier turns. It ends with what the user says. */
  readonly conversation?: readonly ChatMessage[] | undefined;
}

/** Only what a model is asked, of something that knows more. */
export const askedOf = ({ prompt, conversation }: Asked): Asked =>
  conversation ? { prompt, conversation } : { prompt };

/** Thinking and answer as one text, as a model writes them. */
export const spoken = ({ content, reasoning_content: thinking }: ChatMessage): string =>
  thinking === undefined ? content : `<think>${thinking}</think>${content}`;

/** The conversation that asks for an answer. */
export const messagesOf = ({ prompt, conversation }: Asked): readonly ChatMessage[] =>
  conversation ?? [{ role: "user", content: prompt }];

/**
 * A conversation's prompt: what was said in it, system messages aside, so that the same question with another system message is the same prompt.
 */
export const promptOf = (conversation: readonly ChatMessage[]): string =>
  conversation
    .filter(({ role }) => role !== "system")
    .map(({ content }) => content)
    .join("\n\n");

/** A prompt without a chat template: a system message stands before it, an empty line between. */
export const plainText = (asked: Asked): string =>
  messagesOf(asked)
    .map(({ content }) => content)
    .join("\n\n");

/** Whether only a chat template can make one text of it: there are earlier turns. */
export const hasTurns = ({ conversation = [] }: Asked): boolean =>
  conversation.filter(({ role }) => role === "user").length > 1;
