/** Entropy of the next-token distribution in the loss: which tokens learn, and the bonus. Nats. */

/** Linear-interpolated quantile, in [0, 1], of values in single precision, as torch.quantile gives it. NaN without values. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float32Array.from(values).sort();
  if (sorted.length === 0) return NaN;
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return Math.fround(low + (high - low) * (at - Math.floor(at)));
}

/** `[tokens]` 1 for the `share` of tokens with the highest entropy ("Beyond the 80/20 rule", arXiv 2506.01939, eq. 5), 0 for the others. */
export function highEntropyMask(entropies: ArrayLike<number>, share: number): Uint8Array {
  const threshold = quantile(entropies, 1 - share);
  return Uint8Array.from(entropies, (entropy) => (entropy >= threshold ? 1 : 0));
}

export interface EntropyControl {
  readonly use_adaptive_entropy: boolean;
  readonly entropy_coef: number;
  readonly entropy_coef_min: number;
  readonly entropy_coef_max: number;
  readonly entropy_coef_delta: number;
  readonly entropy_target: number;
}

/** State of the bonus between steps. */
export interface EntropyState {
  readonly coef: number;
  /** Of the step before; the bonus acts only while it is at or below the target. */
  readonly last: number;
}

/** TRL begins with an entropy that lets the bonus act. */
export const initialEntropyState = ({ entropy_coef }: EntropyControl): EntropyState => ({
  coef: entropy_coef,
  last: 0,
});

/** Coefficient that applies in this step. */
export const appliedEntropyCoef = (control: EntropyControl, { coef, last }: EntropyState): number =>
  control.use_adaptive_entropy && last > control.entropy_target ? 0 : coef;

/** After a step of mean entropy `entropy`: the coefficient goes up by `entropy_coef_delta` at or below the target, else down (Skywork-OR1, arXiv 2505.22312, section 4). */
export function nextEntropyState(control: EntropyControl, { coef }: EntropyState, entropy: number): EntropyState {
  if (!control.use_adaptive_entropy) return { coef, last: entropy };
  const { entropy_coef_min, entropy_coef_max, entropy_coef_delta, entropy_target } = control;
  const next =
    entropy <= entropy_target
      ? Math.min(coef + entropy_coef_delta, entropy_coef_max)
      : Math.max(coef - entropy_coef_delta, entropy_coef_min);
  return { coef: next, last: entropy };
}
