/**
 * Exponential moving average with the start's bias taken out: s_i = w·s_{i−1} + (1 − w)·v_i, shown as s_i / (1 − w^n) for the n values so far
 * (Kingma & Ba 2015, section 3; TensorBoard smooths likewise). Nulls stay null and do not count.
 * `weight` in [0, 1); 0 gives the values themselves.
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let sum = 0;
  let correction = 1;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    correction *= weight;
    return sum / (1 - correction);
  });
}
