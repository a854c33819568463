/**
 * The policy loss of a step with its gradients by log-probabilities and entropies, in double precision: Σ_t w_t · (loss_t + β · KL_t) − c · H.
 * On-policy its value is near 0 while its gradient is not: `loss` is no measure of progress. Conventions are TRL's (1.16, `_compute_loss`).
 */
import { highEntropyMask } from "./entropy";
import { klDerivative, klEstimate, type KlEstimator } from "./kl";
import { lossWeights, type LossTotals } from "./loss-weights";
import { eachCompletion } from "./packed";
import type { LossType } from "../protocol/loss-types";
import { tokenLoss, vespoWeight, type TokenLossOptions } from "./token-losses";

/**
 * What the ratio is of: each token (PPO, GRPO), the geometric mean over a sequence (GSPO, arXiv 2507.18071, eq. 7), or whole sequences, as in
 * RLOO (arXiv 2402.14740).
 */
export const importanceSamplingLevels = ["token", "sequence", "sequence_sum"] as const;
export type ImportanceSamplingLevel = (typeof importanceSamplingLevels)[number];

export interface PolicyLossOptions extends TokenLossOptions {
  readonly loss_type: LossType;
  readonly importance_sampling_level: ImportanceSamplingLevel;
  /** Weight of the KL to the reference policy in the loss. */
  readonly beta: number;
  readonly kl_estimator: KlEstimator;
  /** Multiply the KL by the ratio, gradient included (DeepSeek-V3.2, arXiv 2512.02556, eq. 7). */
  readonly use_bias_correction_kl: boolean;
  /** Share of tokens, of the highest entropy, that the policy term acts on; 1: all. */
  readonly top_entropy_quantile: number;
  /** Completions of negative advantage whose mean log(π_old / π) is above this are left out (DeepSeek-V3.2, section 3.1); null: none. */
  readonly off_policy_mask_threshold: number | null;
}

/** Completions one after the other, without padding. All `[tokens]`. */
export interface PolicyLossInput {
  /** `[completions]` tokens of each. */
  readonly lengths: readonly number[];
  readonly logprobs: ArrayLike<number>;
  /** log π of the policy that the ratio is relative to; null: on-policy, the ratio is 1 and only its gradient counts. */
  readonly oldLogprobs: ArrayLike<number> | null;
  /** Needed when `beta` is not 0. */
  readonly referenceLogprobs: ArrayLike<number> | null;
  readonly advantages: ArrayLike<number>;
  /** Needed when `top_entropy_quantile` is below 1 or a bonus is given. */
  readonly entropies: ArrayLike<number> | null;
  /** π_old / π_sampler, where another program sampled; null: 1. */
  readonly importanceRatios: ArrayLike<number> | null;
  readonly totals: LossTotals;
  /** c, of the entropy bonus: the mean entropy of the tokens that learn, times this, is taken off the loss. */
  readonly entropyCoef: number;
}

export interface PolicyLoss {
  readonly loss: number;
  /** Without the entropy bonus. */
  readonly policyLoss: number;
  /** `[tokens]` what each adds to `policyLoss`. */
  readonly terms: Float64Array;
  /** d loss / d log π. */
  readonly gradient: Float64Array;
  /** d loss / d entropy; null without a bonus. */
  readonly entropyGradient: Float64Array | null;
  /** ρ of each token, or of its sequence. */
  readonly ratios: Float64Array;
  /** Of each token; null without a reference. */
  readonly kl: Float64Array | null;
}

/** log ρ `[tokens]`: of each token, or of its sequence. */
export function logRatios(
  level: ImportanceSamplingLevel,
  { lengths, logprobs, oldLogprobs }: Pick<PolicyLossInput, "lengths" | "logprobs" | "oldLogprobs">,
): Float64Array {
  const result = Float64Array.from(logprobs, (logprob, token) => (oldLogprobs ? logprob - oldLogprobs[token]! : 0));
  if (level === "token") return result;
  eachCompletion(lengths, (start, end) => {
    const sum = result.subarray(start, end).reduce((total, value) => total + value, 0);
    result.fill(level === "sequence" ? sum / Math.max(end - start, 1) : sum, start, end);
  });
  return result;
}

/** `[tokens]` φ of VESPO. */
function vespoWeights(input: PolicyLossInput, options: PolicyLossOptions): Float64Array {
  const logs = logRatios("token", input).map((value) => Math.min(Math.max(value, -20), 20));
  const weights = new Float64Array(logs.length);
  eachCompletion(input.lengths, (start, end) => {
    let sum = 0;
    for (let token = start; token < end; token++) {
      const correction = input.importanceRatios ? Math.log(input.importanceRatios[token]!) : 0;
      sum += logs[token]! + Math.min(Math.max(correction, Math.log(1e-8)), 20);
    }
    weights.fill(vespoWeight(sum, input.advantages[start] ?? 0, options), start, end);
  });
  return weights;
}

/** `[tokens]` 1 for completions that the policy has not moved too far away from, 0 for the others; see `off_policy_mask_threshold`. */
function nearPolicyMask(
  { lengths, logprobs, oldLogprobs, advantages }: PolicyLossInput,
  threshold: number,
): Float64Array {
  const mask = new Float64Array(logprobs.length).fill(1);
  if (!oldLogprobs) return mask;
  eachCompletion(lengths, (start, end) => {
    let drift = 0;
    for (let token = start; token < end; token++) drift += oldLogprobs[token]! - logprobs[token]!;
    const far = drift / Math.max(end - start, 1) > threshold;
    for (let token = start; token < end; token++) if (far && advantages[token]! < 0) mask[token] = 0;
  });
  return mask;
}

function needed(values: ArrayLike<number> | null, what: string): ArrayLike<number> {
  if (!values) throw new Error(`The policy loss needs ${what}.`);
  return values;
}

export function policyLoss(input: PolicyLossInput, options: PolicyLossOptions): PolicyLoss {
  const { lengths, logprobs, advantages, importanceRatios, entropyCoef } = input;
  const { loss_type, importance_sampling_level: level, beta, kl_estimator, use_bias_correction_kl } = options;
  const logs = logRatios(level, input);
  const ratios = logs.map(Math.exp);
  const vespo = loss_type === "vespo" ? vespoWeights(input, options) : null;
  const near =
    options.off_policy_mask_threshold === null ? null : nearPolicyMask(input, options.off_policy_mask_threshold);
  const uncertain =
    options.top_entropy_quantile < 1
      ? highEntropyMask(needed(input.entropies, "entropies"), options.top_entropy_quantile)
      : null;
  const reference = beta === 0 ? null : needed(input.referenceLogprobs, "log-probabilities of a reference policy");
  const weights = lossWeights(loss_type, lengths, input.totals);
  const gradient = new Float64Array(logprobs.length);
  const terms = new Float64Array(logprobs.length);
  const kl = reference ? new Float64Array(logprobs.length) : null;
  let total = 0;

  eachCompletion(lengths, (start, end, completion) => {
    const weight = weights[completion]!;
    let bySequence = 0;
    for (let token = start; token < end; token++) {
      const [ratio, logprob, advantage] = [ratios[token]!, logprobs[token]!, advantages[token]!];
      const term = tokenLoss(loss_type, { ratio, logprob, advantage, weight: vespo?.[token] ?? 1 }, options);
      const correction = vespo ? 1 : (importanceRatios?.[token] ?? 1);
      const factor = weight * (near?.[token] ?? 1) * (uncertain?.[token] ?? 1) * correction;
      terms[token] = factor * term.value;
      total += terms[token]!;
      gradient[token]! += factor * term.byLogprob;
      let byLogRatio = factor * term.byLogRatio;
      if (reference && kl) {
        const estimate = klEstimate(kl_estimator, logprob, reference[token]!);
        const scale = use_bias_correction_kl ? ratio : 1;
        kl[token] = estimate * scale;
        const penalty = weight * beta * estimate * scale;
        total += penalty;
        terms[token]! += penalty;
        gradient[token]! += weight * beta * scale * klDerivative(kl_estimator, logprob, reference[token]!);
        if (use_bias_correction_kl) byLogRatio += weight * beta * estimate * ratio;
      }
      if (level === "token") gradient[token]! += byLogRatio;
      else bySequence += byLogRatio;
    }
    if (level === "token") return;
    const share = level === "sequence" ? bySequence / Math.max(end - start, 1) : bySequence;
    for (let token = start; token < end; token++) gradient[token]! += share;
  });

  if (entropyCoef === 0) return { loss: total, policyLoss: total, terms, gradient, entropyGradient: null, ratios, kl };
  const entropies = needed(input.entropies, "entropies");
  const acting = uncertain ?? new Uint8Array(logprobs.length).fill(1);
  const count = Math.max(
    acting.reduce((sum, one) => sum + one, 0),
    1,
  );
  const bonus = acting.reduce((sum, one, token) => sum + one * entropies[token]!, 0) / count;
  const entropyGradient = Float64Array.from(acting, (one) => (-entropyCoef * one) / count);
  return { loss: total - entropyCoef * bonus, policyLoss: total, terms, gradient, entropyGradient, ratios, kl };
}
