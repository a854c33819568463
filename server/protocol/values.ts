/** Values of programs as they cross between processes, and the one place where such a value is read. */

/**
 * A value of a program, by type: text, truth and null as they are in JSON, everything else under its tag, so that 1, 1.0 and
 * True stay different. Integers are hexadecimal, floats as Python or JavaScript prints them, bytes hexadecimal.
 */
export type Value =
  | null
  | boolean
  | string
  | { int: string }
  | { float: string }
  | { complex: [string, string] }
  | { list: Value[] }
  | { tuple: Value[] }
  | { set: Value[] }
  | { frozenset: Value[] }
  | { deque: Value[] }
  | { range: Value[] }
  | { fraction: Value[] }
  | { dict: [Value, Value][] }
  | { bytes: string }
  | { bytearray: string }
  | { decimal: string }
  | { undefined: true }
  /** A type or a function of Python itself, by its name. */
  | { builtin: string }
  /** What has no literal: the name of its type, and the number under which the program's side keeps it. */
  | { object: string; number: number };

/** Values within values. */
const deepestValue = 110;

/** Values in one, all levels together: of what tests hand a program, and more than any program may give. */
export const mostParts = 1_000_000;

/**
 * Types and functions of Python that go from a program to its tests as what they are. None makes code of a text, opens anything or reaches into its
 * interpreter: whatever the tests do with one, nothing of the program is run among them.
 */
const sharedBuiltins: ReadonlySet<string> = new Set([
  ...["int", "float", "bool", "str", "bytes", "bytearray", "complex", "list", "tuple", "dict", "set", "frozenset"],
  ...["range", "abs", "all", "any", "bin", "chr", "divmod", "hex", "len", "max", "min", "oct", "ord", "pow", "round"],
  ...["sorted", "sum"],
]);

const integer = /^-?0x[0-9a-f]+$/;
const float = /^-?(?:inf|nan|(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:e[+-]?\d{1,4})?)$/;
const hexadecimal = /^(?:[0-9a-f]{2})*$/;
const decimal = /^-?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d{1,19})?|Infinity|s?NaN\d*)$/;
const longestName = 1000;

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === "string" && pattern.test(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Task {
  readonly data: unknown;
  readonly depth: number;
  /** Whether it is an element of a set or a key: then no list, no dictionary and no set can be it. */
  readonly key: boolean;
  readonly put: (value: Value) => void;
}

const listOf = (content: unknown): readonly unknown[] => (Array.isArray(content) ? content : []);

/** Integers of an array of that many; null when it is another. */
function integers(content: unknown, count: number): { int: string }[] | null {
  if (!Array.isArray(content) || content.length !== count) return null;
  const found = content.flatMap((part: unknown) =>
    isRecord(part) && Object.keys(part).length === 1 && isText(part["int"], integer) ? [{ int: part["int"] }] : [],
  );
  return found.length === count ? found : null;
}

const isZero = ({ int }: { readonly int: string }): boolean => /^-?0x0+$/.test(int);

/** What is not made of other values; null where it is none. */
function leaf(tag: string, content: unknown, data: Readonly<Record<string, unknown>>): Value | null {
  switch (tag) {
    case "int":
      return isText(content, integer) ? { int: content } : null;
    case "float":
      return isText(content, float) ? { float: content } : null;
    case "complex": {
      const [real, imaginary, ...more] = listOf(content);
      return isText(real, float) && isText(imaginary, float) && more.length === 0
        ? { complex: [real, imaginary] }
        : null;
    }
    case "fraction": {
      const parts = integers(content, 2);
      return parts && !parts[1]!.int.startsWith("-") && !isZero(parts[1]!) ? { fraction: parts } : null;
    }
    case "range": {
      const parts = integers(content, 3);
      return parts && !isZero(parts[2]!) ? { range: parts } : null;
    }
    case "bytes":
      return isText(content, hexadecimal) ? { bytes: content } : null;
    case "bytearray":
      return isText(content, hexadecimal) ? { bytearray: content } : null;
    case "decimal":
      return isText(content, decimal) ? { decimal: content } : null;
    case "undefined":
      return content === true ? { undefined: true } : null;
    case "builtin":
      return typeof content === "string" && sharedBuiltins.has(content) ? { builtin: content } : null;
    case "object": {
      const { number } = data;
      return typeof content === "string" && content.length <= longestName && Number.isSafeInteger(number)
        ? { object: content, number: Number(number) }
        : null;
    }
    default:
      return null;
  }
}

/** An empty value of a kind that holds others, and the list that these go to; null where there is no such kind. */
function container(tag: string): { readonly value: Value; readonly items: Value[] } | null {
  const items: Value[] = [];
  switch (tag) {
    case "list":
      return { value: { list: items }, items };
    case "tuple":
      return { value: { tuple: items }, items };
    case "set":
      return { value: { set: items }, items };
    case "frozenset":
      return { value: { frozenset: items }, items };
    case "deque":
      return { value: { deque: items }, items };
    default:
      return null;
  }
}

/** What Python cannot hash. */
const mutable = new Set(["list", "dict", "set", "deque", "bytearray"]);

/**
 * A value made anew of data that anybody may have written; undefined where it is none, or has more than `parts` values. Exact: another key, another
 * form of a number, a set of lists are none. It does not call itself: depth costs no stack. `hashing`: elements of sets are what Python can hash.
 */
export function readValue(data: unknown, parts = mostParts, hashing = true): Value | undefined {
  const result: { value: Value | undefined } = { value: undefined };
  const tasks: Task[] = [{ data, depth: 0, key: false, put: (value) => (result.value = value) }];
  let count = 0;
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    const { depth, key, put } = task;
    const current = task.data;
    if (++count + tasks.length > parts || depth > deepestValue) return undefined;
    if (current === null || typeof current === "boolean" || typeof current === "string") {
      put(current);
      continue;
    }
    if (!isRecord(current)) return undefined;
    const names = Object.keys(current);
    const tag = names[0];
    if (tag === undefined || names.length !== (tag === "object" ? 2 : 1)) return undefined;
    if (key && hashing && mutable.has(tag)) return undefined;
    const content = current[tag];
    const single = leaf(tag, content, current);
    if (single !== null) {
      put(single);
      continue;
    }
    if (!Array.isArray(content) || content.length > parts - count) return undefined;
    const isKey = key || tag === "set" || tag === "frozenset";
    if (tag === "dict") {
      const entries: [Value, Value][] = [];
      put({ dict: entries });
      for (const [index, entry] of content.entries()) {
        if (!Array.isArray(entry) || entry.length !== 2) return undefined;
        const pair: [Value, Value] = [null, null];
        entries[index] = pair;
        const [name, item] = listOf(entry);
        tasks.push({ data: name, depth: depth + 1, key: true, put: (value) => (pair[0] = value) });
        tasks.push({ data: item, depth: depth + 1, key, put: (value) => (pair[1] = value) });
      }
      continue;
    }
    const held = container(tag);
    if (held === null) return undefined;
    put(held.value);
    for (const [index, item] of content.entries()) {
      held.items[index] = null;
      tasks.push({ data: item, depth: depth + 1, key: isKey, put: (value) => (held.items[index] = value) });
    }
  }
  return result.value;
}
