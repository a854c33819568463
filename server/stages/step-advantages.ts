/** From a step's rewards to what each of its tokens is to learn: advantages, by groups or by a critic, with the KL in the reward where asked. */
import * as tf from "@tensorflow/tfjs-core";
import { estimateAdvantages } from "../algorithms/advantage-estimators";
import { groupAdvantages, type Advantages } from "../algorithms/advantages";
import { generalisedAdvantages, tokenRewards } from "../algorithms/generalised-advantage";
import { klEstimate } from "../algorithms/kl";
import { eachCompletion, meansOf, perTokenOf } from "../algorithms/packed";
import { explainedVariance } from "../algorithms/ppo";
import { whiten } from "../algorithms/whiten";
import { criticValues, type Critic } from "../models/critic";
import { disposePacked, packSequences } from "../models/packing";
import type { Policy } from "../models/policy";
import type { RlSpec } from "../recipes/stages";
import type { Rollout } from "../rollouts/generate";
import type { Gathered } from "./gather-rollouts";
import type { Lesson } from "./policy-update";
import { lengthOf } from "./lengths";
import { whole, type Parts } from "./micro-batches";
import { logprobsUnder } from "./reference";

export interface StepAdvantages {
  /** Rewards, and which groups have equal ones, of all groups. */
  readonly groups: Advantages;
  /** `[samples]` of all groups: means over the tokens; 0 where a sample takes no part. */
  readonly perSample: readonly number[];
  /** Of the rollouts that can teach: kept groups, with a reward, not cut off where those are masked. `samples` `[lessons]` are their indices. */
  readonly lessons: readonly Lesson[];
  readonly samples: readonly number[];
  /** Of the critic before the update; null without one. */
  readonly explainedVariance: number | null;
}

export interface AdvantageInput {
  readonly policy: Policy;
  readonly reference: Policy | null;
  readonly critic: Critic | null;
  readonly beta: number;
  /** How the step's completions go through the models. Unset: all together. */
  readonly parts?: Parts;
}

export function stepAdvantages(stage: RlSpec, gathered: Gathered, input: AdvantageInput): StepAdvantages {
  const { num_generations: size } = stage;
  const { rollouts, kept, scores, weights } = gathered;
  const groups = groupAdvantages(scores, weights, stage);
  const samples = rollouts.flatMap(({ group }, sample) => (kept[group] ? [sample] : []));
  const chosen = samples.map((sample) => rollouts[sample]!);
  const rewards = samples.map((sample) => groups.rewards[sample] ?? null);
  const lengths = chosen.map(({ completion }) => completion.length);
  const reference = input.reference ? logprobsUnder(input.reference, chosen, stage.temperature, input.parts) : null;
  const penalties = reference && stage.kl_in_reward ? klPenalties(stage, chosen, reference, input.beta) : null;

  const estimated =
    stage.advantage_estimator === "gae"
      ? criticAdvantages(stage, input, { chosen, rewards, lengths, penalties })
      : {
          ...estimateAdvantages(
            rewards,
            { scores: samples.map((sample) => scores[sample]!), weights, lengths, penalties },
            { ...stage, advantage_estimator: stage.advantage_estimator, num_generations: size },
          ),
          values: null,
        };

  const perSample = rollouts.map(() => 0);
  const lessons: Lesson[] = [];
  const taught: number[] = [];
  eachCompletion(lengths, (start, end, index) => {
    const sample = samples[index]!;
    perSample[sample] = estimated.perSample[index]!;
    const truncated = stage.mask_truncated_completions && chosen[index]!.finishReason === "length";
    if (rewards[index] === null || truncated) return;
    taught.push(sample);
    lessons.push({
      rollout: chosen[index]!,
      advantages: estimated.perToken.slice(start, end),
      referenceLogprobs: reference?.slice(start, end) ?? null,
      values: estimated.values && {
        old: estimated.values.old.slice(start, end),
        returns: estimated.values.returns.slice(start, end),
      },
    });
  });
  return {
    ...{ groups, perSample, lessons, samples: taught },
    explainedVariance: estimated.values ? explainedVariance(estimated.values.old, estimated.values.returns) : null,
  };
}

/** `[tokens]` β · KL of each token, as the policy was when it sampled. */
function klPenalties(stage: RlSpec, rollouts: readonly Rollout[], reference: Float32Array, beta: number): Float64Array {
  let token = 0;
  return Float64Array.from(
    rollouts.flatMap(({ logprobs }) =>
      Array.from(logprobs, (logprob) => beta * klEstimate(stage.kl_estimator, logprob, reference[token++]!)),
    ),
  );
}

interface CriticInput {
  readonly chosen: readonly Rollout[];
  readonly rewards: readonly (number | null)[];
  readonly lengths: readonly number[];
  readonly penalties: Float64Array | null;
}

/** PPO's advantages, whitened over the tokens of the step (TRL 1.12 `PPOTrainer.train`). A sample without a reward teaches the critic nothing. */
function criticAdvantages(
  stage: RlSpec,
  { critic, policy, parts = whole }: AdvantageInput,
  { chosen, rewards, lengths, penalties }: CriticInput,
) {
  if (!critic) throw new Error("The advantage estimator gae needs a critic.");
  const old = Float64Array.from(
    parts(chosen, lengthOf).flatMap((part) => {
      const packed = packSequences(part);
      const values = tf.tidy(() => Array.from(criticValues(critic, policy, packed).dataSync()));
      disposePacked(packed);
      return values;
    }),
  );
  const scores = rewards.map((reward) => reward ?? 0);
  const paid = tokenRewards(lengths, scores, penalties);
  const { advantages, returns } = generalisedAdvantages(
    lengths,
    stage.whiten_rewards ? whiten(paid, false) : paid,
    old,
    stage,
  );
  const scored = perTokenOf(
    rewards.map((reward) => (reward === null ? 0 : 1)),
    lengths,
  );
  const whitened = whiten(advantages.filter((_, token) => scored[token] === 1));
  let at = 0;
  const perToken = advantages.map((_, token) => (scored[token] === 1 ? whitened[at++]! : 0));
  return { perToken, perSample: meansOf(perToken, lengths), values: { old, returns } };
}
