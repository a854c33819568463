import { format as nodeFormat, inspect as nodeInspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatted, inspect } from "./inspect.mjs";

class Point {
  constructor(
    readonly x: number,
    readonly y: unknown,
  ) {}
}
/** What older programs find in place of `rest`. */
const argumentsOf = function (): unknown {
  // eslint-disable-next-line prefer-rest-params
  return arguments;
} as (...values: unknown[]) => unknown;
class Nothing {
  nothing(): void {
    // It has no fields.
  }
}
class Tagged {
  get [Symbol.toStringTag](): string {
    return "Label";
  }
}
class More extends Map<unknown, unknown> {}
const circular: Record<string, unknown> = { a: 1 };
circular["self"] = { inside: [circular] };
const withProperties = Object.assign([1, 2, 3], { name: "x" });
const numbers = Array.from({ length: 120 }, (_, index) => index * index);
const words = ["apple", "fig", "banana", "kiwi", "cherry", "grape", "a longer word than others", "plum"];

const values: unknown[] = [
  0,
  -0,
  1.5,
  NaN,
  -Infinity,
  12n,
  -5n,
  true,
  null,
  undefined,
  "plain",
  "it's",
  `both ' and "`,
  "all ' \" `",
  "tab\tnew\nline\\ \u0000\u001b\u007f",
  "\ud83d",
  "é😀",
  Symbol("s"),
  Symbol.iterator,
  Symbol(),
  [],
  [[]],
  [[[[[]]]]],
  {},
  { a: {} },
  { a: { b: { c: { d: 1 } } } },
  [undefined, null],
  [,],
  [1, , , 4, ,],
  { "a-b": 1, 2: 3, __proto__: null },
  Object.create({ inherited: 1 }) as object,
  {
    [Symbol("k")]: 1,
    get g() {
      return 1;
    },
    set s(_: number) {
      /* nothing */
    },
  },
  new Map(),
  new Map([[{ a: 1 }, new Set([1, "x"])]]),
  new Set(),
  new Set(numbers),
  new More([[1, 2]]),
  new WeakMap(),
  new WeakSet(),
  new Map<unknown, unknown>([["key", { deep: { deeper: { deepest: 1 } } }]]),
  new Map(Array.from({ length: 30 }, (_, i) => [i, `value ${i}`])),
  new Point(1, 2),
  new Point(1, new Point(2, [new Point(3, null)])),
  [new Point(1, { z: 1 })],
  new Tagged(),
  new Nothing(),
  new (class extends Point {})(1, 2),
  () => 1,
  function named() {
    return 1;
  },
  class {
    x = 1;
  },
  Point,
  class B extends Point {},
  async () => Promise.resolve(1),
  function* generator() {
    yield 1;
  },
  Object.assign(() => 1, { a: 1 }),
  Math.max,
  new Date(0),
  new Date(NaN),
  /a\/b/gi,
  [new Date(1e12), /x/],
  Object.assign(new Date(0), { note: 1 }),
  new Uint8Array(3),
  new Float64Array([1.5, -0]),
  new BigInt64Array([1n]),
  new Int32Array(200),
  new Uint8Array(0),
  new ArrayBuffer(4),
  ...[1, "text", true, 1n, Symbol("b")].map((value): unknown => Object(value)),
  [Object("a") as unknown],
  circular,
  [circular],
  withProperties,
  numbers,
  numbers.map(String),
  words,
  [words, words],
  words.map((word) => ({ word })),
  numbers.map((n) => -n / 7),
  Array.from({ length: 7 }, (_, i) => [i, i]),
  Array.from({ length: 27 }, () => "x".repeat(9)),
  ["汉字", "b", "c", "d", "e", "f", "g"],
  [1, 2, 3, 4, 5, 6, "7"],
  numbers.map(BigInt),
  "x".repeat(200),
  ["x".repeat(80)],
  { text: "line one\nline two\nline three, which is long enough to be cut into several" },
  "y".repeat(20_000),
  ["y".repeat(20_000)],
  { a: "x".repeat(30), b: "y".repeat(30), c: 1 },
  { a: "x".repeat(30), b: "y".repeat(31), c: 1 },
  { one: [1, 2, { three: 3 }], two: { four: [5] } },
  { f: Point, g: [() => 1] },
  Object.create(null) as unknown,
  Object.create(Object.create(null) as object) as unknown,
  Object.setPrototypeOf([1], null) as unknown,
  Object.setPrototypeOf(new Map([[1, 2]]), null) as unknown,
  { [Symbol.for("nodejs.util.inspect.custom")]: () => "custom\ntext" },
  [{ [Symbol.for("nodejs.util.inspect.custom")]: (depth: number) => ({ depth }) }],
  argumentsOf(1, "x"),
  argumentsOf(),
  Math,
  JSON,
  globalThis.Reflect,
  { constructor: 1 },
  { constructor: "x", name: "y" },
  Array.from({ length: 101 }, () => ({})),
  new Set([
    [1, 2],
    [3, [4, [5, [6]]]],
  ]),
  Object.fromEntries(numbers.map((n) => [`k${n}`, n])),
];

test.each(values.map((value, index) => [index, value] as const))(
  "value %i is printed as Node prints it",
  (_, value) => {
    expect(inspect(value)).toBe(nodeInspect(value, { breakLength: 80 }));
    expect(formatted(value, "text", [value])).toBe(nodeFormat(value, "text", [value]));
  },
);

const stackless = (error: Error): Error => Object.assign(error, { stack: undefined });
test.each([
  stackless(new Error("oh")),
  stackless(new TypeError("no", { cause: 1 })),
  Object.assign(stackless(new RangeError("")), { code: "E" }),
  { inside: stackless(new Error("oh")) },
])("an error without a trace: %o", (value) => {
  expect(inspect(value)).toBe(nodeInspect(value));
});

test.each<[string, ...unknown[]]>([
  ["%s is %d years", "x", 5.5],
  ["%s", "a", "b", { c: 1 }],
  ["%%", 1],
  ["%%"],
  ["%s %s", "only one"],
  ["%i %f %d %d", "12.7px", "1.5e3", "", 12n],
  ["%s", { a: { b: 1 } }],
  ["%s %s %s %s %s", -0, 5n, null, Symbol("x"), [1, [2, [3]]]],
  ["%j %O", { a: [1] }, { a: { b: { c: { d: {} } } } }],
  ["%c styled", "color: red"],
  ["100%", 5],
  ["%s", new Date(0)],
  ["%s", new Point(1, 2)],
  ["%s", () => 1],
  ["%x", 1],
])("%j is filled in as Node does", (text, ...rest) => {
  expect(formatted(text, ...rest)).toBe(nodeFormat(text, ...rest));
});

test("any nested value is printed as Node prints it", () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.string(),
    fc.constantFrom(null, undefined, -0),
    fc.lorem(),
  );
  const { any } = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 5, depthSize: "medium" },
      leaf,
      fc.array(tie("any"), { maxLength: 30 }),
      fc.array(fc.oneof(fc.integer(), fc.string({ maxLength: 12 })), { maxLength: 120 }),
      fc.array(fc.float({ noNaN: true }), { maxLength: 120 }),
      fc.dictionary(fc.string(), tie("any"), { maxKeys: 12 }),
      fc.array(fc.tuple(tie("any"), tie("any")), { maxLength: 8 }).map((pairs) => new Map(pairs)),
      fc.array(tie("any"), { maxLength: 8 }).map((items) => new Set(items)),
      fc.tuple(fc.integer(), tie("any")).map(([x, y]) => new Point(x, y)),
      fc.sparseArray(fc.integer(), { maxLength: 20 }),
    ),
  }));
  fc.assert(
    fc.property(any, (value) => {
      expect(formatted(value)).toBe(nodeFormat(value));
    }),
    { numRuns: 500 },
  );
});
