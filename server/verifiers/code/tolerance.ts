/** How far a number with a fraction may be from the one that is expected. Whole numbers are exact whatever is tolerated. */
import type { Tolerance } from "../../protocol/sandbox";

/**
 * What competitions allow an answer, and no more than EvalPlus allows a call (10⁻⁶ + 10⁻⁷ of what is expected), with two differences: a large number has nine
 * digits to be right in, and a small one is not zero.
 */
export const usualTolerance: Tolerance = { absolute: 1e-6, relative: 1e-9, share: 0.1 };

export const exact: Tolerance = { absolute: 0, relative: 0, share: 0 };

/** What people write: a number is both, and what they do not name is nothing. */
export type ToleranceOption = number | { readonly absolute?: number; readonly relative?: number };

/** Throws a TypeError for what is no tolerance. */
export function toleranceOf(option: ToleranceOption | undefined): Tolerance {
  if (option === undefined) return usualTolerance;
  const { absolute = 0, relative = 0 } = typeof option === "number" ? { absolute: option, relative: option } : option;
  for (const part of [absolute, relative])
    if (typeof part !== "number" || !(part >= 0 && part < 1))
      throw new TypeError(`A tolerance is a number from 0 up to, and without, 1; this is ${String(part)}.`);
  return { absolute, relative, share: Number.MAX_VALUE };
}

/** How far two numbers are from each other where that is tolerated; null: it is not. */
export function toleratedDifference(given: number, expected: number, tolerance: Tolerance): number | null {
  const difference = Math.abs(given - expected);
  const size = Math.abs(expected);
  const { relative, share } = tolerance;
  const absolute = size === 0 ? tolerance.absolute : Math.min(tolerance.absolute, share * size);
  // Not for infinite ones, which are equal or not.
  return difference <= Math.max(absolute, relative * size) && difference < Infinity ? difference : null;
}

/** A tolerance and what it let pass, in words. */
export const showTolerated = (difference: number): string =>
  `passed within the tolerance for numbers with a fraction: the largest difference is ${difference.toPrecision(2)}`;
