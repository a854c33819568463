/** A model with its tokenizer: what samples and is trained. */
import * as tf from "@tensorflow/tfjs-core";
import { begunBy, behindBegun } from "./begun";
import type { ModelConfig } from "./config";
import { newModelConfig } from "./config";
import { refuseTooLarge } from "./model-size";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";
import type { Tokenizer } from "./tokenizer";
import { hasTurns, messagesOf, plainText, type Asked } from "../protocol/conversation";
import { renderChat } from "./chat";
import { rotaryTables } from "./rope";
import { createAdapter, type Adapter } from "./lora";
import type { Transformer } from "./transformer";
import { disposeWeights, newWeights, numbersOf, toArrays, toVariables, type Weights } from "./weights";
import type { NewModelSpec } from "../recipes/schema";
import { UserError } from "../shared/user-error";

export interface Policy extends Transformer {
  readonly tokenizer: Tokenizer;
  /** Prompts are what a user says in the tokenizer's chat template. */
  readonly chat: boolean;
  /** What is trained: the weights, or the adapter's. */
  readonly trained: Weights;
  /** Where the weights come from, of a policy with an adapter, for who loads that elsewhere; null: not known. */
  readonly base: string | null;
  /** The weights belong to another policy, which has to outlive this one. */
  readonly borrows: boolean;
}

/** `frozen`: an adapter will be trained in place of the weights. */
export function createPolicy(
  config: ModelConfig,
  arrays: ReadonlyMap<string, Float32Array>,
  tokenizer: Tokenizer,
  chat = false,
  frozen = false,
): Policy {
  const { rope, local_rope, max_position_embeddings: positions, head_dim } = config;
  const rotary = {
    global: rotaryTables(rope, positions, head_dim),
    local: local_rope && rotaryTables(local_rope, positions, head_dim),
  };
  const weights = toVariables(config, arrays, !frozen);
  return { config, tokenizer, weights, rotary, chat, adapter: null, trained: weights, base: null, borrows: false };
}

/** The policy with an adapter beside its weights, in place of one that it has. `borrows`: it leaves the weights to the policy that it is made of. */
export const withAdapter = (policy: Policy, adapter: Adapter, borrows = policy.borrows): Policy => ({
  ...policy,
  adapter,
  trained: adapter.weights,
  borrows,
});

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

/** The policy where it can lend its weights to adapters: those are beside the same ones. */
export const lentBy = (policy: Policy): Policy | undefined => (policy.adapter ? policy : undefined);

/** A policy of its own with the same numbers; of one with an adapter, beside the same weights. */
export function copyPolicy(policy: Policy): Policy {
  const { config, adapter, tokenizer, chat } = policy;
  if (adapter) return withAdapter(policy, createAdapter(config, adapter.settings, toArrays(adapter.weights)), true);
  return createPolicy(config, toArrays(policy.weights), tokenizer, chat);
}

/** Numbers of the model, and of an adapter beside it. */
export const parameterCount = ({ weights, adapter }: Policy): number =>
  numbersOf(weights) + (adapter ? numbersOf(adapter.weights) : 0);

export function disposePolicy(policy: Policy): void {
  if (policy.adapter) disposeWeights(policy.adapter.weights);
  if (policy.borrows) return;
  disposeWeights(policy.weights);
  for (const tables of Object.values(policy.rotary)) if (tables) tf.dispose([tables.cosines, tables.sines]);
}
