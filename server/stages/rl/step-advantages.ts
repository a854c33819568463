/** From a step's rewards to what each of its tokens is to learn: advantages, by groups or by a critic, with the KL in the reward where asked. */
import * as tf from "@tensorflow/tfjs-core";
import { estimateAdvantages, type EstimatedAdvantages } from "../../algorithms/advantage-estimators";
import { generalisedAdvantages, tokenRewards } from "../../algorithms/generalised-advantage";
import type { LossTotals } from "../../algorithms/loss-weights";
import { eachCompletion, meansOf, perTokenOf } from "../../algorithms/packed";
import { explainedVariance } from "../../algorithms/ppo";
import { processAdvantages, type ScoredSteps } from "../../algorithms/process-advantages";
import { whiten } from "../../algorithms/whiten";
import { criticValues } from "../../models/critic";
import { disposePacked, learntNumbers, learntTokens, packSequences, type PackedSequences } from "../../models/packing";
import type { RlSpec } from "../../recipes/stages";
import type { Rollout } from "../../rollouts/generate";
import type { ScoredRollouts } from "./generate-and-score";
import { lengthOf } from "../lengths";
import { logprobsUnder } from "../log-probs";
import type { RlContext } from "./rl-context";
import { stepCredit } from "./step-credit";
import { isMasked, klPenalties, learnsWithoutAdvantage, totalsOf } from "./step-terms";

/** A rollout that an update can learn from, with what is known of its tokens. All arrays `[learnt tokens]`. */
export interface RolloutWithAdvantages {
  readonly rollout: Rollout;
  /** Its place among all rollouts of the step. */
  readonly place: number;
  readonly advantages: Float64Array;
  /** Under the reference policy; null without one. */
  readonly referenceLogprobs: Float32Array | null;
  /** What the critic said before the step, and what it is to say; null without one. */
  readonly values: { readonly old: Float64Array; readonly returns: Float64Array } | null;
}

type WithRollout = Pick<RolloutWithAdvantages, "rollout">;
export const rolloutsOf = (batch: readonly WithRollout[]): Rollout[] => batch.map(({ rollout }) => rollout);
/** Tokens that are learnt: all but those that were inserted in place of drawn ones. */
export const lengthsOf = (batch: readonly WithRollout[]): number[] => batch.map(({ rollout }) => learntTokens(rollout));
export const tokensOf = (batch: readonly WithRollout[]): number =>
  lengthsOf(batch).reduce((sum, length) => sum + length, 0);
export const packRollouts = (batch: readonly WithRollout[]): PackedSequences => packSequences(rolloutsOf(batch));

export interface StepAdvantages {
  /** Of kept groups, with a reward, not cut off where those are masked. */
  readonly rollouts: readonly RolloutWithAdvantages[];
  /** `[samples]` of all groups: means over the tokens; 0 where a sample takes no part. */
  readonly perSample: readonly number[];
  /** Of the critic before the update; null without one. */
  readonly explainedVariance: number | null;
  /** `[samples]` of kept groups: what the rewards gave to their steps; null where the stage asks for none. */
  readonly steps: readonly (ScoredSteps | null)[] | null;
}

export function stepAdvantages(
  rl: Pick<RlContext, "stage" | "policy" | "reference" | "critic" | "parts">,
  scored: ScoredRollouts,
  beta: number,
): StepAdvantages {
  const { stage, policy, parts } = rl;
  const { scores, weights } = scored;
  const samples = scored.rollouts.flatMap(({ group }, sample) => (scored.kept[group] ? [sample] : []));
  const chosen = samples.map((sample) => scored.rollouts[sample]!);
  const rewards = samples.map((sample) => scored.rewards[sample] ?? null);
  const lengths = chosen.map(learntTokens);
  const reference = rl.reference && logprobsUnder(rl.reference.policy, chosen, stage.temperature, parts);
  const penalties =
    reference && stage.kl_in_reward
      ? klPenalties(
          stage,
          chosen.map((rollout) => ({ logprobs: learntNumbers(rollout, rollout.logprobs) })),
          reference,
          beta,
        )
      : null;

  const { advantage_estimator } = stage;
  const { values, ...ofOutcomes } =
    advantage_estimator === "gae"
      ? criticAdvantages(rl, { chosen, rewards, lengths, penalties })
      : {
          ...estimateAdvantages(
            rewards,
            { scores: samples.map((sample) => scores[sample]!), weights, lengths, penalties },
            { ...stage, advantage_estimator },
          ),
          values: null,
        };

  const steps = stage.process_weight > 0 ? stepCredit(scored, policy.tokenizer) : null;
  const ofSteps = steps && samples.map((sample) => steps[sample]!);
  const { perToken, perSample } = ofSteps ? withSteps(stage, ofOutcomes, ofSteps, lengths) : ofOutcomes;

  const ofAll = scored.rollouts.map(() => 0);
  const rollouts: RolloutWithAdvantages[] = [];
  eachCompletion(lengths, (start, end, index) => {
    const [rollout, place] = [chosen[index]!, samples[index]!];
    ofAll[place] = perSample[index]!;
    if (rewards[index] === null || isMasked(stage, rollout)) return;
    rollouts.push({
      rollout,
      place,
      advantages: perToken.slice(start, end),
      referenceLogprobs: reference?.slice(start, end) ?? null,
      values: values && { old: values.old.slice(start, end), returns: values.returns.slice(start, end) },
    });
  });
  return {
    rollouts,
    perSample: ofAll,
    explainedVariance: values && explainedVariance(values.old, values.returns),
    steps: ofSteps,
  };
}

/** Process supervision beside the outcomes: w_o·A_outcome + w_p·A_process, token by token. */
function withSteps(
  { outcome_weight, process_weight, process_credit, num_generations }: RlSpec,
  { perToken: outcome }: EstimatedAdvantages,
  steps: readonly (ScoredSteps | null)[],
  lengths: readonly number[],
): EstimatedAdvantages {
  const process = processAdvantages(steps, lengths, { num_generations, process_credit });
  const perToken = outcome.map((advantage, token) => outcome_weight * advantage + process_weight * process[token]!);
  return { perToken, perSample: meansOf(perToken, lengths) };
}

/** The rollouts that move something: one without advantage does not, unless a KL, an entropy bonus or a critic asks for it. */
export function thatLearn(
  { stage, reference }: Pick<RlContext, "stage" | "reference">,
  rollouts: readonly RolloutWithAdvantages[],
  entropyCoef: number,
): readonly RolloutWithAdvantages[] {
  if (learnsWithoutAdvantage(stage, reference !== null, entropyCoef)) return rollouts;
  return rollouts.filter(({ advantages }) => advantages.some((value) => value !== 0));
}

/** See {@link totalsOf}. */
export function lossTotals(stage: RlSpec, { rollouts, kept }: ScoredRollouts, advantages: StepAdvantages): LossTotals {
  const taking = rollouts.filter(({ group }) => kept[group]);
  return totalsOf(stage, taking.map(learntTokens), lengthsOf(advantages.rollouts));
}

interface CriticInput {
  readonly chosen: readonly Rollout[];
  readonly rewards: readonly (number | null)[];
  readonly lengths: readonly number[];
  readonly penalties: Float64Array | null;
}

/** PPO's advantages, whitened over the tokens of the step (TRL 1.12 `PPOTrainer.train`). A sample without a reward teaches the critic nothing. */
function criticAdvantages(
  { stage, policy, critic, parts }: Pick<RlContext, "stage" | "policy" | "critic" | "parts">,
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
