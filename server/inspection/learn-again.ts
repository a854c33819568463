/** Learns a recorded step again: rewards → advantages → the policy loss with its gradients, by the functions that train. */
import { advantageEstimators, estimateAdvantages, type AdvantageEstimator } from "../algorithms/advantage-estimators";
import { equalRewards, rewardSums } from "../algorithms/advantages";
import { concatenate, eachCompletion } from "../algorithms/packed";
import { policyLoss, type PolicyLoss } from "../algorithms/policy-loss";
import { clippedSide } from "../algorithms/token-losses";
import type { RewardOutcome } from "../protocol/traces";
import type { RlSpec } from "../recipes/stages";
import type { TrainedRollout } from "../runs/trace-step";
import type { StepFunctions } from "../scoring/rescored-step";
import { UserError } from "../shared/user-error";
import { miniBatches } from "../stages/rl/mini-batches";
import { punishmentOf, scoresOf } from "../stages/rl/sample-scores";
import {
  isMasked,
  isOffPolicy,
  klPenalties,
  learnsWithoutAdvantage,
  lossOptions,
  miniBatchOrder,
  totalsOf,
} from "../stages/rl/step-terms";

/** A step to be learned, as it was or changed. */
export interface StepToLearn {
  readonly seed: number;
  readonly stage: RlSpec;
  readonly step: number;
  readonly functions: StepFunctions;
  readonly rollouts: readonly TrainedRollout[];
  readonly beta: number;
  readonly entropyCoef: number;
}

/** What the loss does to the tokens of one rollout. All `[tokens]`. */
export interface LearnedTokens {
  readonly advantages: Float64Array;
  /** d loss / d log π. */
  readonly gradient: Float64Array;
  /** What each token adds to the policy loss. */
  readonly terms: Float64Array;
  /** 1 where the clip stops the gradient. */
  readonly clipped: Uint8Array;
}

export interface LearnedStep {
  /** `[rollouts]` weighted sums; null where no reward scored it. */
  readonly rewards: readonly (number | null)[];
  /** `[rollouts]` means over the tokens; 0 where a rollout takes no part. */
  readonly advantages: readonly number[];
  /** `[rollouts]` null where nothing was learned from it. */
  readonly tokens: readonly (LearnedTokens | null)[];
  /** Mean over the updates of the last pass, without the entropy bonus, as the run records it. */
  readonly policyLoss: number;
  /** What stands in for what is not stored. */
  readonly standIns: ReadonlySet<StandIn>;
}

export type StandIn = "sampled-logprobs" | "ratio-logprobs" | "sampled-entropies";

const missing: RewardOutcome = { kind: "not-applicable" };

const isEstimator = (name: string): name is AdvantageEstimator => advantageEstimators.some((known) => known === name);

const lengthOf = ({ perToken }: TrainedRollout): number => perToken.tokens.length;

/** `[tokens]` log π of the policy as the last pass found it, and what stands in where that is not stored. */
function logprobsOf(stage: RlSpec, { perToken }: TrainedRollout, standIns: Set<StandIn>): Float64Array {
  const { logprobs, oldLogprobs, ratio } = perToken;
  if (stage.num_iterations > 1 && oldLogprobs && ratio) {
    // The first pass' are stored; those of the last are in the ratio.
    standIns.add("ratio-logprobs");
    const share = stage.importance_sampling_level === "sequence_sum" ? 1 / Math.max(ratio.length, 1) : 1;
    return Float64Array.from(oldLogprobs, (old, token) => old + share * Math.log(ratio[token]!));
  }
  if (logprobs) return Float64Array.from(logprobs);
  if (!oldLogprobs)
    throw new UserError(
      "The log-probabilities of this step are not stored, perhaps since a clean-up deleted them: its loss cannot be made again.",
    );
  standIns.add("sampled-logprobs");
  return Float64Array.from(oldLogprobs);
}

function oldLogprobsOf({ perToken: { oldLogprobs } }: TrainedRollout): Float32Array {
  if (oldLogprobs) return oldLogprobs;
  throw new UserError("The log-probabilities of sampling are not stored for this step: its loss cannot be made again.");
}

const referenceProblem =
  "The run recorded no log-probabilities of a reference policy for this step (it trained with `beta` 0): no KL can be computed.";

function referenceOf({ perToken: { referenceLogprobs } }: TrainedRollout): Float32Array {
  if (referenceLogprobs) return referenceLogprobs;
  throw new UserError(referenceProblem);
}

const isDrawn = ({ perToken: { oldLogprobs } }: TrainedRollout, token: number): boolean =>
  !Number.isNaN(oldLogprobs?.[token] ?? 0);

/** The rollout without the tokens that were inserted in place of drawn ones. */
function withDrawnTokens(rollout: TrainedRollout): TrainedRollout {
  const { perToken } = rollout;
  if (perToken.oldLogprobs?.some(Number.isNaN) !== true) return rollout;
  const drawn = (_: unknown, token: number): boolean => isDrawn(rollout, token);
  const { tokens, logprobs, oldLogprobs, referenceLogprobs, entropy, ratio, clipped } = perToken;
  return {
    ...rollout,
    perToken: {
      ...perToken,
      tokens: tokens.filter(drawn),
      logprobs: logprobs && logprobs.filter(drawn),
      oldLogprobs: oldLogprobs.filter(drawn),
      referenceLogprobs: referenceLogprobs && referenceLogprobs.filter(drawn),
      entropy: entropy && entropy.filter(drawn),
      ratio: ratio && ratio.filter(drawn),
      clipped: clipped && clipped.filter(drawn),
    },
  };
}

/** Numbers of drawn tokens as numbers of all: 0 for the others, which take no part. */
const placed =
  (rollout: TrainedRollout) =>
  (values: ArrayLike<number>): Float64Array => {
    let at = 0;
    return Float64Array.from(rollout.perToken.tokens, (_, token) => (isDrawn(rollout, token) ? values[at++]! : 0));
  };

interface Learning {
  readonly place: number;
  readonly rollout: TrainedRollout;
  readonly advantages: Float64Array;
}

/** Throws an Error for people where something that it takes is not stored. */
export function learnAgain(of: StepToLearn): LearnedStep {
  const { stage, functions, beta, entropyCoef } = of;
  const whole = of.rollouts;
  /** Tokens that were inserted in place of drawn ones take no part. */
  const rollouts = whole.map(withDrawnTokens);
  const { advantage_estimator, num_generations: size } = stage;
  if (!isEstimator(advantage_estimator)) throw new UserError(`${advantage_estimator} needs what is not stored.`);
  const standIns = new Set<StandIn>();
  const scores = rollouts.map((rollout, place) => {
    const own = scoresOf(functions.names.map((name) => rollout.rewards[name] ?? missing));
    return stage.soft_punish_cache > 0 ? [...own, punishmentOf(stage, lengthOf(whole[place]!), own)] : own;
  });
  const rewards = rewardSums(scores, functions.weights);
  const equal = equalRewards(rewards, size);
  const isKept = (place: number): boolean => !stage.dynamic_sampling || !equal[Math.floor(place / size)]!;
  const taking = rollouts.flatMap((_, place) => (isKept(place) ? [place] : []));
  const lengths = taking.map((place) => lengthOf(rollouts[place]!));
  const hasReference = beta !== 0;
  const penalties =
    hasReference && stage.kl_in_reward
      ? klPenalties(
          stage,
          taking.map((place) => ({ logprobs: oldLogprobsOf(rollouts[place]!) })),
          concatenate(taking.map((place) => referenceOf(rollouts[place]!))),
          beta,
        )
      : null;
  const estimated = estimateAdvantages(
    taking.map((place) => rewards[place]!),
    { scores: taking.map((place) => scores[place]!), weights: functions.weights, lengths, penalties },
    { ...stage, advantage_estimator },
  );
  const advantages = rollouts.map(() => 0);
  const able: Learning[] = [];
  eachCompletion(lengths, (start, end, index) => {
    const place = taking[index]!;
    const rollout = rollouts[place]!;
    advantages[place] = estimated.perSample[index]!;
    if (rewards[place] === null || isMasked(stage, rollout)) return;
    able.push({ place, rollout, advantages: estimated.perToken.slice(start, end) });
  });
  const totals = totalsOf(
    stage,
    lengths,
    able.map(({ rollout }) => lengthOf(rollout)),
  );
  const learning = learnsWithoutAdvantage(stage, hasReference, entropyCoef)
    ? able
    : able.filter((one) => one.advantages.some((value) => value !== 0));

  const batches = miniBatches(learning.length, stage, miniBatchOrder(of.seed, stage.name, of.step));
  const last = batches.filter(({ pass }) => pass === batches.at(-1)!.pass);
  // A mini-batch stands for its share of the step.
  const share = 1 / stage.num_mini_batches;
  const tokens: (LearnedTokens | null)[] = rollouts.map(() => null);
  let sum = 0;
  for (const { places } of last) {
    const batch = places.map((place) => learning[place]!);
    const loss = lossOn(of, batch, {
      standIns,
      totals: { ...totals, completions: totals.completions * share, tokens: totals.tokens * share },
    });
    sum += loss.policyLoss;
    const options = lossOptions(stage, beta);
    eachCompletion(
      batch.map(({ rollout }) => lengthOf(rollout)),
      (start, end, index) => {
        const { place, advantages: own } = batch[index]!;
        const ofAll = placed(whole[place]!);
        const clipped = Array.from(loss.ratios.subarray(start, end), (ratio, token) =>
          clippedSide(stage.loss_type, ratio, own[token]!, options) === null ? 0 : 1,
        );
        tokens[place] = {
          advantages: ofAll(own),
          gradient: ofAll(loss.gradient.subarray(start, end)),
          terms: ofAll(loss.terms.subarray(start, end)),
          clipped: Uint8Array.from(ofAll(clipped)),
        };
      },
    );
  }
  return { rewards, advantages, tokens, policyLoss: last.length === 0 ? 0 : sum / last.length, standIns };
}

function lossOn(
  { stage, beta, entropyCoef }: StepToLearn,
  batch: readonly Learning[],
  { standIns, totals }: { readonly standIns: Set<StandIn>; readonly totals: ReturnType<typeof totalsOf> },
): PolicyLoss {
  const needsEntropies = stage.top_entropy_quantile < 1 || entropyCoef !== 0;
  if (needsEntropies) standIns.add("sampled-entropies");
  const options = lossOptions(stage, beta);
  return policyLoss(
    {
      lengths: batch.map(({ rollout }) => lengthOf(rollout)),
      advantages: concatenate(batch.map(({ advantages }) => advantages)),
      logprobs: concatenate(batch.map(({ rollout }) => logprobsOf(stage, rollout, standIns))),
      oldLogprobs: isOffPolicy(stage) ? concatenate(batch.map(({ rollout }) => oldLogprobsOf(rollout))) : null,
      referenceLogprobs: options.beta === 0 ? null : concatenate(batch.map(({ rollout }) => referenceOf(rollout))),
      entropies: needsEntropies
        ? concatenate(batch.map(({ rollout }) => rollout.perToken.entropy ?? new Float32Array(lengthOf(rollout))))
        : null,
      importanceRatios: null,
      totals,
      entropyCoef,
    },
    options,
  );
}
