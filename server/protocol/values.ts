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
  /** As Python's `isoformat` writes it. */
  | { date: string }
  | { datetime: string }
  | { time: string }
  /** Days, seconds and microseconds. */
  | { timedelta: Value[] }
  | { undefined: true }
  /** A type or a function of Python itself, by its name. */
  | { builtin: string }
  /** A linked list or a tree, as a row of its nodes with their fields; they name each other by their places. The first is where it begins. */
  | { graph: GraphNode[] }
  /** What has no literal: the name of its type, and the number under which the program's side keeps it. */
  | { object: string; number: number };

export type GraphNode = [kind: string, fields: [string, Value | { ref: number }][]];

/** Fields of the nodes that LeetCode gives. */
const nodeFields: Readonly<Record<string, readonly string[]>> = {
  ListNode: ["val", "next"],
  TreeNode: ["val", "left", "right"],
};

/** Values within values. */
const deepestValue = 110;

/** Values in one, all levels together: of what tests hand a program, and more than any program may give. */
export const mostParts = 1_000_000;

/**
 * Types and functions of Python that go from a program to its tests as what they are. None makes code of a text, opens anything or reaches into its
 * interpreter: whatever the tests do with one, nothing of the program is run among them.
 */
const sharedBuiltins: ReadonlySet<string> = new Set([
  "int",
  "float",
  "bool",
  "str",
  "bytes",
  "bytearray",
  "complex",
  "list",
  "tuple",
  "dict",
  "set",
  "frozenset",
  "range",
  "abs",
  "all",
  "any",
  "bin",
  "chr",
  "divmod",
  "hex",
  "len",
  "max",
  "min",
  "oct",
  "ord",
  "pow",
  "round",
  "sorted",
  "sum",
]);

const integer = /^-?0x[0-9a-f]+$/;
const float = /^-?(?:inf|nan|(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:e[+-]?\d{1,4})?)$/;
const hexadecimal = /^(?:[0-9a-f]{2})*$/;
const decimal = /^-?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d{1,19})?|Infinity|s?NaN\d*)$/;
const clock =
  /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{6})?(?:[+-](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{6})?)?)?$/;
const longestName = 1000;
const ints = /^-?0x[0-9a-f]+(?: -?0x[0-9a-f]+)*$/;

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

/** A day of the calendar. */
function isDate(content: unknown): content is string {
  if (typeof content !== "string" || !/^(?!0000)\d{4}-\d\d-\d\d$/.test(content)) return false;
  const day = new Date(`${content}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(content);
}

/** Numbers of one kind that cross as one text, made values again; null: they are none. */
function rowOf(content: unknown): Value[] | null {
  if (!isRecord(content) || Object.keys(content).length !== 1) return null;
  if (isText(content["ints"], ints)) return content["ints"].split(" ").map((int) => ({ int }));
  const { floats } = content;
  if (typeof floats !== "string") return null;
  const parts = floats.split(" ");
  return parts.every((part) => float.test(part)) ? parts.map((part) => ({ float: part })) : null;
}

/** Nodes that lead to each other; null: they are none. `parts`: values that they may have. */
function graphOf(content: unknown, parts: number): GraphNode[] | null {
  if (!Array.isArray(content) || content.length === 0 || 4 * content.length > parts) return null;
  const table: GraphNode[] = [];
  for (const entry of content as readonly unknown[]) {
    const [kind, fields] = listOf(entry);
    const names = typeof kind === "string" && Object.hasOwn(nodeFields, kind) ? nodeFields[kind]! : [];
    if (!Array.isArray(fields) || fields.length === 0 || fields.length !== names.length) return null;
    const read: GraphNode[1] = [];
    for (const [at, field] of (fields as readonly unknown[]).entries()) {
      const [name, item, ...more] = listOf(field);
      if (name !== names[at] || more.length > 0) return null;
      if (isRecord(item) && "ref" in item) {
        const { ref } = item;
        if (Object.keys(item).length > 1 || !Number.isInteger(ref) || !(Number(ref) in content)) return null;
        read.push([names[at]!, { ref: Number(ref) }]);
        continue;
      }
      // A node is named by its place, and never stands within another.
      const value = isRecord(item) && "graph" in item ? undefined : readValue(item, parts);
      if (value === undefined) return null;
      read.push([names[at]!, value]);
    }
    table.push([String(kind), read]);
  }
  return table;
}

/** Numbers in a row from which on they cross as one text. */
const shortestRow = 16;

/** A value as it crosses to an interpreter of Python, which takes long to read many numbers one by one. */
export function packed(value: Value): unknown {
  if (typeof value !== "object" || value === null) return value;
  const [tag] = Object.keys(value) as [string];
  const content: unknown = Object.values(value)[0];
  if (tag === "dict" && "dict" in value) return { dict: value.dict.map((entry) => entry.map(packed)) };
  const held = container(tag);
  if (held === null || !Array.isArray(content)) return value;
  const items = content as readonly Value[];
  if (items.length >= shortestRow) {
    const row = (name: "int" | "float"): string | null => {
      const parts: string[] = [];
      for (const item of items) {
        const data: unknown = item;
        const part = isRecord(data) ? data[name] : undefined;
        if (typeof part !== "string") return null;
        parts.push(part);
      }
      return parts.join(" ");
    };
    const [whole, fraction] = [row("int"), row("float")];
    if (whole !== null) return { [tag]: { ints: whole } };
    if (fraction !== null) return { [tag]: { floats: fraction } };
  }
  return { [tag]: items.map(packed) };
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
    case "date":
      return isDate(content) ? { date: content } : null;
    case "datetime": {
      const [day, time] = typeof content === "string" ? content.split("T", 2) : [];
      return typeof content === "string" && isDate(day) && isText(time, clock) && content === `${day}T${time}`
        ? { datetime: content }
        : null;
    }
    case "time":
      return isText(content, clock) ? { time: content } : null;
    case "timedelta": {
      const parts = integers(content, 3);
      const [days = NaN, seconds = NaN, microseconds = NaN] = (parts ?? []).map(({ int }) =>
        int.startsWith("-") ? -Number(int.slice(1)) : Number(int),
      );
      const fits =
        Math.abs(days) <= 999_999_999 && seconds >= 0 && seconds < 86_400 && microseconds >= 0 && microseconds < 1e6;
      return parts && fits ? { timedelta: parts } : null;
    }
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

/** What most values of a list are, without more ado; undefined: it is another, or none. */
function plainValue(data: unknown): Value | undefined {
  if (data === null || typeof data === "boolean" || typeof data === "string") return data;
  if (!isRecord(data)) return undefined;
  const { int, float: number } = data;
  if (Object.keys(data).length !== 1) return undefined;
  if (isText(int, integer)) return { int };
  return isText(number, float) ? { float: number } : undefined;
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
    if (tag === "graph" && !key) {
      const graph = graphOf(content, parts - count);
      if (graph === null) return undefined;
      count += 4 * graph.length;
      put({ graph });
      continue;
    }
    const row = rowOf(content);
    if (row !== null) {
      const whole = container(tag);
      if (whole === null || row.length > parts - count - tasks.length) return undefined;
      count += row.length;
      for (const item of row) whole.items.push(item);
      put(whole.value);
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
      const plain = depth < deepestValue ? plainValue(item) : undefined;
      held.items[index] = plain ?? null;
      if (plain !== undefined) {
        count++;
        continue;
      }
      tasks.push({ data: item, depth: depth + 1, key: isKey, put: (value) => (held.items[index] = value) });
    }
  }
  return result.value;
}
