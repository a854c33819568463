/** The tokens of an answer that exists, read by the model in one pass. */
import * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import { completionRows, disposePacked, packSequences } from "../models/packing";
import type { Policy } from "../models/policy";
import { outputTable } from "../models/transformer";
import type { PlayToken } from "../protocol/playground";
import { likelyTokens } from "./likely";

/** Rows that pass the output layer at a time: of a large vocabulary they take much memory. */
const rowsAtOnce = 64;

/** `[completion]` with their numbers at a temperature. `prompt` and `completion` are token ids; nothing for an empty completion. */
export function readTokens(
  policy: Policy,
  prompt: readonly number[],
  completion: readonly number[],
  temperature: number,
): PlayToken[] {
  if (completion.length === 0) return [];
  const packed = packSequences([{ prompt, completion }]);
  const hidden = tf.tidy(() => completionRows(policy, packed));
  try {
    const tokens: PlayToken[] = [];
    for (let start = 0; start < completion.length; start += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, completion.length - start);
      const logits = tf.tidy(() =>
        fused()
          .linear(tf.slice(hidden, [start, 0], [rows, policy.config.hidden_size]), outputTable(policy))
          .dataSync<"float32">(),
      );
      for (let row = 0; row < rows; row++)
        tokens.push(playToken(policy, logits, row, temperature, completion[start + row]!, true));
    }
    return tokens;
  } finally {
    hidden.dispose();
    disposePacked(packed);
  }
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
  const { logprob, entropy, alternatives } = likelyTokens(logits, row, config.vocab_size, temperature, id);
  return {
    id,
    text: text(id),
    logprob,
    entropy,
    alternatives: alternatives.map((one) => ({ ...one, text: text(one.id) })),
    given,
  };
}
