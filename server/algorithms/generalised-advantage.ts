/** Generalised advantage estimation (arXiv 1506.02438, eq. 16), and returns, over the tokens of completions that lie one after the other. */
import { eachCompletion } from "./packed";

export interface Discount {
  readonly gamma: number;
  readonly lam: number;
}

export interface Estimated {
  /** `[tokens]` Σ_l (γλ)^l δ_{t+l}, δ_t = r_t + γ V_{t+1} − V_t; V behind the last token is 0. */
  readonly advantages: Float64Array;
  /** `[tokens]` advantages + V: what the critic is to predict. */
  readonly returns: Float64Array;
}

/** @param rewards `[tokens]`, @param values `[tokens]` V of the state before each token. */
export function generalisedAdvantages(
  lengths: readonly number[],
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  { gamma, lam }: Discount,
): Estimated {
  const advantages = new Float64Array(rewards.length);
  eachCompletion(lengths, (start, end) => {
    let next = 0;
    for (let token = end - 1; token >= start; token--) {
      const ahead = token + 1 < end ? values[token + 1]! : 0;
      const surprise = rewards[token]! + gamma * ahead - values[token]!;
      next = surprise + gamma * lam * next;
      advantages[token] = next;
    }
  });
  return { advantages, returns: advantages.map((advantage, token) => advantage + values[token]!) };
}

/** `[tokens]` rewards of tokens: what each pays for its KL, and the last token of a completion its score. */
export function tokenRewards(
  lengths: readonly number[],
  scores: readonly number[],
  penalties: ArrayLike<number> | null,
): Float64Array {
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const rewards = Float64Array.from({ length: count }, (_, token) => -(penalties?.[token] ?? 0));
  eachCompletion(lengths, (start, end, completion) => {
    if (end > start) rewards[end - 1]! += scores[completion]!;
  });
  return rewards;
}
