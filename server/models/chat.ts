/** Conversations as the text that a model was trained on, by the Jinja template of its tokenizer. */
import { Template } from "@huggingface/jinja";
import { spoken, type ChatMessage } from "../protocol/conversation";
import { stripFunctions, withPythonStrip } from "./python-strip";
import { messageOf, UserError } from "../shared/user-error";

/** Templates of a tokenizer, and what they read beside the messages. */
export interface ChatTemplates {
  /** Jinja source that makes a text of a conversation; see {@link renderChat}. */
  readonly chatTemplate: string | null;
  /** Names of all templates that the tokenizer has. */
  readonly chatTemplates: readonly string[];
  /** Name of the template; null: the default one. */
  readonly chatTemplateName: string | null;
  /** Further variables of the template. */
  readonly chatTemplateKwargs: Readonly<Record<string, unknown>>;
  /** Tokens that templates name: `bos_token`, `eos_token` and so on. */
  readonly specialTokens: Readonly<Record<string, string>>;
}

/** Keys by which templates ask for what the assistant thought in earlier turns. */
const thinkingKeys = ["reasoning_content", "thinking", "reasoning"] as const;

interface ParsedTemplate {
  readonly template: Template;
  /** Keys by which it asks for thinking. */
  readonly asked: readonly (typeof thinkingKeys)[number][];
}

/** A message as a template reads it: one that asks for thinking by no name gets it as the model wrote it, before the content. */
function asTemplateReads({ asked }: ParsedTemplate, message: ChatMessage): Readonly<Record<string, string>> {
  const { role, content, reasoning_content: thinking } = message;
  if (thinking === undefined) return { role, content };
  if (asked.length === 0) return { role, content: spoken(message) };
  return { role, content, ...Object.fromEntries(asked.map((key) => [key, thinking])) };
}

/** Templates of models run to thousands of characters, and every prompt goes through one. */
const parsedTemplates = new Map<string, ParsedTemplate>();

function parse(source: string): ParsedTemplate {
  const known = parsedTemplates.get(source);
  if (known) return known;
  const parsed = {
    // Jinja reads every end of a line as `\n`: a template that was saved on Windows makes the same text.
    template: withPythonStrip(new Template(source.replace(/\r\n?/g, "\n"))),
    asked: thinkingKeys.filter((key) => new RegExp(`(?:\\.|\\[\\s*['"])${key}\\b`).test(source)),
  };
  parsedTemplates.set(source, parsed);
  return parsed;
}

/**
 * The text of a conversation, as `apply_chat_template` of transformers makes it. `addGenerationPrompt`: with the beginning of the assistant's
 * turn. Throws when there is no template, and when the template refuses the messages.
 */
export function renderChat(
  {
    chatTemplate,
    chatTemplateKwargs,
    specialTokens,
  }: Pick<ChatTemplates, "chatTemplate" | "specialTokens"> & Partial<Pick<ChatTemplates, "chatTemplateKwargs">>,
  messages: readonly ChatMessage[],
  { addGenerationPrompt }: { readonly addGenerationPrompt: boolean },
): string {
  if (chatTemplate === null) throw new UserError("The model's tokenizer has no chat template.");
  try {
    const parsed = parse(chatTemplate);
    return parsed.template.render({
      tools: null,
      documents: null,
      ...specialTokens,
      ...chatTemplateKwargs,
      ...stripFunctions,
      messages: messages.map((message) => asTemplateReads(parsed, message)),
      add_generation_prompt: addGenerationPrompt,
    });
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError(`The model's chat template cannot be used: ${reason}`, { cause: error });
  }
}

/** Whether a template asks for the thinking of messages by name. */
export const asksForThinking = (chatTemplate: string | null): boolean =>
  chatTemplate !== null && parse(chatTemplate).asked.length > 0;

/** Whether a template's source names a variable: one that it does not read changes nothing. */
export const readsVariable = (chatTemplate: string, name: string): boolean =>
  [...chatTemplate.matchAll(/[A-Za-z_]\w*/g)].some(([word]) => word === name);
