/** The critic's part of a PPO update: its loss, and where it is a model of its own, its update. */
import type * as tf from "@tensorflow/tfjs-core";
import { concatenate } from "../../algorithms/packed";
import { valueLoss, type ValueLoss } from "../../algorithms/ppo";
import { carryBack } from "../../engine/carry-back";
import { criticValues, type Critic } from "../../models/critic";
import type { RlSpec } from "../../recipes/stages";
import { lengthOf } from "../lengths";
import { gradientsOf } from "../micro-batches";
import { applyFinite } from "../non-finite";
import type { Learner } from "./rl-context";
import { packRollouts, tokensOf, type RolloutWithAdvantages } from "./step-advantages";

export type ValueSum = Pick<ValueLoss, "loss" | "clipFraction">;

export interface CriticUpdate extends ValueSum {
  readonly gradNorm: number;
}

/** The critic where it reads the policy's hidden states, so that both have one loss; else null. */
export const sharingTrunk = (critic: Critic | null): Critic | null => (critic && !critic.trunk ? critic : null);

/** Of parts, each of which divides by the numbers of the whole. */
export const summedValues = (values: readonly ValueSum[]): ValueSum => ({
  loss: values.reduce((sum, { loss }) => sum + loss, 0),
  clipFraction: values.reduce((sum, { clipFraction }) => sum + clipFraction, 0),
});

/** The critic's loss, and a scalar whose gradient is that of the loss. `count`: tokens of the mini-batch. */
export function valueTerm(
  stage: RlSpec,
  values: tf.Tensor1D,
  part: readonly RolloutWithAdvantages[],
  count: number,
): { readonly value: ValueLoss; readonly slope: tf.Scalar } {
  const old = concatenate(part.map((rollout) => rollout.values!.old));
  const returns = concatenate(part.map((rollout) => rollout.values!.returns));
  const value = valueLoss(values.dataSync(), old, returns, stage.cliprange_value, count);
  return { value, slope: carryBack(values, value.gradient) };
}

/** One update of a critic that is a model of its own; null without one. Throws a NonFiniteStep before it applies what is not finite. */
export function updateCritic(
  { stage, policy, critic, parts }: Learner,
  batch: readonly RolloutWithAdvantages[],
  learning_rate: number,
): CriticUpdate | null {
  if (!critic?.trunk) return null;
  const found: ValueLoss[] = [];
  const { gradients } = gradientsOf(
    critic.parameters,
    parts(batch, ({ rollout }) => lengthOf(rollout)),
    packRollouts,
    (packed, part) => {
      const { value, slope } = valueTerm(stage, criticValues(critic, policy, packed), part, tokensOf(batch));
      found.push(value);
      return slope;
    },
    parts,
  );
  // The critic's rate keeps its proportion to the policy's through warm-up and schedule.
  const rate = (learning_rate / stage.learning_rate) * (stage.critic_learning_rate ?? stage.learning_rate);
  const gradNorm = applyFinite(critic.parameters, gradients, critic.optimizer, { ...stage, learning_rate: rate });
  return { ...summedValues(found), gradNorm };
}
