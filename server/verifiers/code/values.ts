/** Values of programs outside their sandbox: when two are equal, and what they look like. */
import type { Equality, Value } from "../../protocol/sandbox";
import { withoutAtEnd } from "../../shared/without-end";

/** Digits beyond which a number is compared by how it is written. */
const mostDigits = 10_000;

/** Digits that the numbers of one value may have, powers of ten written out: a comparison takes no longer than its reading. */
const mostDigitsInAll = 4_000_000;

/** Thrown where comparing what a program gave would cost more than any honest value does. */
class TooLarge extends Error {}

/** What is left of {@link mostDigitsInAll}. */
interface Budget {
  digits: number;
}

function spend(budget: Budget, digits: number): void {
  budget.digits -= digits;
  if (budget.digits < 0) throw new TooLarge();
}

const integer = (hexadecimal: string) =>
  hexadecimal.startsWith("-") ? -BigInt(hexadecimal.slice(1)) : BigInt(hexadecimal);

/** Of a fraction in lowest terms, its denominator above zero. */
const reducedKey = (numerator: bigint, denominator: bigint): string =>
  `number ${numerator.toString(16)}/${denominator.toString(16)}`;

const doubleBits = new DataView(new ArrayBuffer(8));

/** Exact value of a double: every finite one is an integer of 53 bits at most, times a power of two. */
function doubleKey(value: number): string | null {
  if (Number.isNaN(value)) return null;
  if (!Number.isFinite(value)) return `number ${value}`;
  if (Number.isInteger(value)) return reducedKey(BigInt(value), 1n);
  doubleBits.setFloat64(0, value);
  const bits = doubleBits.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  let size = bits & 0xf_ffff_ffff_ffffn;
  if (exponent > 0) size |= 1n << 52n;
  let below = 1075 - Math.max(exponent, 1);
  for (; (size & 1n) === 0n; below--) size >>= 1n;
  return reducedKey(value < 0 ? -size : size, 1n << BigInt(below));
}

function floatOf(text: string): number {
  const bare = text.replace(/^[+-]/, "");
  const size = bare === "inf" ? Infinity : bare === "nan" ? NaN : Number(bare);
  return text.startsWith("-") ? -size : size;
}

/** `digits` / 10 ** `power` in lowest terms: only twos and fives can be in both. */
function decimalFraction(digits: bigint, power: number): string {
  let numerator = digits;
  let [twos, fives] = [power, power];
  if (numerator === 0n) [twos, fives] = [0, 0];
  for (; twos > 0 && (numerator & 1n) === 0n; twos--) numerator >>= 1n;
  for (; fives > 0 && numerator % 5n === 0n; fives--) numerator /= 5n;
  return reducedKey(numerator, 2n ** BigInt(twos) * 5n ** BigInt(fives));
}

function decimalKey(text: string, budget: Budget): string | null {
  const [, sign, whole = "", part = "", power = "0"] = /^(-?)(\d*)\.?(\d*)(?:E([+-]?\d+))?$/i.exec(text) ?? [];
  const infinite = /^(-?)Infinity$/.exec(text);
  if (infinite) return `number ${infinite[1] ?? ""}Infinity`;
  if (sign === undefined) return null;
  // Without the zeros at either end of its digits, and they are many in `0E+9`.
  const written = `${whole}${part}`.replace(/^0+/, "");
  const bare = withoutAtEnd(written, "0");
  if (bare === "") return reducedKey(0n, 1n);
  const scale = Number(power) - part.length + (written.length - bare.length);
  const size = bare.length + Math.abs(scale);
  if (bare.length > mostDigits || !(Math.abs(scale) <= mostDigits)) {
    spend(budget, text.length);
    return `decimal ${sign}${bare}E${scale}`;
  }
  spend(budget, size);
  const digits = BigInt(`${sign}${bare}`);
  return scale >= 0 ? reducedKey(digits * 10n ** BigInt(scale), 1n) : decimalFraction(digits, -scale);
}

function equalityKeyWithin(value: Value, equality: Equality, budget: Budget): string | null {
  const all = (values: readonly Value[]): string[] | null => {
    const keys: string[] = [];
    for (const item of values) {
      const key = equalityKeyWithin(item, equality, budget);
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
  const integerKey = (hexadecimal: string): string => {
    spend(budget, hexadecimal.length);
    return reducedKey(integer(hexadecimal), 1n);
  };
  const numeric = equality !== "javascript";
  if (value === null) return "none";
  if (typeof value === "boolean") return numeric ? `number ${value ? 1 : 0}/1` : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if ("int" in value) return numeric ? integerKey(value.int) : `big ${value.int}`;
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
    if (!isInteger(numerator) || !isInteger(denominator)) return null;
    spend(budget, numerator.int.length + denominator.int.length);
    // Python keeps its fractions in lowest terms, above a number that is positive: a forged one equals nothing.
    const below = integer(denominator.int);
    return below > 0n ? reducedKey(integer(numerator.int), below) : null;
  }
  if ("decimal" in value) return decimalKey(value.decimal, budget);
  if ("date" in value) return `date ${value.date}`;
  if ("datetime" in value) return `datetime ${value.datetime}`;
  if ("time" in value) return `time ${value.time}`;
  if ("timedelta" in value) return sequence("timedelta", value.timedelta);
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

/**
 * Two values are equal when their keys are; null: equal to nothing, not even to itself (NaN, what has no literal, and numbers of more digits in
 * all than are compared). Linear in the size of the value.
 */
export function equalityKey(value: Value, equality: Equality): string | null {
  try {
    return equalityKeyWithin(value, equality, { digits: mostDigitsInAll });
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
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
  if ("date" in value) return `date.fromisoformat("${value.date}")`;
  if ("datetime" in value) return `datetime.fromisoformat("${value.datetime}")`;
  if ("time" in value) return `time.fromisoformat("${value.time}")`;
  if ("timedelta" in value) return `timedelta(${list(value.timedelta)})`;
  if ("dict" in value)
    return `{${value.dict.map(([key, item]) => `${showValue(key)}: ${showValue(item)}`).join(", ")}}`;
  if ("bytes" in value) return `bytes.fromhex("${value.bytes}")`;
  if ("bytearray" in value) return `bytearray.fromhex("${value.bytearray}")`;
  if ("undefined" in value) return "undefined";
  if ("builtin" in value) return value.builtin;
  if ("graph" in value) return `<${value.graph[0]![0]}>`;
  return `<${value.object}>`;
}

/** Arrays and objects within each other that a test may hold. */
const deepestTest = 100;

/**
 * A value of JSON as a program sees it. Integers become Python's `int`; in JavaScript all numbers are of the kind of its floats. Throws a TypeError
 * for what is no JSON, or nested too deep to be handed to a program.
 */
export function valueOfJson(json: unknown, language: "python" | "javascript" = "python", depth = 0): Value {
  if (depth > deepestTest)
    throw new TypeError(`A test holds a value that is nested deeper than ${deepestTest} levels.`);
  if (json === null || typeof json === "boolean" || typeof json === "string") return json;
  if (typeof json === "number") {
    if (language === "python" && Number.isSafeInteger(json)) return hexadecimal(BigInt(json));
    return { float: Number.isNaN(json) ? "nan" : Number.isFinite(json) ? String(json) : json > 0 ? "inf" : "-inf" };
  }
  if (typeof json === "bigint") return hexadecimal(json);
  if (Array.isArray(json)) return { list: json.map((item) => valueOfJson(item, language, depth + 1)) };
  if (typeof json === "object")
    return { dict: Object.entries(json).map(([key, item]) => [key, valueOfJson(item, language, depth + 1)]) };
  throw new TypeError(`A test holds a ${typeof json}, which is no value of JSON.`);
}

const hexadecimal = (value: bigint): Value => ({
  int: value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`,
});
