import * as tf from "@tensorflow/tfjs-core";

/**
 * Carries a loss that was computed outside of the engine, in double precision, back through it: a scalar whose gradient by the parameters is that of the
 * loss, Σ d loss / d output · output (the chain rule). Its value says nothing.
 *
 * @param gradient d loss / d output, in the output's order.
 */
export const carryBack = (output: tf.Tensor, gradient: ArrayLike<number>): tf.Scalar =>
  tf.sum<tf.Scalar>(tf.mul(output, tf.tensor(Float32Array.from(gradient), output.shape)));
