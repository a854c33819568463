/** A model with its tokenizer: what samples and is trained. */
import { begunBy, behindBegun } from "./begun";
import type { ModelConfig } from "./config";
import { newModelConfig } from "./config";
import { refuseTooLarge } from "./model-size";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";
import type { Tokenizer } from "./tokenizer";
import { hasTurns, messagesOf, plainText, type Asked } from "../protocol/conversation";
import { renderChat } from "./chat";
import { rotaryTables } from "./rope";
import type { Transformer } from "./transformer";
import { disposeWeights, newWeights, toArrays, toVariables } from "./weights";
import type { NewModelSpec } from "../recipes/schema";
import { UserError } from "../shared/user-error";

export interface Policy extends Transformer {
  readonly tokenizer: Tokenizer;
  /** Prompts are what a user says in the tokenizer's chat template. */
  readonly chat: boolean;
}

export function createPolicy(
  config: ModelConfig,
  arrays: ReadonlyMap<string, Float32Array>,
  tokenizer: Tokenizer,
  chat = false,
): Policy {
  const rotary = rotaryTables(config.rope, config.max_position_embeddings, config.head_dim);
  return { config, tokenizer, weights: toVariables(config, arrays, true), rotary, chat };
}

/** A new model for a task's alphabet. */
export function newPolicy(spec: NewModelSpec, symbols: readonly string[], seed: number): Policy {
  const tokenizer = createTokenizer(newTokenizerFiles(symbols), { eos: [1], pad: 0 });
  const config = newModelConfig(spec, tokenizer);
  refuseTooLarge("The recipe's model", config);
  return createPolicy(config, newWeights(config, seed), tokenizer);
}

/**
 * The text of what a model is asked, which it goes on with: of the conversation in the chat template, up to where the assistant's turn begins; else
 * the text itself, without what a tokenizer puts before it. Throws for several turns without a template.
 */
export function promptText({ tokenizer, chat }: Pick<Policy, "tokenizer" | "chat">, asked: Asked): string {
  if (!chat && hasTurns(asked)) throw new UserError("A prompt of several turns needs a model with a chat template.");
  return chat ? renderChat(tokenizer, messagesOf(asked), { addGenerationPrompt: true }) : plainText(asked);
}

/**
 * Token ids of what a model is asked, at least one: see {@link promptText}. A chat template writes the special tokens itself; a plain text stands
 * behind what the tokenizer begins a text with. The one place where prompts become tokens. Throws when there is nothing to go on from.
 */
export function encodePrompt(policy: Pick<Policy, "tokenizer" | "chat">, asked: Asked): number[] {
  const { tokenizer, chat } = policy;
  const text = promptText(policy, asked);
  const ids = chat ? tokenizer.encode(text) : tokenizer.encodeBeginning(text);
  // Without a token before it, the first token of a completion is predicted by nothing.
  if (ids.length === 0) throw new UserError(`The prompt ${JSON.stringify(asked.prompt.slice(0, 80))} has no tokens.`);
  return ids;
}

/** Token ids of a completion behind a prompt, which the end of the sequence closes: what the prompt began of it is not written twice. */
export const encodeCompletion = (tokenizer: Tokenizer, prompt: readonly number[], completion: string): number[] => [
  ...tokenizer.encode(behindBegun(begunBy(tokenizer, prompt), completion)),
  tokenizer.eos,
];

/** A policy of its own with the same numbers. */
export const copyPolicy = (policy: Policy): Policy =>
  createPolicy(policy.config, toArrays(policy.weights), policy.tokenizer, policy.chat);

/** Numbers that are trained. */
export const parameterCount = ({ weights }: Policy): number =>
  [...weights.values()].reduce((sum, { size }) => sum + size, 0);

export function disposePolicy(policy: Policy): void {
  disposeWeights(policy.weights);
  policy.rotary.cosines.dispose();
  policy.rotary.sines.dispose();
}
