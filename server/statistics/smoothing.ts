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

/** Beyond it 1 − w^n is 1; a power that went on falling would end among the denormal numbers, which take fifty times as long to multiply. */
const negligible = 2 ** -60;

/** Smooths numbers in place, from where the average stands; NaN, which is what is missing, stays and does not count. */
export function smoothRows(state: Smoothing, values: Float64Array): void {
  const { weight } = state;
  let { sum, correction } = state;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    sum = weight * sum + (1 - weight) * value;
    correction = correction < negligible ? 0 : correction * weight;
    values[row] = sum / (1 - correction);
  }
  Object.assign(state, { sum, correction });
}

export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  const rows = Float64Array.from(values, (value) => value ?? Number.NaN);
  smoothRows(smoothing(weight), rows);
  return values.map((value, row) => (value === null ? null : rows[row]!));
}
