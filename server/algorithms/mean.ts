/** Relative to the first value, so that equal values have exactly that mean, and advantages of exactly 0; NaN without values. */
export function mean(values: ArrayLike<number>): number {
  const first = values[0] ?? NaN;
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! - first;
  return first + sum / values.length;
}
