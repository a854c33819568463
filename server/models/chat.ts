/** Conversations as the text that a model was trained on, by the Jinja template of its tokenizer. */
import { Template } from "@huggingface/jinja";
import { spoken, type ChatMessage } from "../protocol/conversation";
import type { Tokenizer } from "./tokenizer";

/** Keys by which templates ask for what the assistant thought in earlier turns. */
const thinkingKeys = ["reasoning_content", "thinking", "reasoning"] as const;

/** A message as a template reads it: one that asks for thinking by no name gets it as the model wrote it, before the content. */
function asTemplateReads(template: string, message: ChatMessage): Readonly<Record<string, string>> {
  const { role, content, reasoning_content: thinking } = message;
  if (thinking === undefined) return { role, content };
  const asked = thinkingKeys.filter((key) => new RegExp(`(?:\\.|\\[\\s*['"])${key}\\b`).test(template));
  if (asked.length === 0) return { role, content: spoken(message) };
  return { role, content, ...Object.fromEntries(asked.map((key) => [key, thinking])) };
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
    return template.render({
      ...{ ...specialTokens, ...absent },
      messages: messages.map((message) => asTemplateReads(chatTemplate, message)),
      add_generation_prompt: addGenerationPrompt,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The model's chat template cannot be used: ${reason}`, { cause: error });
  }
}
