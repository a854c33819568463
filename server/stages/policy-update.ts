/** The update of a GRPO step: μ passes over the rollouts that teach something. */
import * as tf from "@tensorflow/tfjs-core";
import { clippedSide, lossWeights, policyLoss, policyRatio } from "../algorithms/policy-loss";
import type { PolicyLossOptions } from "../algorithms/policy-loss";
import { applyGradients, lossAndGradients } from "../engine/optimizer";
import type { OptimizerState } from "../engine/optimizer";
import { completionLogProbs, disposePacked, packSequences } from "../models/packing";
import type { PackedSequences } from "../models/packing";
import type { Policy } from "../models/policy";
import type { ReasoningRlSpec } from "../recipes/schema";
import type { Rollout } from "../rollouts/generate";
import type { UpdateRecords } from "./rollout-records";

export interface UpdateInput {
  readonly policy: Policy;
  /** Present when β is not 0. */
  readonly reference: Policy | null;
  readonly optimizer: OptimizerState;
  readonly learning_rate: number;
  /** The rollouts that the update learns from, and their advantages. */
  readonly rollouts: readonly Rollout[];
  readonly advantages: readonly number[];
  /** Of the whole step, those included that teach nothing. */
  readonly totals: { readonly completions: number; readonly tokens: number };
}

export interface UpdateResult {
  /** Of the last pass; near 0 when on-policy, while the gradient is not. */
  readonly loss: number;
  /** Before clipping, of the last pass. */
  readonly grad_norm: number;
  /** Mean k3 over the tokens of the first pass; null without a reference policy. */
  readonly kl: number | null;
  /** Tokens whose gradient the clip stopped in the last pass, as shares of all tokens of the step. */
  readonly clip_ratio: { readonly low: number; readonly high: number };
  /** Per rollout: the policy before the update, and the ratio and clip of the last pass. */
  readonly records: readonly UpdateRecords[];
}

export function updatePolicy(stage: ReasoningRlSpec, input: UpdateInput): UpdateResult {
  const { policy, reference, rollouts } = input;
  const options: PolicyLossOptions = {
    epsilon: stage.epsilon,
    epsilon_high: stage.epsilon_high ?? stage.epsilon,
    beta: stage.beta,
  };
  const lengths = rollouts.map(({ completion }) => completion.length);
  const packed = packSequences(rollouts);
  const perToken = (values: readonly number[]): Float32Array =>
    Float32Array.from(values.flatMap((value, index) => Array<number>(lengths[index]!).fill(value)));
  const advantages = tf.tensor1d(perToken(input.advantages));
  const weights = tf.tensor1d(perToken(lossWeights(stage.loss_type, lengths, input.totals)));
  const oldLogprobs = tf.tensor1d(concatenate(rollouts.map(({ logprobs }) => logprobs)));
  const referenceLogprobs = reference ? tf.tidy(() => logprobsOf(reference, packed, stage.temperature).clone()) : null;

  const first: { logprobs: Float32Array | null } = { logprobs: null };
  let last = { loss: 0, grad_norm: 0, ratio: new Float32Array(0) };
  for (let iteration = 1; iteration <= stage.num_iterations; iteration++) {
    let ratio = new Float32Array(0);
    const { loss, gradients } = lossAndGradients(policy.weights, () => {
      const logprobs = logprobsOf(policy, packed, stage.temperature);
      // With one pass the policy is the old policy itself: what the forward pass says, not its rounding, is the ratio of 1.
      const old = stage.num_iterations === 1 ? null : oldLogprobs;
      first.logprobs ??= Float32Array.from(logprobs.dataSync());
      ratio = Float32Array.from(policyRatio(logprobs, old).dataSync());
      return policyLoss({ logprobs, oldLogprobs: old, referenceLogprobs, advantages, weights }, options);
    });
    const grad_norm = applyGradients(policy.weights, gradients, input.optimizer, {
      ...stage,
      learning_rate: input.learning_rate,
    });
    tf.dispose([...gradients.values()]);
    last = { loss, grad_norm, ratio };
    if (!Number.isFinite(loss) || !Number.isFinite(grad_norm)) break;
  }

  const referenceValues = referenceLogprobs ? Float32Array.from(referenceLogprobs.dataSync()) : null;
  const tokenAdvantages = advantages.dataSync();
  const sides = Array.from(last.ratio, (value, index) => clippedSide(value, tokenAdvantages[index]!, options));
  tf.dispose([advantages, weights, oldLogprobs, ...(referenceLogprobs ? [referenceLogprobs] : [])]);
  disposePacked(packed);
  const share = (side: "low" | "high"): number =>
    sides.filter((found) => found === side).length / Math.max(1, input.totals.tokens);
  return {
    loss: last.loss,
    grad_norm: last.grad_norm,
    kl: referenceValues && first.logprobs ? meanK3(first.logprobs, referenceValues) : null,
    clip_ratio: { low: share("low"), high: share("high") },
    records: splitRecords(lengths, first.logprobs, referenceValues, last.ratio, sides),
  };
}

/** log π of every completion token `[tokens]`. */
function logprobsOf(policy: Policy, packed: PackedSequences, temperature: number): tf.Tensor1D {
  const [logprobs] = tf.split(completionLogProbs(policy, packed, temperature), 2) as [tf.Tensor2D, tf.Tensor2D];
  return tf.reshape(logprobs, [packed.targets.size]);
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function meanK3(logprobs: Float32Array, reference: Float32Array): number {
  let total = 0;
  logprobs.forEach((logprob, index) => {
    const difference = reference[index]! - logprob;
    total += Math.exp(difference) - difference - 1;
  });
  return total / Math.max(1, logprobs.length);
}

function splitRecords(
  lengths: readonly number[],
  logprobs: Float32Array | null,
  reference: Float32Array | null,
  ratio: Float32Array,
  sides: readonly ("low" | "high" | null)[],
): UpdateRecords[] {
  let start = 0;
  return lengths.map((length) => {
    const end = start + length;
    const record = {
      logprobs: logprobs?.slice(start, end) ?? null,
      referenceLogprobs: reference?.slice(start, end) ?? null,
      ratio: ratio.slice(start, end),
      clipped: Uint8Array.from(sides.slice(start, end), (side) => (side === null ? 0 : 1)),
    };
    start = end;
    return record;
  });
}
