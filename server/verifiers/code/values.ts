/** Values of programs outside their sandbox: when two are equal, and what they look like. */
import type { Value } from "../../protocol/sandbox";

/**
 * `python`: as `==` of Python has it: 1, 1.0 and True are equal, a list and a tuple are not. `json`: the same, but the expected
 * value came from JSON, which has no tuples: sequences are equal whatever their kind. `javascript`: as deep strict equality.
 */
export type Equality = "python" | "json" | "javascript";

/** Digits beyond which a number is compared by how it is written. */
const mostDigits = 10_000;

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function fractionKey(numerator: bigint, denominator: bigint): string | null {
  if (denominator === 0n) return null;
  const divisor = greatestCommonDivisor(numerator, denominator) || 1n;
  return `number ${(numerator / divisor).toString(16)}/${(denominator / divisor).toString(16)}`;
}

const integer = (hexadecimal: string) =>
  hexadecimal.startsWith("-") ? -BigInt(hexadecimal.slice(1)) : BigInt(hexadecimal);

/** Exact value of a double: every finite one is a fraction with a power of two below. */
function doubleKey(value: number): string | null {
  if (Number.isNaN(value)) return null;
  if (!Number.isFinite(value)) return `number ${value}`;
  let scaled = value;
  let denominator = 1n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return fractionKey(BigInt(scaled), denominator);
}

function floatOf(text: string): number {
  const bare = text.replace(/^[+-]/, "");
  const size = bare === "inf" ? Infinity : bare === "nan" ? NaN : Number(bare);
  return text.startsWith("-") ? -size : size;
}

function decimalKey(text: string): string | null {
  const [, sign, whole = "", part = "", power = "0"] = /^(-?)(\d*)\.?(\d*)(?:E([+-]?\d+))?$/i.exec(text) ?? [];
  if (sign === undefined || Math.abs(Number(power)) > mostDigits) return /nan/i.test(text) ? null : `decimal ${text}`;
  const digits = BigInt(`${sign}${whole}${part}` || "0");
  const scale = Number(power) - part.length;
  return scale >= 0 ? fractionKey(digits * 10n ** BigInt(scale), 1n) : fractionKey(digits, 10n ** BigInt(-scale));
}

/** Two values are equal when their keys are; null: equal to nothing, not even to itself (NaN, and what has no literal). */
export function equalityKey(value: Value, equality: Equality): string | null {
  const all = (values: readonly Value[]): string[] | null => {
    const keys: string[] = [];
    for (const item of values) {
      const key = equalityKey(item, equality);
      if (key === null) return null;
      keys.push(key);
    }
    return keys;
  };
  const sequence = (kind: string, values: readonly Value[], sorted = false) => {
    const keys = all(values);
    if (keys === null) return null;
    // What is equal counts once in a set, also when a program claims two of it.
    return `${kind}(${(sorted ? [...new Set(keys)].sort() : keys).join(",")})`;
  };
  const numeric = equality !== "javascript";
  if (value === null) return "none";
  if (typeof value === "boolean") return numeric ? `number ${value ? 1 : 0}/1` : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if ("int" in value) return numeric ? fractionKey(integer(value.int), 1n) : `big ${value.int}`;
  if ("float" in value) {
    const number = floatOf(value.float);
    return equality === "javascript" && Number.isNaN(number) ? "NaN" : doubleKey(number);
  }
  if ("complex" in value) {
    const [real, imaginary] = value.complex.map((part) => doubleKey(floatOf(part)));
    if (real === undefined || imaginary === undefined || real === null || imaginary === null) return null;
    return imaginary === "number 0/1" ? real : `complex(${real},${imaginary})`;
  }
  if ("list" in value) return sequence(equality === "json" ? "sequence" : "list", value.list);
  if ("tuple" in value) return sequence(equality === "json" ? "sequence" : "tuple", value.tuple);
  if ("set" in value) return sequence("set", value.set, true);
  if ("frozenset" in value) return sequence("set", value.frozenset, true);
  if ("deque" in value) return sequence("deque", value.deque);
  if ("range" in value) return sequence("range", value.range);
  if ("fraction" in value) {
    const [numerator, denominator] = value.fraction;
    const isInteger = (part: Value | undefined): part is { int: string } =>
      typeof part === "object" && part !== null && "int" in part;
    return isInteger(numerator) && isInteger(denominator)
      ? fractionKey(integer(numerator.int), integer(denominator.int))
      : null;
  }
  if ("decimal" in value) return decimalKey(value.decimal);
  if ("dict" in value) {
    const entries = new Map<string, string>();
    for (const [key, item] of value.dict) {
      const keys = all([key, item]);
      if (keys === null) return null;
      entries.set(keys[0]!, keys[1]!);
    }
    return `dict(${[...entries]
      .map((entry) => entry.join(":"))
      .sort()
      .join(",")})`;
  }
  if ("bytes" in value) return `bytes ${value.bytes}`;
  if ("bytearray" in value) return `bytes ${value.bytearray}`;
  if ("undefined" in value) return "undefined";
  if ("builtin" in value) return `builtin ${value.builtin}`;
  return null;
}

/** Whether what a program gave is what was expected. */
export function equalValues(given: Value, expected: Value, equality: Equality): boolean {
  const key = equalityKey(expected, equality);
  return key !== null && key === equalityKey(given, equality);
}

/** A value as Python would print it. */
export function showValue(value: Value): string {
  const list = (values: readonly Value[]) => values.map(showValue).join(", ");
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if ("int" in value) {
    return value.int.length > mostDigits ? value.int : integer(value.int).toString();
  }
  if ("float" in value) return /^-?\d+$/.test(value.float) ? `${value.float}.0` : value.float;
  if ("complex" in value) return `complex(${value.complex.join(", ")})`;
  if ("list" in value) return `[${list(value.list)}]`;
  if ("tuple" in value) return value.tuple.length === 1 ? `(${list(value.tuple)},)` : `(${list(value.tuple)})`;
  if ("set" in value) return value.set.length === 0 ? "set()" : `{${list(value.set)}}`;
  if ("frozenset" in value) return `frozenset({${list(value.frozenset)}})`;
  if ("deque" in value) return `deque([${list(value.deque)}])`;
  if ("range" in value) return `range(${list(value.range)})`;
  if ("fraction" in value) return `Fraction(${list(value.fraction)})`;
  if ("decimal" in value) return `Decimal("${value.decimal}")`;
  if ("dict" in value)
    return `{${value.dict.map(([key, item]) => `${showValue(key)}: ${showValue(item)}`).join(", ")}}`;
  if ("bytes" in value) return `bytes.fromhex("${value.bytes}")`;
  if ("bytearray" in value) return `bytearray.fromhex("${value.bytearray}")`;
  if ("undefined" in value) return "undefined";
  if ("builtin" in value) return value.builtin;
  return `<${value.object}>`;
}

/** A value of JSON as a program sees it. Integers become Python's `int`, in JavaScript all numbers are the same. */
export function valueOfJson(json: unknown): Value {
  if (json === null || typeof json === "boolean" || typeof json === "string") return json;
  if (typeof json === "number") {
    if (Number.isSafeInteger(json)) return { int: json < 0 ? `-0x${(-json).toString(16)}` : `0x${json.toString(16)}` };
    return { float: Number.isNaN(json) ? "nan" : Number.isFinite(json) ? String(json) : json > 0 ? "inf" : "-inf" };
  }
  if (typeof json === "bigint") return { int: json < 0n ? `-0x${(-json).toString(16)}` : `0x${json.toString(16)}` };
  if (Array.isArray(json)) return { list: json.map(valueOfJson) };
  if (typeof json === "object") return { dict: Object.entries(json).map(([key, item]) => [key, valueOfJson(item)]) };
  throw new TypeError(`A test holds a ${typeof json}, which is no value of JSON.`);
}
