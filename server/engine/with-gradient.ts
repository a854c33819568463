import * as tf from "@tensorflow/tfjs-core";

/** Whether anything learns of an input: a variable that is not trainable stands for a constant, whose gradient would be made for nobody. */
export const isLearnt = (input: tf.Tensor): boolean => !(input instanceof tf.Variable) || input.trainable;

type Gradient<T extends tf.Tensor> = (dy: T, saved: tf.Tensor[]) => tf.Tensor[];

/** tf.customGrad with the types of what it really passes. */
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
      gradFunc: (dy, saved) => tf.tidy(() => gradient(dy as T, saved)),
    };
  });
  return operation(...inputs) as T;
}
