import * as tf from "@tensorflow/tfjs-core";
import { fused } from "../engine/fused-operations";
import type { ReadPrompts } from "../engine/fused-operations";
import type { Policy } from "../models/policy";
import { attendWithin, forward, outputTable } from "../models/transformer";
import { largestOf } from "../shared/extremes";

/**
 * Reads each prompt once, whatever the number of its samples: one forward pass without padding. The caller disposes what it returns. Throws for an
 * empty prompt: nothing predicts a first token.
 */
export function readPrompts(policy: Policy, prompts: readonly (readonly number[])[]): ReadPrompts {
  const lengths = prompts.map((prompt) => prompt.length);
  if (lengths.includes(0)) throw new Error("A prompt has no tokens: nothing predicts the first of a completion.");
  const keys: tf.Tensor2D[] = [];
  const values: tf.Tensor2D[] = [];
  try {
    return { lengths, keys, values, logits: readAll(policy, prompts, keys, values) };
  } catch (error) {
    tf.dispose([...keys, ...values]);
    throw error;
  }
}

/** Logits `[prompts, vocabulary]` behind the prompts; keys and values of each layer are added to the lists. */
function readAll(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  allKeys: tf.Tensor2D[],
  allValues: tf.Tensor2D[],
): tf.Tensor2D {
  const lengths = prompts.map((prompt) => prompt.length);
  return tf.tidy(() => {
    let start = 0;
    const table = lengths.flatMap((length) => {
      const first = start;
      start += length;
      return [first, length, first, length];
    });
    const sequences = {
      table: tf.tensor2d(table, [prompts.length, 4], "int32"),
      count: prompts.length,
      longest: largestOf(lengths),
    };
    const within = attendWithin(policy.config, sequences);
    const tokens = tf.tensor1d(prompts.flat(), "int32");
    const positions = tf.tensor1d(
      prompts.flatMap((prompt) => prompt.map((_, index) => index)),
      "int32",
    );
    const hidden = forward(policy, tokens, positions, (layer, q, k, v) => {
      allKeys.push(tf.keep(k));
      allValues.push(tf.keep(v));
      return within(layer, q, k, v);
    });
    const last = lengths.map((length, index) => table[4 * index]! + length - 1);
    return fused().linear(fused().gatherRows(hidden, tf.tensor1d(last, "int32")), outputTable(policy));
  });
}

export function disposeReadPrompts({ keys, values, logits }: ReadPrompts): void {
  tf.dispose([...keys, ...values, logits]);
}
