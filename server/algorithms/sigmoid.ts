/** The logistic function and its logarithm, for losses of pairs. */

/** σ(x) = 1 / (1 + e^(−x)) */
export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** log σ(x), finite wherever x is. */
export const logSigmoid = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
