/** Sequences laid one after the other, without padding: what a forward pass over whole sequences takes. Neighbours share the rows of a prompt. */
import * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import type { Sequences } from "../engine/fused-operations";
import { attendWithin, forward, outputTable, type SharedRows } from "./transformer";
import type { Transformer } from "./transformer";

/** A prompt and its completion, as token ids. */
export interface TokenSequence {
  readonly prompt: readonly number[];
  readonly completion: ArrayLike<number>;
  /** `[completion]` which of its tokens are learnt; unset: all. */
  readonly learnt?: readonly boolean[] | undefined;
}

/** Tokens of a completion that are learnt. */
export const learntTokens = ({ completion, learnt }: TokenSequence): number =>
  learnt ? learnt.slice(0, completion.length).filter(Boolean).length : completion.length;

/** `[learnt tokens]` of numbers that are there of every token of a completion. */
export function learntNumbers<T extends Float32Array>({ learnt }: Pick<TokenSequence, "learnt">, values: T): T {
  return learnt ? (values.filter((_, token) => learnt[token] !== false) as T) : values;
}

/** Place in a completion of one of its learnt tokens. */
export function placeOfLearnt({ learnt }: Pick<TokenSequence, "learnt">, index: number): number {
  if (!learnt) return index;
  let seen = 0;
  return learnt.findIndex((isLearnt) => isLearnt && seen++ === index);
}

/** int32 tensors, to be disposed by {@link disposePacked}. */
export interface PackedSequences {
  readonly tokens: tf.Tensor1D;
  readonly positions: tf.Tensor1D;
  readonly sequences: Sequences;
  /** Where sequences share rows; null: each has its own. */
  readonly shared: SharedRows | null;
  /** `[completion tokens]` rows whose output predicts them, and the tokens themselves, completions one after the other; only those that are learnt. */
  readonly predicting: tf.Tensor1D;
  readonly targets: tf.Tensor1D;
}

/** Tokens of a prompt from which on neighbours share its rows, and the least part of all rows that has to be saved: attention copies them. */
const worthSharing = { tokens: 32, share: 0.2 };

const sameTokens = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((token, index) => token === b[index]));

/** `[sequences]` whether each begins with the prompt of the one before it, whose rows it can do with. */
function sharingOf(sequences: readonly TokenSequence[]): boolean[] {
  const same = sequences.map(({ prompt }, index) => {
    const before = sequences[index - 1];
    return before !== undefined && prompt.length >= worthSharing.tokens && sameTokens(prompt, before.prompt);
  });
  const all = sequences.reduce((sum, { prompt, completion }) => sum + prompt.length + completion.length, 0);
  const saved = sequences.reduce((sum, { prompt }, index) => sum + (same[index] ? prompt.length : 0), 0);
  return saved >= worthSharing.share * all ? same : same.map(() => false);
}

/**
 * The last token of a completion is predicted but not read. Neighbours with one prompt, the samples of a group say, have its rows once: what linear layers and
 * norms make of them is the same for all, and attention sees each sequence whole. `sharing`: `[sequences]`, unset where it is worth it.
 *
 * Throws for an empty prompt, and an empty completion: nothing predicts a first token.
 */
export function packSequences(
  sequences: readonly TokenSequence[],
  sharing: readonly boolean[] = sharingOf(sequences),
): PackedSequences {
  const tokens: number[] = [];
  const positions: number[] = [];
  const predicting: number[] = [];
  const targets: number[] = [];
  const table: number[] = [];
  /** Of the rows that attention sees, which they are; of the rows there are, where attention sees them first. */
  const seen: number[] = [];
  const first: number[] = [];
  let longest = 0;
  let promptRow = 0;
  sequences.forEach(({ prompt, completion, learnt }, sequence) => {
    if (prompt.length === 0) throw new Error("A sequence has no prompt: nothing predicts its first token.");
    if (completion.length === 0) throw new Error("A completion has no tokens, so there is nothing to predict.");
    const start = seen.length;
    const length = prompt.length + completion.length - 1;
    const shares = sharing[sequence] === true;
    if (!shares) promptRow = tokens.length;
    const own = tokens.length + (shares ? 0 : prompt.length);
    for (let index = 0; index < length; index++) {
      const ofPrompt = index < prompt.length;
      const row = ofPrompt ? promptRow + index : own + index - prompt.length;
      seen.push(row);
      if (row < tokens.length) continue;
      tokens.push(ofPrompt ? prompt[index]! : completion[index - prompt.length]!);
      positions.push(index);
      first.push(start + index);
    }
    for (let index = 0; index < completion.length; index++) {
      if (learnt?.[index] === false) continue;
      predicting.push(index === 0 ? promptRow + prompt.length - 1 : own + index - 1);
      targets.push(completion[index]!);
    }
    table.push(start, length, start, length);
    longest = Math.max(longest, length);
  });
  return {
    tokens: tf.tensor1d(tokens, "int32"),
    positions: tf.tensor1d(positions, "int32"),
    sequences: { table: tf.tensor2d(table, [sequences.length, 4], "int32"), count: sequences.length, longest },
    shared:
      seen.length === tokens.length ? null : { seen: tf.tensor1d(seen, "int32"), first: tf.tensor1d(first, "int32") },
    predicting: tf.tensor1d(predicting, "int32"),
    targets: tf.tensor1d(targets, "int32"),
  };
}

/** Sequences that are read to their last token, of which `predicting` are the rows: `[sequences]`. There is nothing to predict. */
export function packToLast(sequences: readonly TokenSequence[]): PackedSequences {
  const packed = packSequences(
    // What a completion is followed by is not read.
    sequences.map(({ prompt, completion }) => ({ prompt, completion: [...Array.from(completion), 0] })),
    sequences.map(() => false),
  );
  tf.dispose([packed.predicting, packed.targets]);
  let end = 0;
  const last = sequences.map(({ prompt, completion }) => (end += prompt.length + completion.length) - 1);
  return { ...packed, predicting: tf.tensor1d(last, "int32"), targets: tf.tensor1d([], "int32") };
}

/** Tokens of all sequences, those of a prompt that they share as often as they begin with it. */
export const packedTokens = ({ tokens, shared }: PackedSequences): number => (shared?.seen ?? tokens).size;

export function disposePacked(packed: PackedSequences): void {
  tf.dispose([packed.tokens, packed.positions, packed.sequences.table, packed.predicting, packed.targets]);
  if (packed.shared) tf.dispose([packed.shared.seen, packed.shared.first]);
}

/** Hidden states that predict a completion token: `[completion tokens, hidden_size]`. */
export function completionRows(model: Transformer, packed: PackedSequences): tf.Tensor2D {
  const hidden = forward(
    model,
    packed.tokens,
    packed.positions,
    attendWithin(model.config, packed.sequences, packed.shared),
  );
  return fused().gatherRows(hidden, packed.predicting);
}

/** Log-probability and entropy (nats) of each completion token: `[completion tokens]`. */
// A type and no interface, so that `tf.tidy` may return it.
export type LogProbTensors = {
  readonly logprobs: tf.Tensor1D;
  readonly entropies: tf.Tensor1D;
};

/** From {@link completionRows}, at a temperature. Only rows that predict a completion token pass the output layer. */
export function logProbsOfRows(
  model: Transformer,
  rows: tf.Tensor2D,
  { targets }: PackedSequences,
  temperature: number,
): LogProbTensors {
  const both = fused().tokenLogProbs(rows, outputTable(model), targets, temperature);
  const [logprobs, entropies] = tf.unstack(both) as [tf.Tensor1D, tf.Tensor1D];
  return { logprobs, entropies };
}

export const completionLogProbs = (model: Transformer, packed: PackedSequences, temperature: number): LogProbTensors =>
  logProbsOfRows(model, completionRows(model, packed), packed, temperature);
