/** Direct preference optimisation (arXiv 2305.18290): preference pairs without a reward model. The reference is where the stage began. */
import * as tf from "@tensorflow/tfjs-core";
import {
  preferenceLoss,
  type Completions,
  type PreferenceLoss,
  type PreferenceLossOptions,
} from "../algorithms/preference-loss";
import { applyGradients } from "../engine/optimizer";
import { completionLogProbs, packSequences } from "../models/packing";
import { disposePolicy, type Policy } from "../models/policy";
import type { DpoSpec } from "../recipes/stages";
import type { StageContext, StageEnd, StageStart } from "./context";
import { planBatches } from "./example-batches";
import { logprobsUnder } from "./reference";
import { remarkAll } from "./lengths";
import { gradientsOf, partsOf, type Parts } from "./micro-batches";
import { readTokenPairs, tokensOfPair, type TokenPair } from "./token-pairs";
import { trainInSteps } from "./training-loop";

/** A pair with what the reference policy says of its tokens. */
interface ReferencePair extends TokenPair {
  readonly chosenReference: Float32Array;
  readonly rejectedReference: Float32Array;
}

export async function dpo(context: StageContext, stage: DpoSpec, start: StageStart): Promise<StageEnd> {
  const { policy, optimizer } = start;
  const pairs = readTokenPairs(context, stage, policy);
  const reference = await start.origin();
  const withReference = (of: readonly TokenPair[]): ReferencePair[] =>
    of.map((pair) => underReference(reference, pair));
  const training = withReference(pairs.training);
  const heldOut = withReference(pairs.heldOut);
  disposePolicy(reference);
  const plan = planBatches(
    stage,
    context.recipe.seed,
    training.map(({ chosen }) => chosen.completion.length),
  );
  const options: PreferenceLossOptions = {
    ...{ beta: stage.beta, label_smoothing: stage.label_smoothing, loss_type: [stage.loss_type], loss_weights: null },
    ...{ ld_alpha: null, discopop_tau: 0.05, f_divergence_type: "reverse_kl", f_alpha_divergence_coef: 1 },
  };
  const parts = partsOf(context, stage, { policy, trained: 1, asked: 0 });
  remarkAll(context, "overlong pairs", pairs.notes);
  context.tell({ steps: plan.steps });
  let tied = 0;
  const measure = (): Record<string, number> => {
    const { loss, metrics, ties } = lossOf(heldOut, logprobsOf(policy, heldOut, parts), options);
    tied = ties;
    return {
      "eval/loss": loss,
      "eval/accuracy": metrics["rewards/accuracies"],
      "eval/margin": metrics["rewards/margins"],
    };
  };
  const end = await trainInSteps(context, stage, start, {
    steps: plan.steps,
    every: stage.eval_steps,
    measure: () => (heldOut.length === 0 ? {} : measure()),
    answering: policy,
    update(step, learning_rate) {
      const batch = plan.batch(step).map((index) => training[index]!);
      const metrics: Record<string, number> = {};
      let loss = 0;
      const { gradients, tokens } = gradientsOf(
        policy.weights,
        parts(batch, tokensOfPair),
        (part) => packSequences(sidesOf(part)),
        (packed, part) => {
          const both = completionLogProbs(policy, packed, 1);
          const numbers = both.dataSync();
          const count = numbers.length / 2;
          const found = lossOf(part, numbers.subarray(0, count), options);
          // Means over the pairs: a part counts by its share of them.
          const share = part.length / batch.length;
          loss += share * found.loss;
          for (const [name, value] of Object.entries(found.metrics))
            metrics[name] = (metrics[name] ?? 0) + share * value;
          const slopes = new Float32Array(2 * count);
          slopes.set(found.chosenGradient.map((slope) => share * slope));
          slopes.set(
            found.rejectedGradient.map((slope) => share * slope),
            found.chosenGradient.length,
          );
          return tf.sum<tf.Scalar>(tf.mul(both, tf.tensor2d(slopes, [2, count])));
        },
      );
      const grad_norm = applyGradients(policy.weights, gradients, optimizer, { ...stage, learning_rate });
      tf.dispose([...gradients.values()]);
      return { numbers: { loss, grad_norm, ...metrics }, tokens };
    },
  });
  if (end === "stopped") return end;
  const measured = heldOut.length === 0 ? null : measure();
  context.run.saveReport(stage.name, {
    kind: "dpo",
    training: training.length,
    heldOut: heldOut.length,
    measured,
    leftOut: pairs.leftOut,
  });
  const accuracy = measured
    ? `held-out accuracy ${measured["eval/accuracy"]!.toFixed(2)} of ${heldOut.length} pairs${tied === 0 ? "" : `, of which ${tied} are tied and count as wrong`}`
    : "no held-out pairs";
  context.tell({ notes: [`${training.length} pairs; ${accuracy}`, ...pairs.problems] });
  return end;
}

/** Chosen completions first, then the rejected ones. */
const sidesOf = (pairs: readonly TokenPair[]) => [
  ...pairs.map(({ chosen }) => chosen),
  ...pairs.map(({ rejected }) => rejected),
];

/** Pairs that go through a model together: bounds its memory. */
const together = 16;

/** `[tokens]` of the chosen completions, then of the rejected ones. */
function logprobsOf(policy: Policy, pairs: readonly TokenPair[], split: Parts): Float32Array {
  const sides = sidesOf(pairs);
  const parts: Float32Array[] = [];
  for (let first = 0; first < sides.length; first += 2 * together)
    parts.push(logprobsUnder(policy, sides.slice(first, first + 2 * together), 1, split));
  return Float32Array.from(parts.flatMap((part) => Array.from(part)));
}

function underReference(reference: Policy, pair: TokenPair): ReferencePair {
  const logprobs = logprobsUnder(reference, sidesOf([pair]), 1);
  const split = pair.chosen.completion.length;
  return { ...pair, chosenReference: logprobs.slice(0, split), rejectedReference: logprobs.slice(split) };
}

function lossOf(
  pairs: readonly ReferencePair[],
  logprobs: ArrayLike<number>,
  options: PreferenceLossOptions,
): PreferenceLoss {
  const joined = (parts: readonly Float32Array[]): number[] => parts.flatMap((part) => Array.from(part));
  const all = Array.from(logprobs);
  const chosenLengths = pairs.map(({ chosen }) => chosen.completion.length);
  const split = chosenLengths.reduce((sum, length) => sum + length, 0);
  const chosen: Completions = {
    lengths: chosenLengths,
    logprobs: all.slice(0, split),
    referenceLogprobs: joined(pairs.map(({ chosenReference }) => chosenReference)),
  };
  const rejected: Completions = {
    lengths: pairs.map((pair) => pair.rejected.completion.length),
    logprobs: all.slice(split),
    referenceLogprobs: joined(pairs.map(({ rejectedReference }) => rejectedReference)),
  };
  return preferenceLoss(chosen, rejected, options);
}
