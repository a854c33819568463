/** One update of the policy on a mini-batch: its loss with its gradients, and AdamW. A critic that shares the policy's trunk is a part of both. */
import * as tf from "@tensorflow/tfjs-core";
import type { LossTotals } from "../../algorithms/loss-weights";
import { concatenate } from "../../algorithms/packed";
import { policyLoss, type PolicyLoss } from "../../algorithms/policy-loss";
import { carryBack } from "../../engine/carry-back";
import { nextNoise, withNoise } from "../../models/adapter-dropout";
import { valuesOfRows } from "../../models/critic";
import { completionRows, learntNumbers, logProbsOfRows } from "../../models/packing";
import type { RlSpec } from "../../recipes/stages";
import { sharingTrunk, summedValues, valueTerm, type CriticUpdate, type ValueSum } from "./critic-update";
import { lengthOf } from "../lengths";
import { joinedFloats, logProbsOf, readLogProbs, type LogProbs } from "../log-probs";
import { gradientsOf } from "../micro-batches";
import { applyFinite, checkGradients, checkLoss, checkTokens, namedRollouts } from "../non-finite";
import type { Learner } from "./rl-context";
import { isOffPolicy, lossOptions } from "./step-terms";
import { lengthsOf, packRollouts, rolloutsOf, tokensOf, type RolloutWithAdvantages } from "./step-advantages";

/** What the loss of a step is made with. */
export interface LossTerms {
  /** β of the KL in the loss, and c of the entropy bonus, of this step. */
  readonly beta: number;
  readonly entropyCoef: number;
  /** Of the whole step, rollouts that do not learn included. */
  readonly totals: LossTotals;
}

/** What an update found, of its mini-batch. */
export interface PolicyGradients {
  readonly loss: PolicyLoss;
  /** `[tokens]` of the policy as the update found it. */
  readonly logprobs: Float32Array;
  /** Of a critic that shares the policy's trunk; null without one. */
  readonly values: ValueSum | null;
  /** The caller's to dispose. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
}

export interface Update extends Omit<PolicyGradients, "gradients" | "values"> {
  readonly pass: number;
  /** Indices of the rollouts that it learned from. */
  readonly places: readonly number[];
  readonly batch: readonly RolloutWithAdvantages[];
  /** Global norm before clipping. */
  readonly gradNorm: number;
  readonly critic: CriticUpdate | null;
}

/** The policy's loss on rollouts, one after the other, of what it says of their tokens. */
function lossOn(
  stage: RlSpec,
  batch: readonly RolloutWithAdvantages[],
  { logprobs, entropies }: LogProbs,
  { beta, entropyCoef, totals }: LossTerms,
): PolicyLoss {
  const joined = (of: (rollout: RolloutWithAdvantages) => ArrayLike<number>): Float64Array =>
    concatenate(batch.map(of));
  const advantages = joined((rollout) => rollout.advantages);
  checkTokens("advantage", advantages, namedRollouts(rolloutsOf(batch)));
  return policyLoss(
    {
      lengths: lengthsOf(batch),
      advantages,
      logprobs,
      entropies,
      totals,
      entropyCoef,
      importanceRatios: null,
      oldLogprobs: isOffPolicy(stage) ? joined(({ rollout }) => learntNumbers(rollout, rollout.logprobs)) : null,
      referenceLogprobs: batch.every(({ referenceLogprobs }) => referenceLogprobs)
        ? joined(({ referenceLogprobs }) => referenceLogprobs!)
        : null,
    },
    lossOptions(stage, beta),
  );
}

/** Throws a NonFiniteStep where a number of a token is not finite. */
export function policyGradients(
  { stage, policy, critic, parts: split }: Learner,
  batch: readonly RolloutWithAdvantages[],
  terms: LossTerms,
): PolicyGradients {
  // A mini-batch stands for its share of the step.
  const share = 1 / stage.num_mini_batches;
  const { completions, tokens } = terms.totals;
  const own = { ...terms, totals: { ...terms.totals, completions: completions * share, tokens: tokens * share } };
  const shared = sharingTrunk(critic);
  const parts = split(batch, ({ rollout }) => lengthOf(rollout));
  // What compares the entropies of all tokens is computed of all of them, before their parts are.
  const noise = nextNoise();
  const sayOfAll = (): LogProbs => logProbsOf(policy, parts.map(rolloutsOf), stage.temperature);
  const ofAll =
    parts.length > 1 && (terms.entropyCoef !== 0 || stage.top_entropy_quantile < 1)
      ? sliced(lossOn(stage, batch, withNoise(noise, sayOfAll), own), parts)
      : null;

  const losses: PolicyLoss[] = [];
  const logprobs: Float32Array[] = [];
  const values: ValueSum[] = [];
  const parameters = shared ? new Map([...policy.trained, ...shared.parameters]) : policy.trained;
  const { gradients } = gradientsOf(
    parameters,
    parts,
    packRollouts,
    (packed, part, index) => {
      const named = namedRollouts(rolloutsOf(part));
      const rows = completionRows(policy, packed);
      const said = logProbsOfRows(policy, rows, packed, stage.temperature);
      const numbers = readLogProbs(said);
      checkTokens("log-probability", numbers.logprobs, named);
      checkTokens("entropy", numbers.entropies, named);
      const loss = ofAll?.[index] ?? lossOn(stage, part, numbers, own);
      checkTokens("loss' slope", loss.gradient, named);
      checkLoss(loss.loss);
      losses.push(loss);
      logprobs.push(numbers.logprobs);
      const byLogProbs = carryBack(said.logprobs, loss.gradient);
      const moved = loss.entropyGradient
        ? tf.add<tf.Scalar>(byLogProbs, carryBack(said.entropies, loss.entropyGradient))
        : byLogProbs;
      if (!shared) return moved;
      const { value, slope } = valueTerm(stage, valuesOfRows(shared, rows), part, tokensOf(batch));
      values.push(value);
      return tf.add<tf.Scalar>(moved, tf.mul(slope, stage.vf_coef));
    },
    split,
    noise,
  );
  return {
    loss: joinedLoss(losses),
    logprobs: joinedFloats(logprobs),
    values: shared ? summedValues(values) : null,
    gradients,
  };
}

/** AdamW, of the policy and of a critic that shares its trunk: both parts of one loss are applied, or none. Disposes the gradients. */
export function applyPolicyGradients(
  { stage, policy, optimizer, critic }: Learner,
  { gradients, values }: Pick<PolicyGradients, "gradients" | "values">,
  learning_rate: number,
): { readonly gradNorm: number; readonly critic: CriticUpdate | null } {
  const settings = { ...stage, learning_rate };
  const of = (names: Iterable<string>): Map<string, tf.Tensor> =>
    new Map([...names].map((name) => [name, gradients.get(name)!]));
  try {
    if (!critic || !values)
      return { gradNorm: applyFinite(policy.trained, gradients, optimizer, settings), critic: null };
    checkGradients(gradients);
    const gradNorm = applyFinite(policy.trained, of(policy.trained.keys()), optimizer, settings);
    const norm = applyFinite(critic.parameters, of(critic.parameters.keys()), critic.optimizer, settings);
    return { gradNorm, critic: { ...values, gradNorm: norm } };
  } finally {
    tf.dispose([...gradients.values()]);
  }
}

/** The loss of all parts as one of each: the value stands with the first. */
function sliced(loss: PolicyLoss, parts: readonly (readonly RolloutWithAdvantages[])[]): PolicyLoss[] {
  let start = 0;
  return parts.map((part, index) => {
    const end = start + tokensOf(part);
    const cut = <T extends Float64Array | null>(values: T): T => (values && values.subarray(start, end)) as T;
    const own: PolicyLoss = {
      loss: index === 0 ? loss.loss : 0,
      policyLoss: index === 0 ? loss.policyLoss : 0,
      terms: cut(loss.terms),
      gradient: cut(loss.gradient),
      entropyGradient: cut(loss.entropyGradient),
      ratios: cut(loss.ratios),
      kl: cut(loss.kl),
    };
    start = end;
    return own;
  });
}

/** The loss of a mini-batch from those of its parts, each of which divides by the numbers of the whole. */
function joinedLoss(losses: readonly PolicyLoss[]): PolicyLoss {
  const [only] = losses;
  if (only && losses.length === 1) return only;
  const joined = (of: (loss: PolicyLoss) => Float64Array | null): Float64Array | null => {
    const arrays = losses.flatMap((loss) => of(loss) ?? []);
    return arrays.length < losses.length ? null : concatenate(arrays);
  };
  return {
    loss: losses.reduce((sum, { loss }) => sum + loss, 0),
    policyLoss: losses.reduce((sum, { policyLoss: own }) => sum + own, 0),
    terms: concatenate(losses.map(({ terms }) => terms)),
    gradient: concatenate(losses.map(({ gradient }) => gradient)),
    entropyGradient: joined(({ entropyGradient }) => entropyGradient),
    ratios: concatenate(losses.map(({ ratios }) => ratios)),
    kl: joined(({ kl }) => kl),
  };
}
