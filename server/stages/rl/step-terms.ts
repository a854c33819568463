/**
 * What rewards, lengths and settings of an RL step come to before a model is asked: by these a step is learned, and learned again from the traces.
 * No tensors.
 */
import { klEstimate } from "../../algorithms/kl";
import type { LossTotals } from "../../algorithms/loss-weights";
import type { PolicyLossOptions } from "../../algorithms/policy-loss";
import type { FinishReason } from "../../protocol/traces";
import type { RlSpec } from "../../recipes/stages";
import { randomStream, type Random } from "../../shared/random";

/** The loss that a stage asks for, at this step's β. */
export const lossOptions = (stage: RlSpec, beta: number): PolicyLossOptions => ({
  ...stage,
  beta: stage.kl_in_reward ? 0 : beta,
  epsilon_high: stage.epsilon_high ?? stage.epsilon,
  delta: stage.delta ?? null,
  dual_clip: stage.dual_clip ?? null,
  off_policy_mask_threshold: stage.off_policy_mask_threshold ?? null,
});

/** Whether log-probabilities of the policy that sampled are needed: the first update of a step is on-policy, where the ratio is 1 by itself. */
export const isOffPolicy = ({ num_iterations, num_mini_batches }: RlSpec): boolean =>
  num_iterations > 1 || num_mini_batches > 1;

/** Whether a completion is left out of the loss for having been cut off. */
export const isMasked = (
  { mask_truncated_completions }: RlSpec,
  { finishReason }: { readonly finishReason: FinishReason },
): boolean => mask_truncated_completions && finishReason === "length";

/** Whether completions without an advantage move something: a KL in the loss, an entropy bonus or a critic asks for them. */
export const learnsWithoutAdvantage = (stage: RlSpec, hasReference: boolean, entropyCoef: number): boolean =>
  (hasReference && !stage.kl_in_reward) || entropyCoef !== 0 || stage.advantage_estimator === "gae";

/**
 * Completions count in the means of the loss when their group takes part; their tokens when they are not masked.
 *
 * @param taking `[completions]` tokens of those whose group takes part, @param learning of those that can be learned from.
 */
export const totalsOf = (stage: RlSpec, taking: readonly number[], learning: readonly number[]): LossTotals => ({
  completions: taking.length,
  tokens: (stage.mask_truncated_completions ? learning : taking).reduce((sum, length) => sum + length, 0),
  max_completion_length: stage.max_completion_length,
});

/** `[tokens]` β · KL of each token, as the policy was when it sampled. @param reference `[tokens]` of all rollouts. */
export function klPenalties(
  { kl_estimator }: RlSpec,
  rollouts: readonly { readonly logprobs: Float32Array }[],
  reference: ArrayLike<number>,
  beta: number,
): Float64Array {
  let token = 0;
  return Float64Array.from(
    rollouts.flatMap(({ logprobs }) =>
      Array.from(logprobs, (logprob) => beta * klEstimate(kl_estimator, logprob, reference[token++]!)),
    ),
  );
}

/** By which a pass of a step puts its rollouts into mini-batches. */
export const miniBatchOrder =
  (seed: number, stage: string, step: number) =>
  (pass: number): Random =>
    randomStream(seed, "mini-batches", stage, step, pass);
