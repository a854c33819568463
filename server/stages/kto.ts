/**
 * KTO (arXiv 2402.01306) on preference pairs, as TRL's `KTOTrainer` takes them: each pair is two examples, a desirable and an undesirable one, which
 * are drawn each for itself. The KL of a batch, with which rewards are compared, is that of completions beside prompts they do not belong to.
 */
import { ktoLoss, ktoReferencePoint, type KtoLossOptions } from "../algorithms/kto-loss";
import { eachCompletion } from "../algorithms/packed";
import { carryBack } from "../engine/carry-back";
import { completionLogProbs, packSequences, type TokenSequence } from "../models/packing";
import type { Policy } from "../models/policy";
import { lengthOf } from "./lengths";
import { gradientsOf, whole, type Parts } from "./micro-batches";
import { checkLoss, checkTokens, namedExamples } from "./non-finite";
import { sidesOf, type TokenPair, type TokenPairs } from "./preferences/token-pairs";
import { logprobsOfAll, type PairObjective } from "./train-on-pairs";
import { UserError } from "../shared/user-error";

/** A completion of a pair with what the reference policy says of it. */
interface Example {
  readonly sequence: TokenSequence;
  readonly desirable: boolean;
  /** `[completion]` */
  readonly reference: Float32Array;
  /** The prompt with the completion of another one; null where the loss compares with no KL. */
  readonly mismatched: { readonly sequence: TokenSequence; readonly reference: number } | null;
}

/** `[sequences]` sums of their tokens' log-probabilities. */
function sumsOf(sequences: readonly TokenSequence[], logprobs: ArrayLike<number>): number[] {
  const sums = sequences.map(() => 0);
  eachCompletion(
    sequences.map(({ completion }) => completion.length),
    (start, end, index) => {
      for (let token = start; token < end; token++) sums[index]! += logprobs[token]!;
    },
  );
  return sums;
}

const sameIds = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id, index) => id === b[index]);

/**
 * Every prompt with the completion of the example before it, as TRL shifts them, and of one further back where that one answers the same prompt or makes
 * a sequence of more than `most` tokens; of one of the `others` where there is none. Throws where these do not serve either.
 */
export function mismatch(
  sequences: readonly TokenSequence[],
  others: readonly TokenSequence[],
  most: number,
): TokenSequence[] {
  return sequences.map(({ prompt }, index) => {
    const serves = (other: TokenSequence): boolean =>
      prompt.length + other.completion.length <= most && !sameIds(prompt, other.prompt);
    for (let back = 1; back < sequences.length; back++) {
      const other = sequences[(index - back + sequences.length) % sequences.length]!;
      if (serves(other)) return { prompt, completion: other.completion };
    }
    const other = others.find(serves);
    if (other) return { prompt, completion: other.completion };
    throw new UserError(
      "KTO compares with completions of other prompts, and for one prompt there is none that fits behind it: add pairs with other prompts, or set loss_type to apo_zero_unpaired.",
    );
  });
}

/** Desirable examples first, then the undesirable ones, each in the order of the pairs. */
function examplesOf(
  pairs: readonly TokenPair[],
  others: readonly TokenPair[],
  reference: Policy,
  { loss_type }: KtoLossOptions,
): Example[] {
  const sequences = sidesOf(pairs);
  const most = reference.config.max_position_embeddings;
  const shifted = loss_type === "kto" ? mismatch(sequences, sidesOf(others), most) : null;
  const shiftedSums = shifted && sumsOf(shifted, logprobsOfAll(reference, shifted, whole));
  const all = logprobsOfAll(reference, sequences, whole);
  let at = 0;
  return sequences.map((sequence, index): Example => ({
    sequence,
    desirable: index < pairs.length,
    reference: all.slice(at, (at += sequence.completion.length)),
    mismatched: shifted && { sequence: shifted[index]!, reference: shiftedSums![index]! },
  }));
}

/** The KL that a batch's rewards are compared with; 0 where the loss has none. */
function referencePointOf(policy: Policy, batch: readonly Example[], parts: Parts): number {
  const pairs = batch.flatMap(({ mismatched }) => (mismatched ? [mismatched] : []));
  const sequences = pairs.map(({ sequence }) => sequence);
  return ktoReferencePoint(
    sumsOf(sequences, logprobsOfAll(policy, sequences, parts)),
    pairs.map(({ reference }) => reference),
  );
}

const lossOf = (part: readonly Example[], logprobs: ArrayLike<number>, point: number, options: KtoLossOptions) =>
  ktoLoss(
    {
      lengths: part.map(({ sequence }) => sequence.completion.length),
      logprobs,
      referenceLogprobs: part.flatMap(({ reference }) => Array.from(reference)),
    },
    part.map(({ desirable }) => desirable),
    point,
    options,
  );

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What the examples of a batch came to, by TRL's names; a batch without examples of a label has no numbers of it. */
function metricsOf(batch: readonly Example[], rewards: readonly number[], logps: readonly number[]) {
  const of = (values: readonly number[], wanted: boolean): number[] =>
    values.filter((_, index) => batch[index]!.desirable === wanted);
  const metrics: Record<string, number> = {};
  for (const [label, desirable] of [["chosen", true] as const, ["rejected", false] as const]) {
    if (!batch.some((example) => example.desirable === desirable)) continue;
    metrics[`rewards/${label}`] = mean(of(rewards, desirable));
    metrics[`logps/${label}`] = mean(of(logps, desirable));
  }
  const { "rewards/chosen": chosen, "rewards/rejected": rejected } = metrics;
  return {
    ...metrics,
    ...(chosen !== undefined && rejected !== undefined && { "rewards/margins": chosen - rejected }),
  };
}

export function kto(options: KtoLossOptions, pairs: TokenPairs, policy: Policy, reference: Policy): PairObjective {
  const training = examplesOf(pairs.training, [], reference, options);
  const heldOut = examplesOf(pairs.heldOut, pairs.training, reference, options);
  return {
    lengths: training.map(({ sequence }) => sequence.completion.length),
    ofBatch(places, parts) {
      const batch = places.map((index) => training[index]!);
      const kl = referencePointOf(policy, batch, parts);
      const [rewards, logps]: [number[], number[]] = [[], []];
      let loss = 0;
      const { gradients, tokens } = gradientsOf(
        policy.trained,
        parts(batch, ({ sequence }) => lengthOf(sequence)),
        (part) => packSequences(part.map(({ sequence }) => sequence)),
        (packed, part) => {
          const sequences = part.map(({ sequence }) => sequence);
          const named = namedExamples(policy, sequences, (index) =>
            part[index]!.desirable ? "the chosen completion of " : "the rejected completion of ",
          );
          const { logprobs } = completionLogProbs(policy, packed, 1);
          const numbers = logprobs.dataSync<"float32">();
          checkTokens("log-probability", numbers, named);
          const found = lossOf(part, numbers, kl, options);
          checkLoss(found.loss);
          // A mean over the examples: a part counts by its share of them.
          const share = part.length / batch.length;
          loss += share * found.loss;
          rewards.push(...found.rewards);
          logps.push(...sumsOf(sequences, numbers));
          const gradient = Array.from(found.gradient, (slope) => share * slope);
          checkTokens("loss' slope", gradient, named);
          return carryBack(logprobs, gradient);
        },
        parts,
      );
      const metrics = metricsOf(batch, rewards, logps);
      return { gradients, tokens, loss, metrics: options.loss_type === "kto" ? { ...metrics, kl } : metrics };
    },
    ofHeldOut(parts) {
      const sequences = heldOut.map(({ sequence }) => sequence);
      const kl = referencePointOf(policy, heldOut, parts);
      const { loss, rewards } = lossOf(heldOut, logprobsOfAll(policy, sequences, parts), kl, options);
      const count = heldOut.length / 2;
      const [chosen, rejected] = [rewards.slice(0, count), rewards.slice(count)];
      const margins = chosen.map((reward, pair) => reward - rejected[pair]!);
      return {
        loss,
        accuracy: mean(margins.map((margin) => (margin > 0 ? 1 : 0))),
        margin: mean(margins),
        ties: margins.filter((margin) => margin === 0).length,
      };
    },
  };
}
