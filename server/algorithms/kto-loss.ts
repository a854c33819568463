/** Preferences without pairs: completions that are desirable or not (KTO, arXiv 2402.01306). Conventions are TRL's (1.16, `KTOTrainer`). */
import { eachCompletion } from "./packed";
import type { Completions } from "./preference-loss";
import { sigmoid } from "./sigmoid";

export interface KtoLossOptions {
  /** `apo_zero_unpaired` compares with a reward of 0 (APO, arXiv 2408.06266, eq. 7), `kto` with the mean KL of the batch. */
  readonly loss_type: "kto" | "apo_zero_unpaired";
  readonly beta: number;
  readonly desirable_weight: number;
  readonly undesirable_weight: number;
}

export interface KtoLoss {
  readonly loss: number;
  /** `[tokens]` d loss / d log π. */
  readonly gradient: Float64Array;
  /** The KL that rewards were compared with. */
  readonly kl: number;
  /** `[completions]` β · log(π / π_ref). */
  readonly rewards: number[];
}

/** max(0, mean of log(π / π_ref) over completions that belong to other prompts): the reference point of `kto`, a constant. */
export const ktoReferencePoint = (logps: readonly number[], referenceLogps: readonly number[]): number =>
  Math.max(logps.reduce((sum, logp, index) => sum + logp - referenceLogps[index]!, 0) / Math.max(logps.length, 1), 0);

/**
 * Mean over completions of λ_D · (1 − σ(β(ℓ − z))) for desirable, λ_U · (1 − σ(β(z − ℓ))) for undesirable ones, ℓ the log-ratio of a completion
 * (KTO eq. 7 and 8).
 *
 * @param desirable `[completions]`
 * @param referencePoint z, {@link ktoReferencePoint}; `apo_zero_unpaired` takes 0 in its place.
 */
export function ktoLoss(
  { lengths, logprobs, referenceLogprobs }: Completions,
  desirable: readonly boolean[],
  referencePoint: number,
  { loss_type, beta, desirable_weight, undesirable_weight }: KtoLossOptions,
): KtoLoss {
  const kl = loss_type === "kto" ? referencePoint : 0;
  const gradient = new Float64Array(logprobs.length);
  const rewards = lengths.map(() => 0);
  let loss = 0;
  eachCompletion(lengths, (start, end, completion) => {
    let logRatio = 0;
    for (let token = start; token < end; token++) logRatio += logprobs[token]! - referenceLogprobs[token]!;
    rewards[completion] = beta * logRatio;
    const sign = desirable[completion]! ? 1 : -1;
    const weight = (desirable[completion]! ? desirable_weight : undesirable_weight) / lengths.length;
    const margin = sign * beta * (logRatio - kl);
    loss += weight * sigmoid(-margin);
    gradient.fill(-weight * sign * beta * sigmoid(margin) * sigmoid(-margin), start, end);
  });
  return { loss, gradient, kl, rewards };
}
