import * as tf from "@tensorflow/tfjs-core";
import type { LowRank } from "./fused-operations";

/** W + s·B·A, a tensor of its own. */
export const withLowRank = (weight: tf.Tensor2D, { down, up, scale }: LowRank): tf.Tensor2D =>
  tf.tidy(() => tf.add(weight, tf.matMul(tf.mul(up, scale), down)));
