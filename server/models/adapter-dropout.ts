/**
 * Dropout on what an adapter reads, in training passes alone (peft's `lora_dropout`): numbers are 0 with the probability p, and the others 1 / (1 − p) times
 * as large. What is dropped derives from seed, stage, step and update, the layer, and the tokens up to the row: the same in any part of a batch, computed
 * again or resumed. Rows behind the same beginning of a text share it, as those of one prompt do.
 */
import * as tf from "@tensorflow/tfjs-core";
import { copiedNumbers } from "../engine/copied-numbers";
import { withGradient } from "../engine/with-gradient";
import { hashText, mixed } from "../shared/random";
import type { Adapter } from "./lora";

/** What the masks of an update derive from; null: of a pass that belongs to no step. */
export type Noise = number | null;

let step: string | null = null;
let updates = 0;
/** Of the training pass that is under way. */
let open: { readonly noise: Noise } | null = null;

/** From now on updates are those of a step. */
export function beginNoise(seed: number, stage: string, at: number): void {
  step = [seed, "lora dropout", stage, at].join("\u0000");
  updates = 0;
}

/** Of the step's next update. */
export const nextNoise = (): Noise => (step === null ? null : hashText(`${step}\u0000${updates++}`, 5));

/** Passes within are training passes. */
export function withNoise<T>(noise: Noise, pass: () => T): T {
  const outer = open;
  open = { noise };
  try {
    return pass();
  } finally {
    open = outer;
  }
}

/** What becomes of an adapter's input, rows of tokens at positions, in the layer of a name. */
export type DropInput = (x: tf.Tensor2D, layer: string) => tf.Tensor2D;

/** For the rows of a pass. Throws where masks would have nothing to derive from. */
export function adapterDropout(adapter: Adapter | null, tokens: tf.Tensor1D, positions: tf.Tensor1D): DropInput {
  const rate = adapter?.settings.dropout ?? 0;
  if (!open || rate === 0) return (x) => x;
  const { noise } = open;
  if (noise === null)
    throw new Error("An adapter with dropout is trained outside of a step: its masks derive from one.");
  const keys = rowKeys(noise, tokens.dataSync<"int32">(), positions.dataSync<"int32">());
  return (x, layer) => dropped(x, keys, hashText(layer), rate);
}

/** `[rows]` hashes of the tokens from a sequence's first to the row's. The row before a row is the last one at the position before: sequences may share a prompt. */
function rowKeys(noise: number, tokens: Int32Array, positions: Int32Array): Uint32Array {
  const at: number[] = [];
  return Uint32Array.from(tokens, (token, row) => {
    const position = positions[row]!;
    return (at[position] = mixed((position === 0 ? noise : at[position - 1]!) + token + 1));
  });
}

/** x `[rows, width]` without what is dropped of each row by its key. Its gradient is without the same. */
export function dropped(x: tf.Tensor2D, keys: Uint32Array, salt: number, rate: number): tf.Tensor2D {
  const masked = (numbers: tf.Tensor2D): tf.Tensor2D => {
    const [rows, width] = numbers.shape;
    const values = copiedNumbers(numbers);
    const [below, factor] = [rate * 2 ** 32, 1 / (1 - rate)];
    for (let row = 0, at = 0; row < rows; row++) {
      const key = mixed(keys[row]! ^ salt);
      for (let column = 0; column < width; column++, at++)
        values[at] = mixed(key + Math.imul(column, 0x9e3779b9)) < below ? 0 : values[at]! * factor;
    }
    return tf.tensor2d(values, [rows, width]);
  };
  return withGradient<tf.Tensor2D>(
    [x],
    () => masked(x),
    (dy) => [masked(dy)],
  );
}
