import type { SamplingSettings } from "../fused-operations";

export interface SampledToken {
  readonly token: number;
  /** log-probability in the whole distribution at the temperature, nats. */
  readonly logprob: number;
  /** Entropy of the whole distribution at the temperature, nats. */
  readonly entropy: number;
}

/**
 * Draws from softmax(logits / temperature), of what top-k, top-p and min-p leave, in this order as in transformers; of equal tokens at a
 * threshold all stay. Null in place of a uniform number takes the likeliest token, the lowest id among equals. What is recorded is the whole
 * distribution: the ratio of the policy loss is made of it.
 *
 * @param logits row `row` of `[rows, vocabulary]`.
 * @param uniform in [0, 1).
 */
export function sampleToken(
  logits: Float32Array,
  row: number,
  vocabulary: number,
  settings: SamplingSettings,
  uniform: number | null,
): SampledToken {
  const own = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
  let best = -Infinity;
  let likeliest = 0;
  own.forEach((logit, id) => {
    if (logit > best) {
      best = logit;
      likeliest = id;
    }
  });
  const scores = Float64Array.from(own, (logit) => (logit - best) / settings.temperature);
  const weights = scores.map(Math.exp);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const weighted = weights.reduce((sum, weight, id) => sum + weight * scores[id]!, 0);
  const token = uniform === null ? likeliest : drawFrom(keepLikely(weights, settings), uniform, likeliest);
  const logTotal = Math.log(total);
  return { token, logprob: scores[token]! - logTotal, entropy: logTotal - weighted / total };
}

/** Weights (of the likeliest 1) with those of 0 that top-k, top-p and min-p take away. */
function keepLikely(weights: Float64Array, { top_k, top_p, min_p }: SamplingSettings): Float64Array {
  const sorted = weights.toSorted().reverse();
  let threshold = 0;
  if (top_k > 0 && top_k < weights.length) threshold = sorted[top_k - 1]!;
  if (top_p < 1) {
    const candidates = sorted.filter((weight) => weight >= threshold);
    const wanted = top_p * candidates.reduce((sum, weight) => sum + weight, 0);
    let mass = 0;
    threshold = candidates.find((weight) => (mass += weight) >= wanted) ?? threshold;
  }
  threshold = Math.max(threshold, min_p);
  return weights.map((weight) => (weight >= threshold ? weight : 0));
}

function drawFrom(weights: Float64Array, uniform: number, likeliest: number): number {
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [id, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return id;
  }
  return likeliest;
}
