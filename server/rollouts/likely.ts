/** What a model's output says of one place: the token that stands there, and those that could have. */

/** Log-probabilities and entropy in nats, of softmax(logits / temperature) over the whole vocabulary. */
export interface LikelyTokens {
  readonly logprob: number;
  readonly entropy: number;
  /** Ids and log-probabilities of the likeliest, the likeliest first; the lower id among equals. */
  readonly alternatives: readonly { readonly id: number; readonly logprob: number }[];
}

/**
 * @param logits row `row` of `[rows, vocabulary]`
 * @param token the id that stands there.
 * @param most alternatives that are told: at least 1.
 */
export function likelyTokens(
  logits: Float32Array,
  row: number,
  vocabulary: number,
  temperature: number,
  token: number,
  most: number,
): LikelyTokens {
  const own = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
  /** The likeliest so far, in order. */
  const best: number[] = [];
  for (let id = 0; id < vocabulary; id++) {
    if (best.length === most && !(own[id]! > own[best.at(-1)!]!)) continue;
    if (best.length === most) best.pop();
    let at = best.length;
    while (at > 0 && own[best[at - 1]!]! < own[id]!) at--;
    best.splice(at, 0, id);
  }
  const largest = own[best[0]!]!;
  let total = 0;
  let weighted = 0;
  for (const logit of own) {
    const score = (logit - largest) / temperature;
    const weight = Math.exp(score);
    total += weight;
    // Of what cannot be drawn, 0 · −∞ is no number.
    if (weight > 0) weighted += weight * score;
  }
  const logTotal = Math.log(total);
  const logprobOf = (id: number): number => (own[id]! - largest) / temperature - logTotal;
  return {
    logprob: logprobOf(token),
    entropy: logTotal - weighted / total,
    alternatives: best.map((id) => ({ id, logprob: logprobOf(id) })),
  };
}
