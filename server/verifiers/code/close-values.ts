/** When a value that a program gave is the expected one but for the last digits of its numbers. */
import type { Equality, Tolerance, Value } from "../../protocol/sandbox";
import { equalityKey, equalValues } from "./values";
import { toleratedDifference } from "./tolerance";

const isObject = (value: Value): value is Exclude<Value, null | boolean | string> =>
  typeof value === "object" && value !== null;

/** A number with a fraction, or of a size that has none; null: it is another value. */
function floatOf(value: Value): number | null {
  if (!isObject(value) || !("float" in value)) return null;
  const { float } = value;
  return /nan|inf/.test(float) ? null : Number(float);
}

function sequenceOf(value: Value, equality: Equality): { kind: string; items: readonly Value[] } | null {
  if (!isObject(value)) return null;
  if ("list" in value) return { kind: equality === "json" ? "sequence" : "list", items: value.list };
  if ("tuple" in value) return { kind: equality === "json" ? "sequence" : "tuple", items: value.tuple };
  if ("deque" in value) return { kind: "deque", items: value.deque };
  return null;
}

const hasFraction = (value: Value): boolean => {
  const number = floatOf(value);
  return number !== null && !Number.isInteger(number);
};

/** Integers that a float holds exactly. */
const largestExact = 2n ** 53n;

/** What a number with a fraction may be given as, and a whole number that stands among such. */
function numberOf(value: Value): number | null {
  if (!isObject(value) || !("int" in value)) return floatOf(value);
  const size = BigInt(value.int.replace("-", ""));
  if (size > largestExact) return null;
  return value.int.startsWith("-") ? -Number(size) : Number(size);
}

/**
 * The largest difference of a number between what was given and what is expected, where all else is equal; null: it is not. A number may differ that is
 * expected with a fraction, or among numbers with one (`[1, 0.3]` of JSON may have been `[1.0, 0.3]`) and was given as a float.
 */
export function valueDifference(
  given: Value,
  expected: Value,
  equality: Equality,
  tolerance: Tolerance,
): number | null {
  if (equalValues(given, expected, equality)) return 0;
  return tolerance.absolute === 0 && tolerance.relative === 0
    ? null
    : closeDifference(given, expected, equality, tolerance, false);
}

function closeDifference(
  given: Value,
  expected: Value,
  equality: Equality,
  tolerance: Tolerance,
  amongFractions: boolean,
): number | null {
  const must = numberOf(expected);
  if (must !== null) {
    const is = hasFraction(expected) ? numberOf(given) : amongFractions ? floatOf(given) : null;
    const tolerated = is === null ? null : toleratedDifference(is, must, tolerance);
    return tolerated ?? (equalValues(given, expected, equality) ? 0 : null);
  }
  const [ours, theirs] = [sequenceOf(given, equality), sequenceOf(expected, equality)];
  if (ours !== null && theirs !== null) {
    if (ours.kind !== theirs.kind || ours.items.length !== theirs.items.length) return null;
    const fractions = theirs.items.some(hasFraction);
    return largest(
      theirs.items.map((item, index) => [ours.items[index]!, item] as const),
      ([our, their]) => closeDifference(our, their, equality, tolerance, fractions),
    );
  }
  if (isObject(given) && isObject(expected) && "dict" in given && "dict" in expected) {
    const found = new Map(given.dict.map(([key, item]) => [equalityKey(key, equality), item]));
    if (found.size !== given.dict.length || found.size !== expected.dict.length) return null;
    const fractions = expected.dict.some(([, item]) => hasFraction(item));
    return largest(expected.dict, ([key, item]) => {
      const name = equalityKey(key, equality);
      const our = name === null ? undefined : found.get(name);
      return our === undefined ? null : closeDifference(our, item, equality, tolerance, fractions);
    });
  }
  return equalValues(given, expected, equality) ? 0 : null;
}

function largest<T>(items: readonly T[], differenceOf: (item: T) => number | null): number | null {
  let most = 0;
  for (const item of items) {
    const difference = differenceOf(item);
    if (difference === null) return null;
    most = Math.max(most, difference);
  }
  return most;
}
