/** What goes between a Python program and its tests: large values in time, dates as what they are. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { packed, readValue } from "../../protocol/values";
import { judgeProgram } from "../../verifiers/code/verify-code";
import type { CodeTests } from "../../verifiers/code/code-tests";
import type { SandboxPool } from "./sandbox-pool";
import { testSandboxPool } from "./sandbox.testing";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool(2);
});
afterAll(() => pool.close());

async function judge(code: string, tests: CodeTests) {
  const { score, cases } = await judgeProgram(code, tests, { timeout: 60 }, pool.run);
  return { score, message: cases.map(({ message }) => message).join("\n") };
}
const passed = { score: 1, message: "" };

const imports = "from datetime import *\nfrom decimal import Decimal\n";
const right: Readonly<Record<string, readonly [code: string, asserts: string]>> = {
  "many integers to the program": ["def f(x): return sum(x)", "assert f(list(range(400000))) == sum(range(400000))"],
  "many integers from the program": [
    "def f(): return list(range(-10, 300000))",
    "assert f() == list(range(-10, 300000))",
  ],
  "a matrix": [
    "def f(a): return [[2 * x for x in row] for row in a]",
    "a = [[i * j for j in range(300)] for i in range(300)]\nassert f(a) == [[2 * x for x in row] for row in a]",
  ],
  "floats, negative zero and what is none": [
    "import math\ndef f(x): return [math.copysign(1, y) for y in x], [-0.0, float('inf'), float('nan')] * 10",
    "import math\nsigns, odd = f([-0.0, 0.0, -2.5, 1e-300] * 10)\nassert signs == [-1.0, 1.0, -1.0, 1.0] * 10\nassert all(map(lambda x: type(x) is float, odd)) and str(odd[:3]) == '[-0.0, inf, nan]'",
  ],
  texts: ["def f(n): return [str(i) for i in range(n)]", "assert f(100000) == [str(i) for i in range(100000)]"],
  "texts that look like rows": [
    "def f(x): return x",
    "x = ['0x1 0x2'] * 20 + [{'ints': '0x1'}]\nassert f(x) == x and f({'floats': '1.0'}) == {'floats': '1.0'}",
  ],
  "kinds in a row": [
    "def f(x): return x",
    "x = [True, 1] * 20\nassert [type(y) for y in f(x)] == [bool, int] * 20\ny = f(tuple(range(30))); assert type(y) is tuple\nz = f({*range(50)}); assert z == {*range(50)} and type(z) is set\nb = [2**70, -1] * 20; assert f(b) == b",
  ],
  "what a function does to many": [
    "def f(x): x.reverse()",
    "x = list(range(1000)); f(x); assert x == list(range(999, -1, -1))",
  ],
  "a date": [
    `${imports}def f(): return date(2020, 2, 29)`,
    `${imports}assert f() == date(2020, 2, 29) and f().year == 2020`,
  ],
  "dates to the program": [
    `${imports}def f(a, b): return (b - a).days, a + timedelta(days=30)`,
    `${imports}assert f(date(2024, 1, 31), date(2024, 3, 1)) == (30, date(2024, 3, 1))`,
  ],
  times: [
    `${imports}def f(): return datetime(2020, 1, 2, 3, 4, 5, 6), time(23, 59), timedelta(-1, 2, 3), datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=-5)))`,
    `${imports}a, b, c, d = f()\nassert a == datetime(2020, 1, 2, 3, 4, 5, 6) and b == time(23, 59)\nassert c == timedelta(-1, 2, 3) and d == datetime(2020, 1, 1, 5, tzinfo=timezone.utc)`,
  ],
  "dates as keys": [
    `${imports}def f(): return {date(2020, 1, 1): Decimal('1.10')}`,
    `${imports}assert f() == {date(2020, 1, 1): Decimal('1.1')}`,
  ],
};

test.each(Object.entries(right))("%s", async (_, [code, asserts]) => {
  expect(await judge(code, { asserts: [asserts] })).toEqual(passed);
});

test("values of JSON in large numbers", async () => {
  const numbers = Array.from({ length: 200_000 }, (_, index) => index);
  const cases = [{ arguments: [numbers], expected: numbers.map((x) => x * 2) }];
  expect(await judge("def f(x): return [y * 2 for y in x]", { function: "f", cases })).toEqual(passed);
  const wrong = await judge("def f(x): return [y * 2 for y in x][:-1] + [0]", { function: "f", cases });
  expect(wrong.score).toBe(0);
});

test("what is too large says so", async () => {
  const { score, message } = await judge("def f(): return list(range(600000))", {
    asserts: ["assert f() == 1"],
  });
  expect([score, message]).toEqual([0, expect.stringContaining("more than 500000 parts")]);
});

test("rows cross as one text and come back as what they were", () => {
  const row = { list: Array.from({ length: 20 }, (_, index) => ({ int: `-0x${(index + 1).toString(16)}` })) };
  const text = JSON.stringify(packed({ tuple: [row, { float: "-0.0" }] }));
  expect(text).toContain('{"list":{"ints":"-0x1 -0x2 ');
  expect(readValue(JSON.parse(text))).toEqual({ tuple: [row, { float: "-0.0" }] });
});

test.each([
  '{"list": {"ints": ""}}',
  '{"list": {"ints": "0x1  0x2"}}',
  '{"list": {"ints": "1 2"}}',
  '{"list": {"floats": "1.0 x"}}',
  '{"list": {"ints": "0x1", "floats": "1.0"}}',
  '{"list": {"ints": ["0x1"]}}',
  '{"dict": {"ints": "0x1 0x2"}}',
  '{"range": {"ints": "0x1 0x2 0x1"}}',
  '{"date": "2021-02-29"}',
  '{"date": "2021-2-3"}',
  '{"date": "0000-01-01"}',
  '{"datetime": "2021-02-03"}',
  '{"datetime": "2021-02-03T24:00:00"}',
  '{"datetime": "2021-02-03T01:02:03T"}',
  '{"time": "01:02"}',
  '{"timedelta": [{"int": "0x3b9aca00"}, {"int": "0x0"}, {"int": "0x0"}]}',
  '{"timedelta": [{"int": "0x0"}, {"int": "-0x1"}, {"int": "0x0"}]}',
])("%s is no value", (text) => {
  expect(readValue(JSON.parse(text))).toBeUndefined();
});

test("a row counts as its numbers do", () => {
  const row = { list: { ints: Array(100).fill("0x1").join(" ") } };
  expect(readValue(row, 101)).toBeDefined();
  expect(readValue(row, 100)).toBeUndefined();
});

const node = (next: unknown, kind = "ListNode") => [
  kind,
  [
    ["val", { int: "0x1" }],
    ["next", next],
  ],
];

test("linked nodes cross as a row", () => {
  const graph = { graph: [node({ ref: 1 }), node({ ref: 0 })] };
  expect(readValue(graph)).toEqual(graph);
});

test.each([
  [[]],
  [[node({ ref: 1 })]],
  [[node({ ref: -1 })]],
  [[node({ ref: 0.5 })]],
  [[node({ ref: "length" })]],
  [[node({ ref: 0, int: "0x1" })]],
  [[node(null, "Other")]],
  [[node(null, "constructor")]],
  [[node(null, "TreeNode")]],
  [[node({ graph: [node(null)] })]],
  [[["ListNode", [["val", null]]]]],
  [
    [
      [
        "ListNode",
        [
          ["val", null],
          ["__class__", null],
        ],
      ],
    ],
  ],
])("%j are no nodes", (graph) => {
  expect(readValue({ graph })).toBeUndefined();
});
