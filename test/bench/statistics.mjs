// Medians, spreads and paired ratios of what was measured side by side.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median and quartiles, rounded to four digits. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  const round = (value) => Number(value.toPrecision(4));
  return { median: round(median(values)), low: round(at(0.25)), high: round(at(0.75)), count: values.length };
}

/** Ours against theirs, round by round: what disturbs the machine for a while disturbs both sides of a round. */
export const ratios = (ours, theirs) => ours.map((value, index) => value / theirs[index]);

/** Median and 95th percentile, rounded to three digits. */
export function usualAndWorst(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const round = (value) => Number(value.toPrecision(3));
  return {
    median: round(median(values)),
    p95: round(sorted[Math.min(sorted.length - 1, Math.ceil(0.95 * sorted.length) - 1)]),
    count: values.length,
  };
}
