/** What PPO (arXiv 1707.06347) adds to a policy loss: a critic. Conventions are those of TRL 1.12, the last release with a PPO trainer. */

export interface ValueLoss {
  /** ½ · mean(max((V − R)², (clip(V, V_old − c, V_old + c) − R)²)) */
  readonly loss: number;
  /** `[tokens]` d loss / d V. */
  readonly gradient: Float64Array;
  /** Share of tokens whose clipped error is the larger one. */
  readonly clipFraction: number;
}

/** The clipped loss of a critic over `[tokens]` (PPO's reference implementation; TRL 1.12 `PPOTrainer.train`, lines 828–836). `count`: tokens of the whole batch. */
export function valueLoss(
  values: ArrayLike<number>,
  oldValues: ArrayLike<number>,
  returns: ArrayLike<number>,
  cliprange_value: number,
  count = values.length,
): ValueLoss {
  const gradient = new Float64Array(values.length);
  let [total, clippedTokens] = [0, 0];
  for (let token = 0; token < values.length; token++) {
    const [value, old, target] = [values[token]!, oldValues[token]!, returns[token]!];
    const clipped = Math.min(Math.max(value, old - cliprange_value), old + cliprange_value);
    const [free, held] = [(value - target) ** 2, (clipped - target) ** 2];
    total += Math.max(free, held);
    if (held > free) clippedTokens++;
    // A clipped value is a constant.
    if (free >= held || clipped === value) gradient[token] = (value - target) / count;
  }
  return { loss: total / (2 * Math.max(count, 1)), gradient, clipFraction: clippedTokens / Math.max(count, 1) };
}

const variance = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
};

/** 1 − var(R − V) / var(R): 1 where the critic knows the returns, 0 where it knows their mean, below where it misleads. NaN for equal returns. */
export function explainedVariance(values: ArrayLike<number>, returns: ArrayLike<number>): number {
  const targets = Array.from(returns);
  const spread = variance(targets);
  return spread === 0 ? NaN : 1 - variance(targets.map((target, token) => target - values[token]!)) / spread;
}
