/** What one token adds to a policy loss, by `loss_type`, with its derivatives. Names and formulas as in TRL 1.16, `GRPOTrainer._compute_loss`. */

import type { LossType } from "../protocol/loss-types";

export interface TokenLossOptions {
  /** ε: the ratio is clipped below 1 − ε. */
  readonly epsilon: number;
  /** The ratio is clipped above 1 + this; for `cispo` it is the cap of the ratio itself. */
  readonly epsilon_high: number;
  /** Upper clamp of the unclipped ratio, for both signs of the advantage (INTELLECT-2, arXiv 2505.07291, eq. 5); null: none. */
  readonly delta: number | null;
  /** Bound of the loss where the advantage is negative: −c · A (dual-clip PPO, arXiv 1912.09729, eq. 5); null: none. */
  readonly dual_clip: number | null;
  readonly sapo_temperature_pos: number;
  readonly sapo_temperature_neg: number;
  readonly vespo_k_pos: number;
  readonly vespo_lambda_pos: number;
  readonly vespo_k_neg: number;
  readonly vespo_lambda_neg: number;
}

export interface TokenLoss {
  readonly value: number;
  /** d value / d log ρ. */
  readonly byLogRatio: number;
  /** d value / d log π where the log-probability itself stands in the loss. */
  readonly byLogprob: number;
}

/** −min(ρA, clip(ρ, 1 − ε, 1 + ε_high)A) (PPO, arXiv 1707.06347, eq. 7), ρ behind the clamp by `delta`, the whole bounded by `dual_clip`. */
export function clippedLoss(ratio: number, advantage: number, options: TokenLossOptions): TokenLoss {
  const { delta, dual_clip } = options;
  const bounded = delta === null ? ratio : Math.min(ratio, delta);
  const clipped = Math.min(Math.max(ratio, 1 - options.epsilon), 1 + options.epsilon_high);
  const chosen = bounded * advantage <= clipped * advantage ? bounded : clipped;
  const value = -chosen * advantage;
  const bound = dual_clip === null || advantage >= 0 ? Infinity : -dual_clip * advantage;
  if (value > bound) return { value: bound, byLogRatio: 0, byLogprob: 0 };
  // A ratio that was bounded is a constant.
  return { value, byLogRatio: chosen === ratio ? value : 0, byLogprob: 0 };
}

/** −min(ρ, ε_high)·A·log π with the ratio as a constant (CISPO, MiniMax-M1, arXiv 2506.13585, eq. 4): a clipped token still teaches. */
function cispoLoss(ratio: number, logprob: number, advantage: number, cap: number): TokenLoss {
  const weight = -Math.min(ratio, cap) * advantage;
  return { value: weight * logprob, byLogRatio: 0, byLogprob: weight };
}

/** −(4/τ)·σ(τ(ρ − 1))·A, τ by the sign of A (SAPO, arXiv 2511.20347, eq. 5): a soft gate in place of the clip. */
function sapoLoss(ratio: number, advantage: number, options: TokenLossOptions): TokenLoss {
  const temperature = advantage > 0 ? options.sapo_temperature_pos : options.sapo_temperature_neg;
  const gate = 1 / (1 + Math.exp(-temperature * (ratio - 1)));
  return {
    value: (-4 / temperature) * gate * advantage,
    byLogRatio: -4 * gate * (1 - gate) * ratio * advantage,
    byLogprob: 0,
  };
}

/** φ(w) = e^(λ + k·log w − λw), w the ratio of whole sequences (VESPO): a weight without a gradient, 1 at w = 1. */
export function vespoWeight(sequenceLogRatio: number, advantage: number, options: TokenLossOptions): number {
  const [k, lambda] =
    advantage >= 0 ? [options.vespo_k_pos, options.vespo_lambda_pos] : [options.vespo_k_neg, options.vespo_lambda_neg];
  const logRatio = Math.min(Math.max(sequenceLogRatio, Math.log(1e-8)), 20);
  const bound = Math.max(lambda, 1e-4);
  const weight = Math.exp(bound + k * logRatio - bound * Math.exp(logRatio));
  return Number.isFinite(weight) ? weight : 0;
}

/**
 * @param ratio ρ of the token or of its sequence.
 * @param weight φ of the token's sequence, {@link vespoWeight}; used by `vespo` alone.
 */
export function tokenLoss(
  lossType: LossType,
  { ratio, logprob, advantage, weight }: Readonly<Record<"ratio" | "logprob" | "advantage" | "weight", number>>,
  options: TokenLossOptions,
): TokenLoss {
  switch (lossType) {
    case "cispo":
      return cispoLoss(ratio, logprob, advantage, options.epsilon_high);
    case "sapo":
      return sapoLoss(ratio, advantage, options);
    case "vespo":
      return { value: -weight * advantage * logprob, byLogRatio: 0, byLogprob: -weight * advantage };
    case "grpo":
    case "bnpo":
    case "dr_grpo":
    case "dapo":
    case "luspo":
      return clippedLoss(ratio, advantage, options);
  }
}

export type ClippedSide = "low" | "high";

/** Whether the clip stops a token's gradient: low where ρ < 1 − ε and A < 0, high where ρ > 1 + ε_high and A > 0; for `cispo` above its cap. */
export function clippedSide(
  lossType: LossType,
  ratio: number,
  advantage: number,
  { epsilon, epsilon_high, delta }: Pick<TokenLossOptions, "epsilon" | "epsilon_high" | "delta">,
): ClippedSide | null {
  switch (lossType) {
    case "cispo":
      return ratio > epsilon_high && advantage > 0 ? "high" : null;
    case "sapo":
    case "vespo":
      return null;
    default: {
      const bounded = Math.min(ratio, delta ?? Infinity);
      if (bounded < 1 - epsilon && advantage < 0) return "low";
      return bounded > 1 + epsilon_high && advantage > 0 ? "high" : null;
    }
  }
}
