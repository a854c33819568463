import type { Random } from "../algorithms/random";

export interface SampledToken {
  readonly token: number;
  /** log-probability at the temperature, nats. */
  readonly logprob: number;
  /** Entropy of the distribution at the temperature, nats. */
  readonly entropy: number;
}

/**
 * Draws from softmax(logits / temperature), or takes the likeliest token when `random` is null (the lowest id among equals).
 *
 * @param logits row `row` of `[rows, vocabulary]`.
 */
export function sampleToken(
  logits: Float32Array,
  row: number,
  vocabulary: number,
  temperature: number,
  random: Random | null,
): SampledToken {
  const start = row * vocabulary;
  let best = -Infinity;
  let likeliest = 0;
  for (let id = 0; id < vocabulary; id++) {
    const logit = logits[start + id]!;
    if (logit > best) {
      best = logit;
      likeliest = id;
    }
  }
  let total = 0;
  let weighted = 0;
  for (let id = 0; id < vocabulary; id++) {
    const score = (logits[start + id]! - best) / temperature;
    const weight = Math.exp(score);
    total += weight;
    weighted += weight * score;
  }
  const logTotal = Math.log(total);
  let token = likeliest;
  if (random) {
    let left = random() * total;
    for (let id = 0; id < vocabulary; id++) {
      left -= Math.exp((logits[start + id]! - best) / temperature);
      if (left < 0) {
        token = id;
        break;
      }
    }
  }
  return {
    token,
    logprob: (logits[start + token]! - best) / temperature - logTotal,
    entropy: logTotal - weighted / total,
  };
}
