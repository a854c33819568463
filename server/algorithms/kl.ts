import * as tf from "@tensorflow/tfjs-core";

/**
 * Per-token KL estimator k3 (Schulman 2020, "Approximating KL divergence"; DeepSeekMath eq. 4): e^(ref − π) − (ref − π) − 1, never negative.
 * All of one shape, nats.
 */
export function klK3(logprobs: tf.Tensor, referenceLogprobs: tf.Tensor): tf.Tensor {
  const difference = tf.sub(referenceLogprobs, logprobs);
  return tf.sub(tf.sub(tf.exp(difference), difference), 1);
}
