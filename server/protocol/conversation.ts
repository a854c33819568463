/** What is said in a conversation, as files have it, rewards get it and chat templates read it. */
import * as z from "zod";

export const chatMessageSchema = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
  /** What the assistant thought before it said this. Chat templates decide whether a model sees it again. */
  reasoning_content: z.string().optional(),
});
export type ChatMessage = Readonly<z.infer<typeof chatMessageSchema>>;

/** A message of a file, which says of the assistant's whether they are learnt. */
export interface SaidMessage extends ChatMessage {
  /** OpenAI's: 0 where a turn of the assistant is not to be learnt. */
  readonly weight?: 0 | 1 | undefined;
}

/** What a model is asked. */
export interface Asked {
  /** What views show, and what prompts are compared, hashed and searched by. */
  readonly prompt: string;
  /** Set where the model is told more than what one user says: a system message, or earlier turns. It ends with what the user says. */
  readonly conversation?: readonly ChatMessage[] | undefined;
}

/** A right answer, of which a model learns. */
export interface Answered extends Asked {
  /** As text: where thinking stands apart, as {@link spoken}. */
  readonly completion: string;
  /** The message that it stands in, where its thinking stands apart: a chat template may write that in a way of its own. */
  readonly turn?: ChatMessage | undefined;
}

/** Only what a model is asked, of something that knows more. */
export const askedOf = ({ prompt, conversation }: Asked): Asked =>
  conversation ? { prompt, conversation } : { prompt };

/** Thinking and answer as one text, as a model writes them. */
export const spoken = ({ content, reasoning_content: thinking }: ChatMessage): string =>
  thinking === undefined ? content : `<think>${thinking}</think>${content}`;

/** What is kept of a message as a completion. */
export const completionOf = (message: ChatMessage): Pick<Answered, "completion" | "turn"> => ({
  completion: spoken(message),
  ...(message.reasoning_content === undefined ? {} : { turn: message }),
});

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
