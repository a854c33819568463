import type { Mismatch } from "./case-file";

/** |actual − expected| ≤ absolute + relative · |expected|. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** Numbers, null, or lists of them, of any depth. */
export type Nested = number | null | readonly Nested[];

/** NaN in the outcome is null in a case file, as JSON has no NaN. */
const isMissing = (value: Nested): boolean => value === null || Number.isNaN(value);

function agrees(expected: Nested, actual: Nested, tolerance: Tolerance): boolean {
  if (typeof expected === "object" && expected !== null) {
    return (
      typeof actual === "object" &&
      actual !== null &&
      actual.length === expected.length &&
      expected.every((value, index) => agrees(value, actual[index]!, tolerance))
    );
  }
  if (isMissing(expected) || isMissing(actual)) return isMissing(expected) && isMissing(actual);
  return (
    typeof actual === "number" &&
    typeof expected === "number" &&
    Math.abs(actual - expected) <= tolerance.absolute + tolerance.relative * Math.abs(expected)
  );
}

/** Compares field by field; only what differs comes back. A field that has no expectation is a mismatch too. */
export function compare(
  expected: Readonly<Record<string, Nested | undefined>>,
  actual: Readonly<Record<string, Nested>>,
  tolerance: Tolerance,
): Mismatch[] {
  return Object.entries(actual).flatMap(([field, value]) => {
    const wanted = expected[field];
    return wanted !== undefined && agrees(wanted, value, tolerance)
      ? []
      : [{ field, expected: wanted ?? null, actual: value }];
  });
}
