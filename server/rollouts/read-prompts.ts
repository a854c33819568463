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
  const layers = policy.config.num_hidden_layers;
  const read = tf.tidy(() => {
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
    const keys: tf.Tensor2D[] = [];
    const values: tf.Tensor2D[] = [];
    const tokens = tf.tensor1d(prompts.flat(), "int32");
    const positions = tf.tensor1d(
      prompts.flatMap((prompt) => prompt.map((_, index) => index)),
      "int32",
    );
    const hidden = forward(policy, tokens, positions, (layer, q, k, v) => {
      keys.push(k);
      values.push(v);
      return within(layer, q, k, v);
    });
    const last = lengths.map((length, index) => table[4 * index]! + length - 1);
    const logits = fused().linear(fused().gatherRows(hidden, tf.tensor1d(last, "int32")), outputTable(policy));
    return [...keys, ...values, logits];
  });
  return {
    lengths,
    keys: read.slice(0, layers),
    values: read.slice(layers, 2 * layers),
    logits: read[2 * layers]!,
  };
}

export function disposeReadPrompts({ keys, values, logits }: ReadPrompts): void {
  tf.dispose([...keys, ...values, logits]);
}
