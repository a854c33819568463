import { randomPermutation, randomStream } from "../../shared/random";

export interface Mixture<T> {
  readonly examples: readonly T[];
  readonly reasoning: number;
  readonly general: number;
  /** General examples that the share asked for and that there were not. */
  readonly missing: number;
}

/**
 * Reasoning examples, all of them, with general ones so that these are `share` of the whole, shuffled by the seed. R1: 600k and 200k, a share of
 * 0.25. When there are too few general examples all are taken and `missing` says how many more were asked for. Throws unless 0 ≤ share < 1.
 */
export function mixExamples<T>(
  reasoning: readonly T[],
  general: readonly T[],
  share: number,
  seed: number,
): Mixture<T> {
  if (!(share >= 0 && share < 1))
    throw new RangeError(`The share of general examples is from 0 to below 1, not ${share}.`);
  const asked = Math.round((reasoning.length * share) / (1 - share));
  const taken = randomPermutation(randomStream(seed, "general examples"), general.length)
    .slice(0, asked)
    .map((index) => general[index]!);
  const all = [...reasoning, ...taken];
  const order = randomPermutation(randomStream(seed, "mixture"), all.length);
  return {
    examples: order.map((index) => all[index]!),
    reasoning: reasoning.length,
    general: taken.length,
    missing: asked - taken.length,
  };
}
