/** What a policy says of completions that others may have made: log-probabilities and entropies of their tokens. */
import * as tf from "@tensorflow/tfjs-core";
import {
  completionLogProbs,
  disposePacked,
  packSequences,
  type LogProbTensors,
  type TokenSequence,
} from "../models/packing";
import type { Policy } from "../models/policy";
import { lengthOf } from "./lengths";
import { whole, type Parts } from "./micro-batches";

/** `[tokens]`, of completions one after the other. */
export interface LogProbs {
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
}

export const readLogProbs = ({ logprobs, entropies }: LogProbTensors): LogProbs => ({
  logprobs: logprobs.dataSync<"float32">(),
  entropies: entropies.dataSync<"float32">(),
});

/** Of all parts, which go through the policy one after the other, without gradients. */
export function logProbsOf(
  policy: Policy,
  parts: readonly (readonly TokenSequence[])[],
  temperature: number,
): LogProbs {
  const found = parts.map((part) => {
    const packed = packSequences(part);
    const tensors = tf.tidy(() => completionLogProbs(policy, packed, temperature));
    const numbers = readLogProbs(tensors);
    tf.dispose(tensors);
    disposePacked(packed);
    return numbers;
  });
  return {
    logprobs: joinedFloats(found.map(({ logprobs }) => logprobs)),
    entropies: joinedFloats(found.map(({ entropies }) => entropies)),
  };
}

/** `[tokens]` log-probabilities of completions, one after the other. */
export const logprobsUnder = (
  policy: Policy,
  sequences: readonly TokenSequence[],
  temperature: number,
  parts: Parts = whole,
): Float32Array => logProbsOf(policy, parts(sequences, lengthOf), temperature).logprobs;

/** Of a single one it is itself. */
export function joinedFloats(arrays: readonly Float32Array[]): Float32Array {
  const [only] = arrays;
  if (only && arrays.length === 1) return only;
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
