/** The updates of an RL step: passes over the rollouts that teach something, in mini-batches, of the policy and, with PPO, of its critic. */
import * as tf from "@tensorflow/tfjs-core";
import type { LossTotals } from "../algorithms/loss-weights";
import { eachCompletion } from "../algorithms/packed";
import { policyLoss, type PolicyLoss, type PolicyLossOptions } from "../algorithms/policy-loss";
import { valueLoss, type ValueLoss } from "../algorithms/ppo";
import { randomPermutation, type Random } from "../algorithms/random";
import { clippedSide, type ClippedSide } from "../algorithms/token-losses";
import { applyGradients, type OptimizerState } from "../engine/optimizer";
import { fused } from "../engine/fused-operations";
import { criticValues, valuesOfRows, type Critic } from "../models/critic";
import { completionRows, disposePacked, packSequences, type PackedSequences } from "../models/packing";
import type { Policy } from "../models/policy";
import { outputTable } from "../models/transformer";
import type { RlSpec } from "../recipes/stages";
import type { Rollout } from "../rollouts/generate";
import { lengthOf } from "./lengths";
import { gradientsOf, whole, type Parts } from "./micro-batches";
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
  /** How a mini-batch goes through the models. Unset: as a whole. */
  readonly parts?: Parts;
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
const lossOptions = (stage: RlSpec, beta: number): PolicyLossOptions => ({
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

/** What the critic said, and is to say: `[tokens]`. */
interface Targets {
  readonly old: Float64Array;
  readonly returns: Float64Array;
}

const targetsOf = (lessons: readonly Lesson[]): Targets => ({
  old: concatenate(lessons.map(({ values }) => values!.old)),
  returns: concatenate(lessons.map(({ values }) => values!.returns)),
});

const lengthsOf = (lessons: readonly Lesson[]): number[] => lessons.map(({ rollout }) => rollout.completion.length);
const tokensOf = (lessons: readonly Lesson[]): number => lengthsOf(lessons).reduce((sum, length) => sum + length, 0);
const pack = (lessons: readonly Lesson[]): PackedSequences => packSequences(lessons.map(({ rollout }) => rollout));

/** One update on a mini-batch. */
function updateOnce(stage: RlSpec, input: UpdateInput, lessons: readonly Lesson[]): MiniBatchResult {
  const { policy, optimizer, critic, learning_rate, parts: split = whole } = input;
  const options = lossOptions(stage, input.beta);
  // A mini-batch stands for its share of the step.
  const share = 1 / stage.num_mini_batches;
  const totals = {
    ...input.totals,
    completions: input.totals.completions * share,
    tokens: input.totals.tokens * share,
  };
  const shared = critic && !critic.trunk ? critic : null;
  const count = tokensOf(lessons);
  const parts = split(lessons, ({ rollout }) => lengthOf(rollout));

  const lossOfPart = (part: readonly Lesson[], { logprobs, entropies }: Said): PolicyLoss => {
    const joined = (of: (lesson: Lesson) => ArrayLike<number>): Float64Array => concatenate(part.map(of));
    const advantages = joined((lesson) => lesson.advantages);
    checkTokens(
      "advantage",
      advantages,
      part.map(({ rollout }) => rollout),
    );
    return policyLoss(
      {
        ...{ lengths: lengthsOf(part), advantages, logprobs, entropies, totals },
        ...{ importanceRatios: null, entropyCoef: input.entropyCoef },
        oldLogprobs: isOffPolicy(stage) ? joined(({ rollout }) => rollout.logprobs) : null,
        referenceLogprobs: lessons.every(({ referenceLogprobs }) => referenceLogprobs)
          ? joined(({ referenceLogprobs }) => referenceLogprobs!)
          : null,
      },
      options,
    );
  };
  // What compares the entropies of all tokens is computed of all of them, before their parts are.
  const ofAll =
    parts.length > 1 && (input.entropyCoef !== 0 || options.top_entropy_quantile < 1)
      ? sliced(lossOfPart(lessons, sayings(stage, policy, parts)), parts)
      : null;

  const losses: PolicyLoss[] = [];
  const logprobs: Float32Array[] = [];
  const values: ValueLoss[] = [];
  const parameters = shared ? new Map([...policy.weights, ...shared.parameters]) : policy.weights;
  const { gradients } = gradientsOf(parameters, parts, pack, (packed, part, index) => {
    const rollouts = part.map(({ rollout }) => rollout);
    const rows = completionRows(policy, packed);
    const both = fused().tokenLogProbs(rows, outputTable(policy), packed.targets, stage.temperature);
    const said = saidOf(both);
    checkTokens("log-probability", said.logprobs, rollouts);
    checkTokens("entropy", said.entropies, rollouts);
    const loss = ofAll?.[index] ?? lossOfPart(part, said);
    checkTokens("loss' slope", loss.gradient, rollouts);
    losses.push(loss);
    logprobs.push(said.logprobs);
    // The loss is computed in double precision, with its slopes by what the model says: they are all that its gradient needs.
    const tokens = said.logprobs.length;
    const slopes = new Float32Array(2 * tokens);
    slopes.set(loss.gradient);
    if (loss.entropyGradient) slopes.set(loss.entropyGradient, tokens);
    const moved = tf.sum<tf.Scalar>(tf.mul(both, tf.tensor2d(slopes, [2, tokens])));
    if (!shared) return moved;
    const { value, slope } = criticTerm(stage, valuesOfRows(shared, rows), targetsOf(part), count);
    values.push(value);
    return tf.add<tf.Scalar>(moved, tf.mul(slope, stage.vf_coef));
  });
  // Both parts of one loss are applied, or none.
  if (shared) checkGradients(gradients);
  const named = (names: Iterable<string>): Map<string, tf.Tensor> =>
    new Map([...names].map((name) => [name, gradients.get(name)!]));
  const gradNorm = applyGradients(policy.weights, named(policy.weights.keys()), optimizer, { ...stage, learning_rate });
  // Nothing was applied then; which gradient it was takes a look at each.
  if (!Number.isFinite(gradNorm)) checkGradients(gradients);
  let criticUpdate: CriticUpdate | null = null;
  if (shared) {
    const norm = applyGradients(shared.parameters, named(shared.parameters.keys()), shared.optimizer, {
      ...stage,
      learning_rate,
    });
    criticUpdate = { ...summedValues(values), gradNorm: norm };
  }
  tf.dispose([...gradients.values()]);
  if (critic?.trunk) criticUpdate = updateCritic(stage, critic, policy, parts, count, learning_rate);

  const loss = joinedLoss(losses);
  const advantages = concatenate(lessons.map((lesson) => lesson.advantages));
  return {
    ...{ lessons, loss, gradNorm, critic: criticUpdate },
    logprobs: logprobs.length === 1 ? logprobs[0]! : Float32Array.from(concatenate(logprobs)),
    sides: Array.from(loss.ratios, (ratio, token) => clippedSide(stage.loss_type, ratio, advantages[token]!, options)),
  };
}

/** `[tokens]` what the policy says of completions. */
interface Said {
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
}

function saidOf(both: tf.Tensor2D): Said {
  const numbers = both.dataSync<"float32">();
  const count = numbers.length / 2;
  return { logprobs: Float32Array.from(numbers.subarray(0, count)), entropies: numbers.subarray(count) };
}

/** Of all parts, one after the other, without gradients. */
function sayings(stage: RlSpec, policy: Policy, parts: readonly (readonly Lesson[])[]): Said {
  const said = parts.map((part) => {
    const packed = pack(part);
    const both = tf.tidy(() => {
      const rows = completionRows(policy, packed);
      return fused().tokenLogProbs(rows, outputTable(policy), packed.targets, stage.temperature);
    });
    const numbers = saidOf(both);
    both.dispose();
    disposePacked(packed);
    return numbers;
  });
  return {
    logprobs: Float32Array.from(concatenate(said.map(({ logprobs }) => logprobs))),
    entropies: Float32Array.from(concatenate(said.map(({ entropies }) => entropies))),
  };
}

/** The loss of all parts as one of each: the value stands with the first. */
function sliced(loss: PolicyLoss, parts: readonly (readonly Lesson[])[]): PolicyLoss[] {
  let start = 0;
  return parts.map((part, index) => {
    const end = start + tokensOf(part);
    const cut = <T extends Float64Array | null>(values: T): T => (values && values.subarray(start, end)) as T;
    const own: PolicyLoss = {
      ...{ loss: index === 0 ? loss.loss : 0, policyLoss: index === 0 ? loss.policyLoss : 0 },
      ...{ gradient: cut(loss.gradient), entropyGradient: cut(loss.entropyGradient) },
      ...{ ratios: cut(loss.ratios), kl: cut(loss.kl) },
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
    gradient: concatenate(losses.map(({ gradient }) => gradient)),
    entropyGradient: joined(({ entropyGradient }) => entropyGradient),
    ratios: concatenate(losses.map(({ ratios }) => ratios)),
    kl: joined(({ kl }) => kl),
  };
}

const summedValues = (values: readonly ValueLoss[]): Pick<CriticUpdate, "loss" | "clipFraction"> => ({
  loss: values.reduce((sum, { loss }) => sum + loss, 0),
  clipFraction: values.reduce((sum, { clipFraction }) => sum + clipFraction, 0),
});

/** The critic's loss, and a scalar whose gradient is that of the loss. `count`: tokens of the mini-batch. */
function criticTerm(
  stage: RlSpec,
  values: tf.Tensor1D,
  targets: Targets,
  count: number,
): { readonly value: ValueLoss; readonly slope: tf.Scalar } {
  const value = valueLoss(values.dataSync(), targets.old, targets.returns, stage.cliprange_value, count);
  return { value, slope: tf.sum<tf.Scalar>(tf.mul(values, tf.tensor1d(Float32Array.from(value.gradient)))) };
}

/** One update of a critic that is a model of its own. */
function updateCritic(
  stage: RlSpec,
  critic: Critic,
  policy: Policy,
  parts: readonly (readonly Lesson[])[],
  count: number,
  learning_rate: number,
): CriticUpdate {
  const found: ValueLoss[] = [];
  const { gradients } = gradientsOf(critic.parameters, parts, pack, (packed, part) => {
    const { value, slope } = criticTerm(stage, criticValues(critic, policy, packed), targetsOf(part), count);
    found.push(value);
    return slope;
  });
  // The critic's rate keeps its proportion to the policy's through warm-up and schedule.
  const rate = (learning_rate / stage.learning_rate) * (stage.critic_learning_rate ?? stage.learning_rate);
  const gradNorm = applyGradients(critic.parameters, gradients, critic.optimizer, { ...stage, learning_rate: rate });
  if (!Number.isFinite(gradNorm)) checkGradients(gradients);
  tf.dispose([...gradients.values()]);
  return { ...summedValues(found), gradNorm };
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
