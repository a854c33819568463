/** Conversations as the text that a model was trained on, by the Jinja template of its tokenizer. */
import { Template } from "@huggingface/jinja";
import type { Tokenizer } from "./tokenizer";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Templates of models run to thousands of characters, and every prompt goes through one. */
const parsedTemplates = new Map<string, Template>();

/**
 * The text of a conversation, as `apply_chat_template` of transformers makes it. `addGenerationPrompt`: with the beginning of the assistant's
 * turn. Throws when there is no template, and when the template refuses the messages.
 */
export function renderChat(
  { chatTemplate, specialTokens }: Pick<Tokenizer, "chatTemplate" | "specialTokens">,
  messages: readonly ChatMessage[],
  { addGenerationPrompt }: { readonly addGenerationPrompt: boolean },
): string {
  if (chatTemplate === null) throw new Error("The model's tokenizer has no chat template.");
  try {
    let template = parsedTemplates.get(chatTemplate);
    if (!template) {
      template = new Template(chatTemplate);
      parsedTemplates.set(chatTemplate, template);
    }
    const absent = { tools: null, documents: null };
    return template.render({ ...specialTokens, ...absent, messages, add_generation_prompt: addGenerationPrompt });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The model's chat template cannot be used: ${reason}`, { cause: error });
  }
}
