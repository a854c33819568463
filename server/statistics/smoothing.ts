/**
 * Exponential moving average with the start's bias taken out: s_i = w·s_{i−1} + (1 − w)·v_i, shown as s_i / (1 − w^n) for the n values so far
 * (Kingma & Ba 2015, section 3; TensorBoard smooths likewise). What is missing stays missing and does not count.
 */

/** Where an average stands behind some values. */
export interface Smoothing {
  readonly weight: number;
  sum: number;
  correction: number;
}

/** `weight` in [0, 1); 0 gives the values themselves. */
export const smoothing = (weight: number): Smoothing => ({ weight, sum: 0, correction: 1 });

/** The next smoothed value. */
export function smoothed(state: Smoothing, value: number): number {
  const { weight } = state;
  state.sum = weight * state.sum + (1 - weight) * value;
  state.correction *= weight;
  return state.sum / (1 - state.correction);
}

export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  const state = smoothing(weight);
  return values.map((value) => (value === null ? null : smoothed(state, value)));
}
