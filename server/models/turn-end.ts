/** What ends the assistant's turn in a chat template. */
import { renderChat, type ChatTemplates } from "./chat";

/**
 * The special token that a chat template writes behind what the assistant says, which completions then end with; null: it writes none there, and
 * they end as the tokenizer ends texts. Base models name another token in their configuration than their template writes.
 */
export function turnEnd(
  tokenizer: Pick<ChatTemplates, "chatTemplate" | "chatTemplateKwargs" | "specialTokens"> & {
    /** The special token that a text begins with; null: it begins with none. */
    special(text: string): number | null;
  },
): number | null {
  const answer = "4321";
  let text: string;
  try {
    const conversation = [
      { role: "user", content: "0" },
      { role: "assistant", content: answer },
    ] as const;
    text = renderChat(tokenizer, conversation, { addGenerationPrompt: false });
  } catch {
    // A template may refuse conversations: what it says of prompts is said where they are made.
    return null;
  }
  const at = text.lastIndexOf(answer);
  if (at < 0) return null;
  const behind = text.slice(at + answer.length).trimStart();
  return tokenizer.special(behind);
}
