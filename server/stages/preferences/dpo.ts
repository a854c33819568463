/** Direct preference optimisation (arXiv 2305.18290): preference pairs without a reward model. The reference is where the stage began. */
import {
  preferenceLoss,
  type Completions,
  type PreferenceLoss,
  type PreferenceLossOptions,
} from "../../algorithms/preference-loss";
import { carryBack } from "../../engine/carry-back";
import { completionLogProbs, packSequences, type PackedSequences } from "../../models/packing";
import type { Policy } from "../../models/policy";
import type { DpoSpec } from "../../recipes/stages";
import type { StageContext, StageEnd, StageStart } from "../context";
import { kto } from "../kto";
import { logprobsUnder } from "../log-probs";
import { gradientsOf } from "../micro-batches";
import { checkLoss, checkTokens } from "../non-finite";
import { namedSides, sidesOf, tokensOfPair, type TokenPair, type TokenPairs } from "./token-pairs";
import { logprobsOfAll, trainOnPairs, type PairObjective } from "../train-on-pairs";

/** A pair with what the reference policy says of its tokens. */
interface ReferencePair extends TokenPair {
  readonly chosenReference: Float32Array;
  readonly rejectedReference: Float32Array;
}

export function dpo(context: StageContext, stage: DpoSpec, start: StageStart): Promise<StageEnd> {
  const { loss_type, beta, label_smoothing } = stage;
  return trainOnPairs(context, stage, start, (pairs, policy, reference) =>
    loss_type === "kto" || loss_type === "apo_zero_unpaired"
      ? kto({ ...stage, loss_type }, pairs, policy, reference)
      : ofPairs(
          {
            beta,
            label_smoothing,
            loss_type: [loss_type],
            loss_weights: null,
            ld_alpha: null,
            discopop_tau: 0.05,
            f_divergence_type: "reverse_kl",
            f_alpha_divergence_coef: 1,
          },
          pairs,
          policy,
          reference,
        ),
  );
}

function ofPairs(options: PreferenceLossOptions, pairs: TokenPairs, policy: Policy, reference: Policy): PairObjective {
  const withReference = (of: readonly TokenPair[]): ReferencePair[] =>
    of.map((pair) => underReference(reference, pair));
  const training = withReference(pairs.training);
  const heldOut = withReference(pairs.heldOut);
  return {
    lengths: training.map(({ chosen }) => chosen.completion.length),
    ofBatch(places, parts) {
      const batch = places.map((index) => training[index]!);
      const metrics: Record<string, number> = {};
      let loss = 0;
      const { gradients, tokens } = gradientsOf(
        policy.trained,
        parts(batch, tokensOfPair),
        packPairs,
        (packed, part) => {
          const sides = namedSides(policy, part);
          const { logprobs } = completionLogProbs(policy, packed, 1);
          const numbers = logprobs.dataSync<"float32">();
          checkTokens("log-probability", numbers, sides);
          const found = lossOf(part, numbers, options);
          checkLoss(found.loss);
          // Means over the pairs: a part counts by its share of them.
          const share = part.length / batch.length;
          loss += share * found.loss;
          for (const [name, value] of Object.entries(found.metrics))
            metrics[name] = (metrics[name] ?? 0) + share * value;
          const gradient = [...found.chosenGradient, ...found.rejectedGradient];
          checkTokens("loss' slope", gradient, sides);
          return carryBack(
            logprobs,
            gradient.map((slope) => share * slope),
          );
        },
        parts,
      );
      return { gradients, tokens, loss, metrics };
    },
    ofHeldOut(parts) {
      const { loss, metrics, ties } = lossOf(heldOut, logprobsOfAll(policy, sidesOf(heldOut), parts), options);
      return { loss, accuracy: metrics["rewards/accuracies"], margin: metrics["rewards/margins"], ties };
    },
  };
}

const packPairs = (pairs: readonly TokenPair[]): PackedSequences => packSequences(sidesOf(pairs));

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
