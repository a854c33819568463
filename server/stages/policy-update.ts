/** The updates of an RL step: passes over the rollouts that teach something, in mini-batches, of the policy and, with PPO, of its critic. */
import * as tf from "@tensorflow/tfjs-core";
import type { LossTotals } from "../algorithms/loss-weights";
import { eachCompletion } from "../algorithms/packed";
import { policyLoss, type PolicyLoss, type PolicyLossOptions } from "../algorithms/policy-loss";
import { valueLoss, type ValueLoss } from "../algorithms/ppo";
import { randomPermutation, type Random } from "../algorithms/random";
import { clippedSide, type ClippedSide } from "../algorithms/token-losses";
import { applyGradients, lossAndGradients, type OptimizerState } from "../engine/optimizer";
import { fused } from "../engine/fused-operations";
import { criticValues, valuesOfRows, type Critic } from "../models/critic";
import { completionRows, disposePacked, packSequences, type PackedSequences } from "../models/packing";
import type { Policy } from "../models/policy";
import { outputTable } from "../models/transformer";
import type { RlSpec } from "../recipes/stages";
import type { Rollout } from "../rollouts/generate";
import { checkGradients, checkTokens, NonFiniteStep } from "./non-finite";
import type { UpdateRecords } from "./rollout-records";

/** A rollout that the update learns from, with what is known of its tokens. All arrays `[tokens]`. */
export interface Lesson {
  readonly rollout: Rollout;
  readonly advantages: Float64Array;
  /** Under the reference policy; null without one. */
  readonly referenceLogprobs: Float32Array | null;
  /** What the critic said before the step, and what it is to say; null without one. */
  readonly values: { readonly old: Float64Array; readonly returns: Float64Array } | null;
}

export interface UpdateInput {
  readonly policy: Policy;
  readonly optimizer: OptimizerState;
  readonly critic: Critic | null;
  readonly learning_rate: number;
  readonly lessons: readonly Lesson[];
  /** Of the whole step, rollouts that teach nothing included. */
  readonly totals: LossTotals;
  /** β of the KL in the loss, and c of the entropy bonus, of this step. */
  readonly beta: number;
  readonly entropyCoef: number;
  /** Order of mini-batches, by pass. */
  readonly random: (iteration: number) => Random;
}

export interface CriticUpdate {
  readonly loss: number;
  readonly gradNorm: number;
  readonly clipFraction: number;
}

export interface UpdateResult {
  /** Mean over the updates of the last pass; near 0 when on-policy, while the gradient is not. */
  readonly loss: number;
  readonly policyLoss: number;
  /** Global norm before and after clipping, mean over the updates of the last pass. */
  readonly gradNorm: number;
  readonly gradNormClipped: number;
  readonly critic: CriticUpdate | null;
  /** Per lesson: the policy as its first update found it, and ratio and clip of the last pass. */
  readonly records: readonly (UpdateRecords & { readonly sides: readonly (ClippedSide | null)[] })[];
}

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
const isOffPolicy = (stage: RlSpec): boolean => stage.num_iterations > 1 || stage.num_mini_batches > 1;

/** Throws {@link NonFiniteStep} before anything is applied of an update that is not finite. */
export function updatePolicy(stage: RlSpec, input: UpdateInput): UpdateResult {
  const records: (UpdateResult["records"][number] | undefined)[] = input.lessons.map(() => undefined);
  let last: MiniBatchResult[] = [];
  let updates = 0;
  for (let iteration = 0; iteration < stage.num_iterations; iteration++) {
    last = [];
    for (const chosen of miniBatches(input.lessons.length, stage.num_mini_batches, () => input.random(iteration))) {
      const lessons = chosen.map((index) => input.lessons[index]!);
      const result = counted(updates++, () => updateOnce(stage, input, lessons));
      last.push(result);
      splitRecords(result).forEach((record, at) => {
        const first = records[chosen[at]!];
        records[chosen[at]!] = { ...record, logprobs: first?.logprobs ?? record.logprobs };
      });
    }
  }
  const mean = (of: (result: MiniBatchResult) => number): number =>
    last.reduce((sum, result) => sum + of(result), 0) / last.length;
  return {
    loss: mean(({ loss }) => loss.loss),
    policyLoss: mean(({ loss }) => loss.policyLoss),
    gradNorm: mean(({ gradNorm }) => gradNorm),
    gradNormClipped: mean(({ gradNorm }) => Math.min(gradNorm, stage.max_grad_norm)),
    critic: input.critic
      ? {
          loss: mean(({ critic }) => critic?.loss ?? 0),
          gradNorm: mean(({ critic }) => critic?.gradNorm ?? 0),
          clipFraction: mean(({ critic }) => critic?.clipFraction ?? 0),
        }
      : null,
    records: records.map((record) => record!),
  };
}

/** Says in an error how many updates of the step were applied before. */
function counted<T>(updates: number, update: () => T): T {
  try {
    return update();
  } catch (error) {
    if (error instanceof NonFiniteStep) error.updates = updates;
    throw error;
  }
}

/** Indices of lessons, in random order where there is more than one mini-batch; none is empty. */
function miniBatches(lessons: number, count: number, random: () => Random): number[][] {
  if (count === 1) return [Array.from({ length: lessons }, (_, index) => index)];
  const order = randomPermutation(random(), lessons);
  const bounds = Array.from({ length: count + 1 }, (_, part) => Math.round((part * lessons) / count));
  return bounds.slice(1).flatMap((end, part) => (end > bounds[part]! ? [order.slice(bounds[part], end)] : []));
}

interface MiniBatchResult {
  readonly lessons: readonly Lesson[];
  readonly loss: PolicyLoss;
  readonly logprobs: Float32Array;
  readonly sides: readonly (ClippedSide | null)[];
  readonly gradNorm: number;
  readonly critic: CriticUpdate | null;
}

/** One update on a mini-batch. */
function updateOnce(stage: RlSpec, input: UpdateInput, lessons: readonly Lesson[]): MiniBatchResult {
  const { policy, optimizer, critic, learning_rate } = input;
  const rollouts = lessons.map(({ rollout }) => rollout);
  const lengths = rollouts.map(({ completion }) => completion.length);
  const joined = (of: (lesson: Lesson) => ArrayLike<number>): Float64Array => concatenate(lessons.map(of));
  const options = lossOptions(stage, input.beta);
  const advantages = joined(({ advantages }) => advantages);
  checkTokens("advantage", advantages, rollouts);
  // A mini-batch stands for its share of the step.
  const share = 1 / stage.num_mini_batches;
  const constants = {
    ...{ lengths, advantages, importanceRatios: null, entropyCoef: input.entropyCoef },
    oldLogprobs: isOffPolicy(stage) ? joined(({ rollout }) => rollout.logprobs) : null,
    referenceLogprobs: lessons.every(({ referenceLogprobs }) => referenceLogprobs)
      ? joined(({ referenceLogprobs }) => referenceLogprobs!)
      : null,
    totals: { ...input.totals, completions: input.totals.completions * share, tokens: input.totals.tokens * share },
  };
  const shared = critic && !critic.trunk ? critic : null;
  const targets = critic
    ? { old: joined(({ values }) => values!.old), returns: joined(({ values }) => values!.returns) }
    : null;
  const packed = packSequences(rollouts);
  const found: { loss?: PolicyLoss; logprobs?: Float32Array; values?: ValueLoss } = {};

  const parameters = shared ? new Map([...policy.weights, ...shared.parameters]) : policy.weights;
  const { gradients } = lossAndGradients(parameters, () => {
    const rows = completionRows(policy, packed);
    const both = fused().tokenLogProbs(rows, outputTable(policy), packed.targets, stage.temperature);
    const numbers = both.dataSync();
    const count = numbers.length / 2;
    const logprobs = Float32Array.from(numbers.subarray(0, count));
    const entropies = numbers.subarray(count);
    checkTokens("log-probability", logprobs, rollouts);
    checkTokens("entropy", entropies, rollouts);
    found.logprobs = logprobs;
    found.loss = policyLoss({ ...constants, logprobs, entropies }, options);
    checkTokens("loss' slope", found.loss.gradient, rollouts);
    // The loss is computed in double precision, with its slopes by what the model says: they are all that its gradient needs.
    const slopes = new Float32Array(2 * count);
    slopes.set(found.loss.gradient);
    if (found.loss.entropyGradient) slopes.set(found.loss.entropyGradient, count);
    const moved = tf.sum<tf.Scalar>(tf.mul(both, tf.tensor2d(slopes, [2, count])));
    if (!shared || !targets) return moved;
    const { value, slope } = criticTerm(stage, valuesOfRows(shared, rows), targets);
    found.values = value;
    return tf.add<tf.Scalar>(moved, tf.mul(slope, stage.vf_coef));
  });
  // Both parts of one loss are applied, or none.
  if (shared) checkGradients(gradients);
  const part = (names: Iterable<string>): Map<string, tf.Tensor> =>
    new Map([...names].map((name) => [name, gradients.get(name)!]));
  const gradNorm = applyGradients(policy.weights, part(policy.weights.keys()), optimizer, { ...stage, learning_rate });
  // Nothing was applied then; which gradient it was takes a look at each.
  if (!Number.isFinite(gradNorm)) checkGradients(gradients);
  let criticUpdate: CriticUpdate | null = null;
  if (shared && found.values) {
    const norm = applyGradients(shared.parameters, part(shared.parameters.keys()), shared.optimizer, {
      ...stage,
      learning_rate,
    });
    criticUpdate = { loss: found.values.loss, gradNorm: norm, clipFraction: found.values.clipFraction };
  }
  tf.dispose([...gradients.values()]);
  if (critic?.trunk && targets) criticUpdate = updateCritic(stage, critic, policy, packed, targets, learning_rate);
  disposePacked(packed);

  const loss = found.loss!;
  return {
    ...{ lessons, loss, logprobs: found.logprobs!, gradNorm, critic: criticUpdate },
    sides: Array.from(loss.ratios, (ratio, token) => clippedSide(stage.loss_type, ratio, advantages[token]!, options)),
  };
}

/** The critic's loss, and a scalar whose gradient is that of the loss. */
function criticTerm(
  stage: RlSpec,
  values: tf.Tensor1D,
  targets: { readonly old: Float64Array; readonly returns: Float64Array },
): { readonly value: ValueLoss; readonly slope: tf.Scalar } {
  const value = valueLoss(values.dataSync(), targets.old, targets.returns, stage.cliprange_value);
  return { value, slope: tf.sum<tf.Scalar>(tf.mul(values, tf.tensor1d(Float32Array.from(value.gradient)))) };
}

/** One update of a critic that is a model of its own. */
function updateCritic(
  stage: RlSpec,
  critic: Critic,
  policy: Policy,
  packed: PackedSequences,
  targets: { readonly old: Float64Array; readonly returns: Float64Array },
  learning_rate: number,
): CriticUpdate {
  const found: { values?: ValueLoss } = {};
  const { gradients } = lossAndGradients(critic.parameters, () => {
    const { value, slope } = criticTerm(stage, criticValues(critic, policy, packed), targets);
    found.values = value;
    return slope;
  });
  // The critic's rate keeps its proportion to the policy's through warm-up and schedule.
  const rate = (learning_rate / stage.learning_rate) * (stage.critic_learning_rate ?? stage.learning_rate);
  const gradNorm = applyGradients(critic.parameters, gradients, critic.optimizer, { ...stage, learning_rate: rate });
  if (!Number.isFinite(gradNorm)) checkGradients(gradients);
  tf.dispose([...gradients.values()]);
  return { loss: found.values!.loss, gradNorm, clipFraction: found.values!.clipFraction };
}

function concatenate(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function splitRecords({ lessons, logprobs, loss, sides }: MiniBatchResult): UpdateResult["records"][number][] {
  const records: UpdateResult["records"][number][] = [];
  eachCompletion(
    lessons.map(({ rollout }) => rollout.completion.length),
    (start, end, index) => {
      const some = sides.slice(start, end);
      records.push({
        logprobs: logprobs.slice(start, end),
        referenceLogprobs: lessons[index]!.referenceLogprobs,
        ratio: Float32Array.from(loss.ratios.subarray(start, end)),
        clipped: Uint8Array.from(some, (side) => (side === null ? 0 : 1)),
        sides: some,
      });
    },
  );
  return records;
}
