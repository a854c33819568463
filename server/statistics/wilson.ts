/**
 * Interval of a share of so many independent trials (Wilson 1927): within 0 and 1, and not empty at either end. `z`: quantile of the normal
 * distribution, 1.96 for 95 %. Null of none.
 */
export function wilsonInterval(
  successes: number,
  trials: number,
  z = 1.959964,
): { readonly low: number; readonly high: number } | null {
  if (trials === 0) return null;
  const share = successes / trials;
  const scale = 1 + (z * z) / trials;
  const centre = (share + (z * z) / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
