/** Per-token estimators of KL(π ‖ reference) from log-probabilities of sampled tokens (Schulman 2020, "Approximating KL divergence"). Nats. */

export const klEstimators = ["k1", "k2", "k3"] as const;
export type KlEstimator = (typeof klEstimators)[number];

/**
 * With d = log π − log π_ref: k1 = d (unbiased, may be negative), k2 = d² / 2 (low variance, biased), k3 = e^(−d) − 1 + d (unbiased, never
 * negative; DeepSeekMath, arXiv 2402.03300, eq. 4).
 */
export function klEstimate(estimator: KlEstimator, logprob: number, referenceLogprob: number): number {
  const difference = logprob - referenceLogprob;
  switch (estimator) {
    case "k1":
      return difference;
    case "k2":
      return difference ** 2 / 2;
    case "k3":
      return Math.exp(-difference) - 1 + difference;
  }
}

/** Derivative of {@link klEstimate} by `logprob`. That of k1 is 1: in a loss it moves nothing on average, it belongs into the reward. */
export function klDerivative(estimator: KlEstimator, logprob: number, referenceLogprob: number): number {
  const difference = logprob - referenceLogprob;
  switch (estimator) {
    case "k1":
      return 1;
    case "k2":
      return difference;
    case "k3":
      return 1 - Math.exp(-difference);
  }
}

/**
 * β for the next step, so that the KL comes near a target (Ziegler et al. 2019, arXiv 1909.08593, section 2.2; verl's `AdaptiveKLController`):
 * β · (1 + clip(KL / target − 1, −0.2, 0.2) · samples / horizon).
 */
export function adaptedBeta(
  beta: number,
  kl: number,
  { target, horizon, samples }: { readonly target: number; readonly horizon: number; readonly samples: number },
): number {
  const error = Math.min(Math.max(kl / target - 1, -0.2), 0.2);
  return beta * (1 + (error * samples) / horizon);
}
