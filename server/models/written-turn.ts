/** What the assistant says of which the thinking stands apart, as a chat template writes it. */
import { messagesOf, spoken, type Asked, type ChatMessage } from "../protocol/conversation";
import { begunByText } from "./begun";
import { asksForThinking, renderChat } from "./chat";
import { promptText, type Policy } from "./policy";

/**
 * The text of an answer as a model is to write it, from where its prompt asks for it, without the token that ends it. A template that asks for thinking by
 * name says where it stands, with which tags and white space: what it will show a model is what the model learns. Others, and models without one, leave
 * {@link spoken}; so does a template that leaves the thinking out.
 */
export function writtenTurn(policy: Pick<Policy, "tokenizer" | "chat">, asked: Asked, turn: ChatMessage): string {
  const { tokenizer, chat } = policy;
  const { content, reasoning_content: thinking } = turn;
  if (!chat || thinking === undefined) return spoken(turn);
  const before = promptText(policy, asked);
  if (!asksForThinking(tokenizer.chatTemplate)) return spoken(turn);
  const whole = renderChat(tokenizer, [...messagesOf(asked), turn], { addGenerationPrompt: false });
  const start = before.length - begunByText(before).length;
  if (!whole.startsWith(before.slice(0, start))) return spoken(turn);
  const text = whole.slice(start).trimEnd();
  const end = tokenizer.stops.map((id) => tokenizer.decodeAll([id])).find((each) => text.endsWith(each)) ?? "";
  const written = text.slice(0, text.length - end.length);
  return written.includes(thinking.trim()) && written.includes(content.trim()) ? written : spoken(turn);
}
