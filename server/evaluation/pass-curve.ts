/** pass@k over k: what more tries are worth. RL that lifts its left end alone sharpens; one that lifts the right end too brings new ability. */
import { passAtK } from "../statistics/pass-at-k";
import type { PassAt } from "../protocol/run";
import { bootstrapMean } from "../statistics/bootstrap";

/** 1, 2, 4, … below the samples a prompt, then all of them. */
export const curveKs = (samples: number): number[] => {
  const ks: number[] = [];
  for (let k = 1; k < samples; k *= 2) ks.push(k);
  return [...ks, samples];
};

/**
 * The unbiased estimates with their bootstrap intervals over prompts, by rising k. `rights`: right ones among the `samples` of each prompt,
 * `[prompts]`. Throws without prompts.
 */
export const passCurve = (rights: readonly number[], samples: number, seed: number): PassAt[] =>
  curveKs(samples).map((k) => {
    const estimate = bootstrapMean(
      rights.map((right) => passAtK(samples, right, k)),
      { seed },
    );
    if (!estimate) throw new Error("An evaluation needs at least one held-out prompt.");
    const { mean, low, high } = estimate;
    return { k, mean, low, high };
  });
