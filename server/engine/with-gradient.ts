import * as tf from "@tensorflow/tfjs-core";
import { anchorOf } from "./gradient-sums";

type Gradient<T extends tf.Tensor> = (dy: T, saved: tf.Tensor[]) => tf.Tensor[];

/**
 * tf.customGrad with the types of what it really passes. The backward pass of an operation is the last that sees its slope and what was saved for it: both
 * go there, and not when the whole pass is done.
 */
export function withGradient<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: (save: (tensors: tf.Tensor[]) => void) => T,
  gradient: Gradient<T>,
): T {
  const operation = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    return {
      value: forward(save),
      // What the backward pass of one operation makes on its way goes before the next one's begins.
      gradFunc: (dy, saved) => {
        const gradients = tf.tidy(() => gradient(dy as T, saved));
        tf.dispose([dy, ...saved]);
        return gradients;
      },
    };
  });
  return operation(...inputs) as T;
}

/** The tensor as something that a pass begins at, where gradients are being summed: what follows is on the tape even if nothing learns of the tensor. */
export function anchored<T extends tf.Tensor>(x: T): T {
  const anchor = anchorOf();
  if (!anchor) return x;
  return withGradient<T>(
    [x, anchor],
    () => x.clone(),
    (dy) => [dy.clone(), tf.scalar(0)],
  );
}
