/** Completions that exist, read by the model in one pass: what it says of each of their places. */
import * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import { completionRows, disposePacked, packSequences, type TokenSequence } from "../models/packing";
import type { Policy } from "../models/policy";
import { outputTable } from "../models/transformer";
import type { TopLogprobs } from "../protocol/traces";
import { likelyTokens } from "./likely";

/** Numbers of the output layer that are read back at a time: of a large vocabulary a row takes much memory. */
const mostLogits = 1 << 22;

/** Tokens that pass the model together where no plan of memory says how many. */
const tokensTogether = 4096;

/**
 * Calls `see` for each token of the completions, in order: `logits[row]` of `[rows, vocabulary]` is what the model says of its place. The next call
 * finds other numbers there.
 */
export function eachCompletionToken(
  policy: Policy,
  sequences: readonly TokenSequence[],
  see: (logits: Float32Array, row: number, place: { readonly sequence: number; readonly token: number }) => void,
): void {
  const lengths = sequences.map(({ completion }) => completion.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total === 0) return;
  // Those that are not learnt are read like the others.
  const packed = packSequences(
    sequences.flatMap(({ prompt, completion }) => (completion.length > 0 ? [{ prompt, completion }] : [])),
  );
  const hidden = tf.tidy(() => completionRows(policy, packed));
  const rowsAtOnce = Math.max(1, Math.floor(mostLogits / policy.config.vocab_size));
  let [sequence, token] = [0, 0];
  try {
    for (let start = 0; start < total; start += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, total - start);
      const logits = tf.tidy(() =>
        fused()
          .linear(tf.slice(hidden, [start, 0], [rows, policy.config.hidden_size]), outputTable(policy))
          .dataSync<"float32">(),
      );
      for (let row = 0; row < rows; row++) {
        while (token === lengths[sequence]) [sequence, token] = [sequence + 1, 0];
        see(logits, row, { sequence, token });
        token++;
      }
    }
  } finally {
    hidden.dispose();
    disposePacked(packed);
  }
}

const lengthOf = ({ prompt, completion }: TokenSequence): number => prompt.length + completion.length;

/** In order, each of at most so many tokens, and at least of one sequence. */
function fewTogether<T extends TokenSequence>(sequences: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = [];
  let held = Infinity;
  for (const sequence of sequences) {
    if (held + lengthOf(sequence) > tokensTogether) {
      parts.push([]);
      held = 0;
    }
    parts.at(-1)!.push(sequence);
    held += lengthOf(sequence);
  }
  return parts;
}

/**
 * `[sequences]` the likeliest tokens of each completion's places, as the policy says now, at a temperature.
 *
 * @param most of each place: 0 of none, and then all are null
 * @param split what goes through the model together; unset: some thousand tokens
 */
export function topLogprobs<T extends TokenSequence>(
  policy: Policy,
  sequences: readonly T[],
  { temperature, top_logprobs: most }: { readonly temperature: number; readonly top_logprobs: number },
  split: (sequences: readonly T[], tokensOf: (sequence: T) => number) => readonly (readonly T[])[] = fewTogether,
): (TopLogprobs | null)[] {
  if (most === 0) return sequences.map(() => null);
  const vocabulary = policy.config.vocab_size;
  const count = Math.min(most, vocabulary);
  return split(sequences, lengthOf).flatMap((part) => {
    const found = part.map(({ completion }): TopLogprobs => {
      const size = completion.length * count;
      return { count, ids: new Int32Array(size), logprobs: new Float32Array(size) };
    });
    eachCompletionToken(policy, part, (logits, row, { sequence, token }) => {
      const own = part[sequence]!.completion[token]!;
      const { alternatives } = likelyTokens(logits, row, vocabulary, temperature, own, count);
      const { ids, logprobs } = found[sequence]!;
      alternatives.forEach(({ id, logprob }, place) => {
        ids[token * count + place] = id;
        logprobs[token * count + place] = logprob;
      });
    });
    return found;
  });
}
