/**
 * The value that a share of all values does not exceed, by nearest rank: one that is there. `sorted`: rising, not empty; `share` from 0 to 1.
 */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
