import { randomInteger, randomStream } from "../algorithms/random";

/** A mean with the interval that holds it, and the number of values it rests on. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Share of resampled means within the interval. Default: 0.95. */
  readonly confidence?: number;
  /** Default: 1000. */
  readonly resamples?: number;
}

/**
 * The mean over prompts with its percentile bootstrap interval (Efron and Tibshirani 1993, 13.3): prompts are drawn with replacement, each
 * with all of its samples, because samples of one prompt are not independent. `values`: one a prompt, `[prompts]`. Null without values.
 */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Estimate | null {
  const { seed, confidence = 0.95, resamples = 1000 } = options;
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const random = randomStream(seed, "bootstrap", values.length);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < values.length; draw++) sum += values[randomInteger(random, 0, values.length - 1)]!;
    return sum / values.length;
  }).sort((a, b) => a - b);
  const at = (share: number): number =>
    means[Math.min(resamples - 1, Math.max(0, Math.round(share * (resamples - 1))))]!;
  const tail = (1 - confidence) / 2;
  return { mean, low: at(tail), high: at(1 - tail), count: values.length };
}

/** What is counted of one prompt's samples, and of how many. */
export type RatioPart = readonly [sum: number, of: number];

export interface Difference {
  /** Second ratio minus the first. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Resamples beyond which no more are drawn for those whose ratio is of nothing. */
const patience = 4;

/**
 * Difference of two ratios Σ sum / Σ of with its percentile bootstrap interval: the parts of each side, one a prompt, are drawn with replacement,
 * as in {@link bootstrapMean}. Null when a side rests on nothing.
 */
export function bootstrapDifference(
  first: readonly RatioPart[],
  second: readonly RatioPart[],
  { seed, confidence = 0.95, resamples = 1000 }: BootstrapOptions,
): Difference | null {
  const ratio = (parts: readonly RatioPart[], pick: (index: number) => number): number => {
    let [sum, of] = [0, 0];
    for (let index = 0; index < parts.length; index++) {
      const part = parts[pick(index)]!;
      sum += part[0];
      of += part[1];
    }
    return sum / of;
  };
  const value = ratio(second, (index) => index) - ratio(first, (index) => index);
  if (!Number.isFinite(value)) return null;
  const random = randomStream(seed, "difference", first.length, second.length);
  const drawn: number[] = [];
  for (let draw = 0; draw < patience * resamples && drawn.length < resamples; draw++) {
    const [left, right] = [first, second].map((parts) => ratio(parts, () => randomInteger(random, 0, parts.length - 1)));
    if (Number.isFinite(left) && Number.isFinite(right)) drawn.push(right! - left!);
  }
  if (drawn.length === 0) return null;
  drawn.sort((a, b) => a - b);
  const at = (share: number): number => drawn[Math.round(share * (drawn.length - 1))]!;
  const tail = (1 - confidence) / 2;
  return { value, low: at(tail), high: at(1 - tail) };
}
