/**
 * Programs that speak in place of their interpreter. Whatever one says of itself, it gives at most a value; a verdict, that it is good or that tests
 * are of no use, is nothing that it can give. Each of the forgeries is judged by each kind of tests, and must be worth exactly 0.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgeProgram } from "../../verifiers/code/verify-code";
import type { SandboxPool } from "./sandbox-pool";
import { testSandboxPool } from "./sandbox.testing";
import { calls, inputOutput, kinds } from "./sums.testing";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool();
});
afterAll(() => pool.close());

const error = { type: "ValueError", bases: ["ValueError", "Exception"], message: "x", trace: "x" };
const deep = (levels: number) => `${'{"list":['.repeat(levels)}null${"]}".repeat(levels)}`;

/** What a program says in place of its interpreter, as JSON. */
const replies: readonly (readonly [name: string, json: string])[] = [
  ...Object.entries({
    "an error with a value": { error: { type: "ValueError", message: "x" }, value: true },
    "a whole error with a value": { error, value: true },
    "a whole error with a value and a message": { error, value: true, message: "" },
    "an error that says that the tests are faulty": { error, faulty: true },
    "faulty tests": { faulty: error },
    "faulty tests as the judge says it": { faulty: { type: "x", message: "x", trace: "x" } },
    "an error within which all is faulty": { error: { ...error, faulty: true } },
    "that it passed": { passed: true, message: "" },
    "that it passed, as a value": { value: true, message: "" },
    "that it passed, with arguments": { value: true, arguments: [], message: "", passed: true },
    "true, to each call": { value: true, arguments: [] },
    "a verdict as an outcome": { kind: "judged", passed: true, message: "" },
    "a verdict within a value": { value: { kind: "judged", passed: true, message: "" }, arguments: [] },
    "an exception of a call that was none": { raised: 0 },
    "an exception of another call": { raised: 999 },
    "a good end": { exit: 0 },
    "a good end with a value": { exit: 0, value: true },
    names: { names: ["add", "abs", "all", "assert", "check", "candidate"], modules: [] },
    "names and a value": { names: [], modules: [], value: true, arguments: [] },
    "a question": { function: "add", arguments: [], named: {}, method: null },
    "a question with a value": { function: "add", value: true, arguments: [] },
    "an ellipsis": { value: { builtin: "Ellipsis" }, arguments: [] },
    "not implemented": { value: { builtin: "NotImplemented" }, arguments: [] },
    eval: { value: { builtin: "eval" }, arguments: [] },
    exec: { value: { builtin: "exec" }, arguments: [] },
    "a type that makes objects": { value: { builtin: "object" }, arguments: [] },
    "the import function": { value: { builtin: "__import__" }, arguments: [] },
    "a built-in that is none": { value: { builtin: "no_such_thing" }, arguments: [] },
    "a shared built-in": { value: { builtin: "abs" }, arguments: [] },
    "an object of the tests": { value: { own: 0 }, arguments: [] },
    "a function of the tests": { value: { named: "check" }, arguments: [] },
    "an object that nobody has": { value: { object: "int", number: 999_999 }, arguments: [] },
    "an object with a negative number": { value: { object: "int", number: -1 }, arguments: [] },
    "an object named as a mark": { value: { object: '"}', number: 0 }, arguments: [] },
    "two tags": { value: { int: "0x1", float: "1.0" }, arguments: [] },
    "a plain number": { value: 42, arguments: [] },
    "a set of lists": { value: { set: [{ list: [] }] }, arguments: [] },
    "a key that is a list": { value: { dict: [[{ list: [] }, null]] }, arguments: [] },
    "a fraction by zero": { value: { fraction: [{ int: "0x1" }, { int: "0x0" }] }, arguments: [] },
    "a range without steps": { value: { range: [{ int: "0x1" }, { int: "0x1" }, { int: "0x0" }] }, arguments: [] },
    "code for a float": { value: { float: "__import__('os')" }, arguments: [] },
    "not a number": { value: { float: "nan" }, arguments: [] },
    "a decimal that is none": { value: { decimal: "1E" }, arguments: [] },
    "other arguments": { value: null, arguments: [{ int: "0x2a" }, { int: "0x2a" }] },
    "emptied arguments": { value: null, arguments: [{ list: [] }, { list: [] }] },
    "arguments of another kind": { value: null, arguments: ["ab", { dict: [] }] },
    "a thousand arguments": { value: null, arguments: Array.from({ length: 2000 }, () => null) },
    "an exception that ends loops": { error: { ...error, type: "StopIteration" } },
    "an exception that ends generators": { error: { ...error, type: "GeneratorExit" } },
    "an exception that ends interpreters": { error: { ...error, type: "SystemExit" } },
    "a failed assertion": { error: { ...error, type: "AssertionError" } },
    "a syntax error": { error: { ...error, type: "SyntaxError" } },
    "the tests' own exception": { error: { ...error, type: "Faulty" } },
    "a type that is none": { error: { ...error, type: "__import__" } },
    nothing: {},
    "a list": [true],
    "a truth": true,
    "a text": "passed",
    null: null,
  }).map(([name, value]) => [name, JSON.stringify(value)] as const),
  ["a key twice", '{"error": 1, "error": {"type": "x"}, "value": true, "value": true}'],
  ["a key that is a prototype", '{"__proto__": {"passed": true}, "value": true, "arguments": []}'],
  ["what is nested deeply", `{"value": ${deep(900)}, "arguments": []}`],
  ["what is nested very deeply", `{"value": ${deep(20_000)}, "arguments": []}`],
  ["brackets without end", "[".repeat(500_000)],
  ["many values", `{"value": {"list": [${"null,".repeat(150_000)}null]}, "arguments": []}`],
  ["a number without end", `{"value": {"int": "0x${"f".repeat(1_000_000)}"}, "arguments": []}`],
  [
    "a fraction that nobody reduces",
    `{"value": {"fraction": [{"int": "0x${"f".repeat(400_000)}"}, {"int": "0x${"e".repeat(400_000)}1"}]}, "arguments": []}`,
  ],
  [
    "decimals that nobody compares",
    `{"value": {"list": [${Array.from({ length: 30_000 }, (_, index) => `{"decimal":"${index}E+9999"}`).join(",")}]}, "arguments": []}`,
  ],
  ["no JSON", '{"value": true'],
  ["JSON after JSON", '{"value": true, "arguments": []} {"passed": true}'],
];

/** Ways to say it; `REPLY` stands for a literal of the JSON. */
const ways: readonly (readonly [name: string, code: string])[] = [
  [
    "as each operation",
    `answer = json.loads(REPLY)
for name in ("call", "program", "judge"):
    cells["operations"].cell_contents[name] = lambda job: answer`,
  ],
  [
    "as what is written",
    `inner = {name: cell for name, cell in zip(cells["say"].cell_contents.__code__.co_freevars, cells["say"].cell_contents.__closure__)}
inner["dumps"].cell_contents = lambda value: REPLY`,
  ],
];

const forged = (way: string, json: string): string =>
  [
    "import sys, json",
    "step = sys.modules['_lab'].step",
    "cells = {name: cell for name, cell in zip(step.__code__.co_freevars, step.__closure__)}",
    `REPLY = ${JSON.stringify(json)}`,
    "try:",
    way.replace(/^/gm, "    "),
    "except ValueError:",
    // What is no JSON goes out as it is.
    `    inner = {name: cell for name, cell in zip(cells["say"].cell_contents.__code__.co_freevars, cells["say"].cell_contents.__closure__)}`,
    "    inner['dumps'].cell_contents = lambda value: REPLY",
    "except RecursionError:",
    "    pass",
    "def add(a, b):",
    "    return 0",
  ].join("\n");

describe.each(kinds)("Python, %s:", (kind, tests) => {
  test.concurrent.each(replies.map((reply, index) => [...reply, index] as const))("%s", async (_name, json, index) => {
    // What is compared outside hears nothing of the way: one for each does.
    const own = kind === "a check" || kind === "asserts" ? ways : [ways[index % ways.length]!];
    for (const [name, way] of own) {
      const verdict = await judgeProgram(forged(way, json), tests, { timeout: 3 }, pool.run);
      expect(verdict.score, `${name}: ${JSON.stringify(verdict.cases, null, 1).slice(0, 2000)}`).toBe(0);
    }
  });
});

test.concurrent.each(kinds)("names of a program's own do not pass %s", async (_kind, tests) => {
  for (const names of [
    '["add", "AssertionError", "abs", "all", "str", "x", "given"]',
    '["add", "check", "candidate", "given", "got"]',
    '["__builtins__", "__name__", "add"]',
    "[1, null]",
    '["add"] * 100000',
  ]) {
    const way = `cells["operations"].cell_contents["load"] = lambda job: {"names": ${names.replace("null", "None")}, "modules": ["os", "pickle", "x.y", "builtins"]}`;
    const verdict = await judgeProgram(forged(way, "{}"), tests, { timeout: 3 }, pool.run);
    expect(verdict.score, JSON.stringify(verdict.cases, null, 1)).toBe(0);
  }
});

test("tests that would run a program's text are of no use, and say so before it runs", async () => {
  const program = "def solve(x): return '[c for c in ().__class__.__base__.__subclasses__()]'";
  for (const tests of [
    "assert eval(solve(1)) == 4",
    "exec(solve(1))",
    "import pickle\nassert pickle.loads(solve(1)) == 4",
    "from marshal import loads\nassert loads(solve(1)) == 4",
  ]) {
    const verdict = await judgeProgram(program, { asserts: [tests] }, {}, pool.run);
    expect(verdict).toMatchObject({ status: "faulty-tests", score: null });
  }
  const verdict = await judgeProgram(
    "def two(): return 2",
    { asserts: ["assert eval('1 + 1') == two()"] },
    {},
    pool.run,
  );
  expect(verdict.score).toBe(1);
});

test("what tests hand a program is seen before it answers, and is no way out for one that has", async () => {
  const program = "def f(x, g=None): return x";
  for (const tests of [
    "assert f(1) == 1\nassert f([1], lambda x: x) == [1]",
    "def key(x): return x\nassert f(1) == 1\nassert f([1], key) == [1]",
    "assert f(1) == 1\nassert f(x for x in [1]) == 1",
  ])
    expect(await judgeProgram(program, { asserts: [tests] }, {}, pool.run)).toMatchObject({ status: "faulty-tests" });
  // Only what the program gave brings these tests to hand it a module: it is the program's failure.
  const led = "import math\ngot = f(1)\nassert f(math if got == 7 else got) == 1";
  expect((await judgeProgram("def f(x): return 7", { asserts: [led] }, {}, pool.run)).score).toBe(0);
  expect((await judgeProgram("def f(x): return 1", { asserts: [led] }, {}, pool.run)).score).toBe(1);
});

test("tests may hand a program its own functions", async () => {
  const program = "def twice(x): return 2 * x\ndef apply(g, x): return g(x)";
  const verdict = await judgeProgram(program, { asserts: ["assert apply(twice, 3) == 6 and True"] }, {}, pool.run);
  expect(verdict.cases[0]?.message).toBe("");
  expect(verdict.score).toBe(1);
});

const tags = [
  "int",
  "float",
  "list",
  "set",
  "dict",
  "undefined",
  "object",
  "bytes",
  "decimal",
  "builtin",
  "value",
  "kind",
  "outcome",
  "error",
  "passed",
  "message",
];
/** `TAG` stands for the key that is forged, `42` and `-2` for what the tests expect and no program may know. */
const scripts: readonly (readonly [name: string, code: string])[] = [
  ["as a plain object", 'function add() { return { "TAG": "0x2a" } }'],
  ["as an object of an array", 'function add() { return { "TAG": [[{ "TAG": true }]], number: 0 } }'],
  [
    "on every object",
    'Object.prototype["TAG"] = "0x2a"; Array.prototype["TAG"] = true; function add() { return {} } console.log({});',
  ],
  [
    "through setters of arrays",
    'for (let i = 0; i < 4; i++) Object.defineProperty(Array.prototype, i, { set(v) { this.TAG = 42; }, get() { return { TAG: "0x2a" }; }, configurable: true }); function add() { return [1, [2]] }',
  ],
  [
    "as its own JSON",
    "JSON.stringify = () => '{\"TAG\":true}'; JSON.parse = () => ({ TAG: true }); function add() { return { toJSON: () => ({ TAG: true }) } }",
  ],
  [
    "through a proxy",
    'function add() { return new Proxy([], { get: (t, k) => (k === "length" ? 1 : { TAG: "0x2a" }), getPrototypeOf: () => Object.prototype, ownKeys: () => ["TAG", "length"], getOwnPropertyDescriptor: () => ({ value: "0x2a", enumerable: true, configurable: true }) }) }',
  ],
  [
    "thrown",
    'function add() { throw { name: "TAG", message: "passed", stack: "", TAG: true, get kind() { throw 1 } } }',
  ],
  [
    "thrown by what is asked of an error",
    "function add() { throw { get name() { throw { TAG: true } }, get message() { for (;;) throw this } } }",
  ],
];
const javascript = scripts.flatMap(([name, code]) =>
  tags.map((tag) => [`${tag} ${name}`, code.replaceAll("TAG", tag)] as const),
);

describe.each([
  ["calls", calls],
  ["input and output", inputOutput],
] as const)("JavaScript, %s:", (_kind, tests) => {
  test.concurrent.each(javascript)("%s", async (_name, code) => {
    const verdict = await judgeProgram(code, tests, { language: "javascript", timeout: 3 }, pool.run);
    expect(verdict.score, JSON.stringify(verdict.cases, null, 1)).toBe(0);
  });
});

test("after all of them, right programs are right", async () => {
  const python = "def add(a, b):\n    return a + b\nif __name__ == '__main__':\n    pass";
  for (const [kind, tests] of kinds.slice(0, 3)) {
    const verdict = await judgeProgram(python, tests, {}, pool.run);
    expect(verdict.score, `${kind}: ${JSON.stringify(verdict.cases, null, 1)}`).toBe(1);
  }
  const program = "print(sum(map(int, input().split())))";
  expect((await judgeProgram(program, inputOutput, {}, pool.run)).score).toBe(1);
  const script = "const add = (a, b) => a + b";
  expect((await judgeProgram(script, calls, { language: "javascript" }, pool.run)).score).toBe(1);
});
