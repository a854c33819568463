import fc from "fast-check";
import { expect, test } from "vitest";
import type { Value } from "../../protocol/sandbox";
import { pythonLiteral } from "./python-literal";
import { equalValues, showValue } from "./values";

const int = (value: bigint | number): Value =>
  value < 0 ? { int: `-0x${(-BigInt(value)).toString(16)}` } : { int: `0x${BigInt(value).toString(16)}` };

test.each<readonly [text: string, value: Value]>([
  ["None", null],
  [" True ", true],
  ["1_000", int(1000)],
  ["-0x1F", int(-31)],
  ["0o17", int(15)],
  ["0b101", int(5)],
  ["0", int(0)],
  ["1.", { float: "1" }],
  [".5e-3", { float: "0.0005" }],
  ["1e999", { float: "inf" }],
  ["-2.5", { float: "-2.5" }],
  ["3j", { complex: ["0.0", "3"] }],
  ["'a' \"b\"", "ab"],
  ['"""x\n"y\'"""', "x\n\"y'"],
  [String.raw`'\n\x41\u00e9\U0001F600\101\q'`, "\nAé😀A\\q"],
  [String.raw`r'\n\''`, String.raw`\n\'`],
  [String.raw`b'\x00\xff\u'`, { bytes: "00ff5c75" }],
  ["u'é'", "é"],
  ["()", { tuple: [] }],
  ["(1)", int(1)],
  ["(1,)", { tuple: [int(1)] }],
  ["1, 2", { tuple: [int(1), int(2)] }],
  ["[1, 'a', [None,],]", { list: [int(1), "a", { list: [null] }] }],
  ["{}", { dict: [] }],
  ["{1}", { set: [int(1)] }],
  ["set()", { set: [] }],
  [
    "{'a': (1, 2), 3: {4: 5,}}",
    {
      dict: [
        ["a", { tuple: [int(1), int(2)] }],
        [int(3), { dict: [[int(4), int(5)]] }],
      ],
    },
  ],
  ["[ # one\n 1,\n # two\n 2\n]", { list: [int(1), int(2)] }],
])("%s is a literal", (text, value) => {
  expect(pythonLiteral(text)).toEqual(value);
});

test.each([
  "",
  "x",
  "f(1)",
  "1 + 2",
  "[1, x]",
  "1 2",
  "(1",
  "[1,,2]",
  "'open",
  "'a\nb'",
  "f'{x}'",
  "007",
  "1if",
  "set([1])",
  "{1: }",
  "{1: 2, 3}",
  "{**a}",
  "*a",
  "not True",
  "--'a'",
  "b'é'",
  "'a' b'b'",
  "...",
  "lambda: 1",
  "[i for i in x]",
  "1.e",
  "0x",
  String.raw`'\U00110000'`,
  "[".repeat(100_000),
  `${"-".repeat(100_000)}1`,
])("%s is none", (text) => {
  expect(pythonLiteral(text)).toBeNull();
});

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.bigInt().map(int),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((number) => ({ float: Object.is(number, -0) ? "-0.0" : String(number) })),
    fc.array(tie("value"), { maxLength: 4 }).map((list) => ({ list })),
    fc.array(tie("value"), { maxLength: 4 }).map((tuple) => ({ tuple })),
    fc.array(fc.tuple(fc.string(), tie("value")), { maxLength: 3 }).map((dict) => ({ dict })),
  ),
})).value;

test("what a value looks like is read as that value", () => {
  fc.assert(
    fc.property(value, (given) => {
      const text = showValue(given);
      const read = pythonLiteral(text);
      expect(read !== null || text === "None").toBe(true);
      expect(equalValues(read, given, "python")).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("no text makes it throw", () => {
  const piece = fc.constantFrom(
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ",",
    ":",
    "'",
    '"',
    "\\",
    "1",
    "-",
    ".",
    "e",
    "x",
    "b",
    "r",
    "None",
    " ",
    "\n",
    "#",
    "_",
    "j",
    "0",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => void pythonLiteral(pieces.join(""))),
    { numRuns: 2000 },
  );
});
