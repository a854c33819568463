/** The loss of a reward model, which learns from pairs which completion people chose. */
import { logSigmoid, sigmoid } from "./sigmoid";

export interface RewardModelLoss {
  readonly loss: number;
  /** `[pairs]` d loss / d reward. */
  readonly chosenGradient: Float64Array;
  readonly rejectedGradient: Float64Array;
  /** Share of pairs whose chosen completion has the larger reward; a tie is wrong. */
  readonly accuracy: number;
  /** Mean of chosen − rejected. */
  readonly margin: number;
}

/**
 * Mean of −log σ(r_chosen − r_rejected − margin) (Bradley–Terry; arXiv 2203.02155, eq. 1; with a margin Llama 2, arXiv 2307.09288, eq. 2), plus
 * c · mean of (r_chosen + r_rejected)², which centres rewards (arXiv 2312.09244). TRL 1.16, `RewardTrainer.compute_loss`.
 *
 * @param chosen `[pairs]` rewards, `rejected` likewise. @param margins `[pairs]`; null: none. @param center_rewards_coefficient c; null: none.
 */
export function rewardModelLoss(
  chosen: ArrayLike<number>,
  rejected: ArrayLike<number>,
  margins: ArrayLike<number> | null,
  center_rewards_coefficient: number | null,
): RewardModelLoss {
  const pairs = chosen.length;
  const chosenGradient = new Float64Array(pairs);
  const rejectedGradient = new Float64Array(pairs);
  let [loss, right, margin] = [0, 0, 0];
  for (let pair = 0; pair < pairs; pair++) {
    const [won, lost] = [chosen[pair]!, rejected[pair]!];
    const lead = won - lost - (margins?.[pair] ?? 0);
    const centre = center_rewards_coefficient ?? 0;
    loss += (centre * (won + lost) ** 2 - logSigmoid(lead)) / pairs;
    chosenGradient[pair] = (2 * centre * (won + lost) - sigmoid(-lead)) / pairs;
    rejectedGradient[pair] = (2 * centre * (won + lost) + sigmoid(-lead)) / pairs;
    if (won > lost) right++;
    margin += (won - lost) / pairs;
  }
  return { loss, chosenGradient, rejectedGradient, accuracy: right / pairs, margin };
}
