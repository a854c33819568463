/** The tokens of an answer that exists, read by the model in one pass. */
import type { Policy } from "../models/policy";
import { alternativesTold, type PlayToken } from "../protocol/playground";
import { likelyTokens } from "../rollouts/likely";
import { eachCompletionToken } from "../rollouts/read-completions";

/** `[completion]` with their numbers at a temperature. `prompt` and `completion` are token ids; nothing for an empty completion. */
export function readTokens(
  policy: Policy,
  prompt: readonly number[],
  completion: readonly number[],
  temperature: number,
): PlayToken[] {
  const tokens: PlayToken[] = [];
  eachCompletionToken(policy, [{ prompt, completion }], (logits, row, { token }) => {
    tokens.push(playToken(policy, logits, row, temperature, completion[token]!, true));
  });
  return tokens;
}

/** A token with its numbers and the texts of its alternatives. */
export function playToken(
  { tokenizer, config }: Pick<Policy, "tokenizer" | "config">,
  logits: Float32Array,
  row: number,
  temperature: number,
  id: number,
  given: boolean,
): PlayToken {
  const text = (of: number): string => tokenizer.texts[of] ?? "";
  const { vocab_size } = config;
  const { logprob, entropy, alternatives } = likelyTokens(logits, row, vocab_size, temperature, id, alternativesTold);
  return {
    id,
    text: text(id),
    logprob,
    entropy,
    alternatives: alternatives.map((one) => ({ ...one, text: text(one.id) })),
    given,
  };
}
