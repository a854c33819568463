/** The clipped policy loss of GRPO, as tensors of one shape: `[batch, tokens]` with padding of weight 0, or `[tokens]` of packed sequences. */
import * as tf from "@tensorflow/tfjs-core";
import { klK3 } from "./kl";

export type LossType = "grpo" | "dapo";

export interface PolicyLossOptions {
  /** ε: the ratio is clipped below 1 − ε. */
  readonly epsilon: number;
  /** The ratio is clipped above 1 + this. */
  readonly epsilon_high: number;
  /** Upper clamp of the ratio itself, both signs of the advantage (INTELLECT-2); null: none. */
  readonly delta?: number | null;
  /** Weight of the KL penalty to the reference policy. */
  readonly beta: number;
  /** Multiply the KL by the ratio, gradient included (DeepSeek-V3.2). */
  readonly use_bias_correction_kl?: boolean;
}

export interface PolicyLossInput {
  readonly logprobs: tf.Tensor;
  /** log π at sampling time; null: on-policy, the ratio is 1 and only its gradient counts. */
  readonly oldLogprobs: tf.Tensor | null;
  /** Needed when `beta` is not 0. */
  readonly referenceLogprobs: tf.Tensor | null;
  /** A of each token's completion, broadcast to the shape of `logprobs`. */
  readonly advantages: tf.Tensor;
  /** What each token counts, from {@link lossWeights}; 0 on padding. */
  readonly weights: tf.Tensor;
}

/**
 * What a token of each completion counts in the mean: `[completions]`.
 * `grpo`: mean over completions of the mean over their tokens (DeepSeekMath eq. 3). `dapo`: mean over all tokens (DAPO eq. 8).
 *
 * @param lengths `[completions]` tokens of each completion that count.
 * @param totals of the whole batch, so that a part of it can be computed by itself, or left out where it teaches nothing.
 */
export function lossWeights(
  lossType: LossType,
  lengths: readonly number[],
  totals: { readonly completions: number; readonly tokens: number },
): number[] {
  return lengths.map((length) =>
    lossType === "grpo" ? 1 / (Math.max(length, 1) * totals.completions) : 1 / Math.max(totals.tokens, 1),
  );
}

/**
 * Σ weight · (−min(ρ·A, clip(ρ, 1 − ε, 1 + ε_high)·A) + β·KL), ρ = π/π_old (DeepSeekMath, arXiv 2402.03300, eq. 3 with eq. 4 as KL).
 * A scalar. On-policy its value is near Σ −A · weight ≈ 0 while its gradient is not: `loss` is no measure of progress.
 */
export function policyLoss(input: PolicyLossInput, options: PolicyLossOptions): tf.Scalar {
  return tf.tidy(() => {
    const ratio = policyRatio(input.logprobs, input.oldLogprobs);
    const { delta } = options;
    const bounded = delta === undefined || delta === null ? ratio : tf.minimum(ratio, delta);
    const clipped = tf.clipByValue(ratio, 1 - options.epsilon, 1 + options.epsilon_high);
    let perToken = tf.neg(tf.minimum(tf.mul(bounded, input.advantages), tf.mul(clipped, input.advantages)));
    if (options.beta !== 0) {
      if (!input.referenceLogprobs)
        throw new Error("beta is not 0, but there are no log-probabilities of a reference policy.");
      const kl = klK3(input.logprobs, input.referenceLogprobs);
      const penalty = options.use_bias_correction_kl ? tf.mul(kl, ratio) : kl;
      perToken = tf.add(perToken, tf.mul(penalty, options.beta));
    }
    return tf.sum(tf.mul(perToken, input.weights));
  });
}

/** ρ = e^(log π − log π_old), per token. */
export function policyRatio(logprobs: tf.Tensor, oldLogprobs: tf.Tensor | null): tf.Tensor {
  // Without recorded log-probabilities π_old is π now, as a constant: the ratio is 1 and carries the gradient of log π.
  const old = oldLogprobs ?? tf.tensor(logprobs.dataSync(), logprobs.shape);
  return tf.exp(tf.sub(logprobs, old));
}

/** Tokens where the clip stopped the gradient: low where ρ < 1 − ε and A < 0, high where ρ > 1 + ε_high and A > 0. */
export function clippedSide(
  ratio: number,
  advantage: number,
  options: Pick<PolicyLossOptions, "epsilon" | "epsilon_high">,
): "low" | "high" | null {
  if (ratio < 1 - options.epsilon && advantage < 0) return "low";
  if (ratio > 1 + options.epsilon_high && advantage > 0) return "high";
  return null;
}
