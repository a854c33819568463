import { randomInteger, randomStream } from "../shared/random";
import type { Estimate } from "../protocol/reports";

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

export interface Difference {
  /** Second ratio minus the first. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** `[2 · ratios]`: of one prompt's samples, of each ratio what is counted and of how many. */
export type RatioSums = Float64Array | readonly number[];

/**
 * Differences of ratios Σ counted / Σ of between two sides, each with its percentile bootstrap interval: the prompts of each side are drawn with
 * replacement, as in {@link bootstrapMean}, and the same draws serve all ratios. Null where a side rests on nothing.
 */
export function bootstrapDifferences(
  first: readonly RatioSums[],
  second: readonly RatioSums[],
  { seed, confidence = 0.95, resamples = 1000 }: BootstrapOptions,
): (Difference | null)[] {
  const width = (first[0] ?? second[0])?.length ?? 0;
  const random = randomStream(seed, "difference", first.length, second.length);
  const ratios = (side: readonly RatioSums[], pick: (index: number) => number): Float64Array => {
    const sums = new Float64Array(width);
    for (let index = 0; index < side.length; index++) {
      const prompt = side[pick(index)]!;
      for (let place = 0; place < width; place++) sums[place]! += prompt[place]!;
    }
    return Float64Array.from({ length: width / 2 }, (_, ratio) => sums[2 * ratio]! / sums[2 * ratio + 1]!);
  };
  const anyOf = (side: readonly RatioSums[]): Float64Array =>
    ratios(side, () => randomInteger(random, 0, side.length - 1));
  const [before, after] = [ratios(first, (index) => index), ratios(second, (index) => index)];
  const drawn = Array.from(before, (): number[] => []);
  for (let draw = 0; draw < resamples; draw++) {
    const [left, right] = [anyOf(first), anyOf(second)];
    // A draw in which a ratio is of nothing tells nothing of it.
    for (const [ratio, differences] of drawn.entries()) {
      const difference = right[ratio]! - left[ratio]!;
      if (Number.isFinite(difference)) differences.push(difference);
    }
  }
  const tail = (1 - confidence) / 2;
  return drawn.map((differences, ratio) => {
    const value = after[ratio]! - before[ratio]!;
    if (!Number.isFinite(value) || differences.length === 0) return null;
    differences.sort((a, b) => a - b);
    const at = (share: number): number => differences[Math.round(share * (differences.length - 1))]!;
    return { value, low: at(tail), high: at(1 - tail) };
  });
}
