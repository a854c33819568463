import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { judgeProgram, runProgramWith, verifyCodeWith } from "../../verifiers/code/verify-code";
import type { CodeTests } from "../../verifiers/code/code-tests";
import { openSandboxPool, type ProgramAsker, type SandboxPool } from "./sandbox-pool";
import { temporaryFolder } from "../installation.testing";
import { findRewardRuntime } from "../runtime";
import { buildSandbox, testSandboxPool } from "./sandbox.testing";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool();
});
afterAll(() => pool.close());

const python = (code: string, input = "", timeout = 5) => runProgramWith(pool.run, "python", code, { input, timeout });
const javascript = (code: string, input = "", timeout = 5) =>
  runProgramWith(pool.run, "javascript", code, { input, timeout });
const judge = (code: string, tests: CodeTests, timeout = 5) => judgeProgram(code, tests, { timeout }, pool.run);

test("this Node holds sandboxes without rights", async () => {
  expect((await findRewardRuntime("")).restricted).toBe(true);
});

test("programs read their input, print, and end with a code", async () => {
  expect(await python("import sys\nprint(sum(int(x) for x in sys.stdin))\nsys.exit(3)", "1\n2\n")).toMatchObject({
    status: "passed",
    exitCode: 3,
    stdout: "3\n",
  });
  expect(await python("print(input() + 'é😀')", "ü\n")).toMatchObject({ stdout: "üé😀\n" });
  expect(await javascript("console.log([1, 'a'], { b: null }, readline()); process.exit(2)", "x\ny")).toMatchObject({
    status: "passed",
    exitCode: 2,
    stdout: "[ 1, 'a' ] { b: null } x\n",
  });
  const lines = `let s = 0; require("readline").createInterface({ input: process.stdin })
    .on("line", (l) => (s += Number(l))).on("close", () => console.log(s))`;
  expect(await javascript(lines, "1\n2\n")).toMatchObject({ stdout: "3\n", exitCode: 0 });
});

test("a crash, a time-out and too much memory are different things, and keep what was printed", async () => {
  expect(await python("print('before')\nimport sys\nprint('oh', file=sys.stderr)\n1 / 0")).toMatchObject({
    status: "crash",
    stdout: "before\n",
    stderr: "oh\n",
    message: expect.stringContaining('File "program.py", line 4') as unknown,
  });
  expect(await python("print('before')\nwhile True: pass", "", 3)).toMatchObject({
    status: "timeout",
    stdout: "before\n",
  });
  expect(await python("print('before')\nx = bytearray(10**9)")).toMatchObject({
    status: "out-of-memory",
    stdout: "before\n",
  });
  expect(await python("import os\nprint('before')\nos._exit(0)")).toMatchObject({
    status: "crash",
    exitCode: null,
    message: expect.stringContaining("exit code 0") as unknown,
  });
  expect(await javascript("console.log('before'); null.x")).toMatchObject({ status: "crash", stdout: "before\n" });
  expect(await javascript("console.log('before'); for (;;);", "", 3)).toMatchObject({
    status: "timeout",
    stdout: "before\n",
  });
});

test("output without end is cut, and said to be", async () => {
  const { stdout } = await python("for i in range(10**5): print('x' * 100)", "", 20);
  expect(stdout.length).toBeLessThan(1.1 * 2 ** 20);
  expect(stdout).toMatch(/… \d+ bytes more$/);
});

test("a program does the same each time, whatever ran before it", async () => {
  const draws = "import random, time\nprint(random.random(), {'a', 'b', 'c'}, int(time.time()) // 1000)";
  const first = await python(draws);
  await python("import builtins, random\nrandom.random = lambda: 4\nbuiltins.print = None");
  const again = await Promise.all([python(draws), python(draws)]);
  expect(again.map(({ stdout }) => stdout)).toEqual([first.stdout, first.stdout]);
});

test("jobs wait for a process and get their own results", async () => {
  const results = await Promise.all(Array.from({ length: 20 }, (_, index) => python(`print(${index})`)));
  expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 20 }, (_, index) => `${index}\n`));
});

test("tests after those that never end are tried, in less time, until five times the time of one is lost", async () => {
  const program = "def f(x):\n    while x % 2: pass\n    return x";
  const judged = (xs: readonly number[], timeout: number) =>
    judge(program, { asserts: xs.map((x) => `assert f(${x}) == ${x}`) }, timeout);
  const few = await judged([0, 1, 3, 2, 5, 4], 1);
  expect(few.cases.map(({ status }) => status)).toEqual([
    "passed",
    "timeout",
    "timeout",
    "passed",
    "timeout",
    "passed",
  ]);
  expect(few).toMatchObject({ status: "timeout", passed: 3, total: 6, score: 0.5 });
  const many = await judged([...Array.from({ length: 30 }, () => 1), 2], 1);
  expect(many.cases.map(({ status }) => status)).toEqual(many.cases.map(() => "timeout"));
  const messages = many.cases.map(({ message }) => message.replace(/\d+(?:\.\d+)? s/, "N s"));
  const untried = messages.indexOf("It was not tried: tests before it had taken N s without an end.");
  expect(new Set(messages.slice(0, untried))).toEqual(new Set(["It took longer than N s."]));
  expect(new Set(messages.slice(untried)).size).toBe(1);
  // Each takes a second, and a little more.
  expect(untried).toBeGreaterThanOrEqual(5);
  expect(untried).toBeLessThanOrEqual(6);
});

test("output is compared to its end, and what was not kept is said", async () => {
  const lines = Array.from({ length: 200_000 }, (_, index) => `${index}\n`).join("");
  const program = "for i in range(200000): print(i)";
  const cases = [lines, lines.replace("199999", "200000"), "0\n"].map((output) => ({ input: "", output }));
  const { cases: verdicts } = await judge(program, { cases }, 20);
  expect(verdicts.map(({ status }) => status)).toEqual(["passed", "wrong-answer", "wrong-answer"]);
  expect(verdicts[1]!.message).not.toContain("than is kept");
  expect(verdicts[2]!.message).toContain(
    "printed more than is kept (the last 240,314 bytes were compared with nothing)",
  );
});

test("values cross by their type", async () => {
  const program = `from collections import Counter, deque
from fractions import Fraction
def f(x): return x
def count(x): return Counter(x)
def big(): return 3 ** 200
def half(): return Fraction(1, 2)
def twice(x): return x * 2
def size(x): return len(x)
def extend(x): x.append(1)
def empty(x):
    x.clear()
    return x`;
  const verdict = await judge(
    program,
    {
      asserts: [
        "assert f((1, 2.5, 'é', None, True, b'x', {3}, {4: [5]})) == (1, 2.5, 'é', None, True, b'x', {3}, {4: [5]})",
        "assert count('aab') == {'a': 2, 'b': 1}",
        `assert big() == ${3n ** 200n}`,
        "assert half() == 0.5",
        "assert twice([2]) == [2, 2]",
        "x = [3]\nassert extend(x) is None and x == [3, 1]",
        "x = [3]\nassert empty(x) != sorted(x)",
        "assert size(list(range(200_000))) == 200_000",
        "assert isinstance(count('a'), dict) and abs(half() - 0.5) < 1e-9 and f(deque([1])) == deque([1])",
      ],
    },
    60,
  );
  expect(verdict.cases.filter(({ status }) => status !== "passed")).toEqual([]);
  expect((await judge(program, { asserts: "assert f([1]) == (1,)" })).status).toBe("wrong-answer");
});

test("tests with classes, helpers and exceptions reach the program from their own interpreter", async () => {
  const program = `class Stack:
    def __init__(self): self.items = []
    def push(self, x): self.items.append(x)
    def pop(self):
        if not self.items: raise IndexError("empty")
        return self.items.pop()
    def __len__(self): return len(self.items)
def make(): return Stack()
def helper(x): return 0
def numbers(n):
    yield from range(n)`;
  const check = `import math
def check(candidate):
    s = candidate()
    s.push(3)
    s.push([4])
    assert len(s) == 2 and s.pop() == [4] and s.items == [3]
    assert Stack().items == []
    try:
        candidate().pop()
        assert False
    except IndexError as error:
        assert str(error) == "empty"
    assert helper(1) == 2
    assert list(numbers(3)) == [0, 1, 2]
    assert math.isclose(0.1 + 0.2, 0.3)`;
  const setup = "def helper(x): return x + 1";
  const verdict = await judge(program, { check, function: "make", setup });
  expect(verdict.cases[0]?.message).toBe("");
  expect(verdict.status).toBe("passed");
  const without = await judge(program, { check, function: "make" });
  expect(without).toMatchObject({ status: "wrong-answer", score: 0 });
  expect(without.cases[0]?.message).toContain("assert helper(1) == 2");
});

test("tests may hand a program Python's own types and functions, and nothing of theirs that has no literal", async () => {
  const program = "def f(x, g): return [g(y) for y in x]\ndef t(): return int";
  const verdict = await judge(program, {
    asserts: ["assert f('12', int) == [1, 2]", "assert f([[1], []], len) == [1, 0]", "assert t() is int"],
  });
  expect(verdict.status).toBe("passed");
  const handed = await judge(program, { asserts: ["assert f([1], lambda x: x) == [1]"] });
  expect(handed).toMatchObject({ status: "faulty-tests", score: null });
  expect(handed.cases[0]?.message).toContain("hand the program a function");
});

test("tests that are no Python say nothing about the program", async () => {
  const verdict = await judge("def f(): return 1", { asserts: ["assert f( == 1"] });
  expect(verdict).toMatchObject({ status: "faulty-tests", score: null });
  await expect(judge("x = 1", { asserts: [] })).rejects.toThrow("no tests");
  await expect(judgeProgram("1", { asserts: "assert f()" }, { language: "javascript" }, pool.run)).rejects.toThrow(
    "Python",
  );
});

test("calls of JavaScript functions", async () => {
  const completion = "```js\nconst f = async (a, b) => ({ sum: a + b, list: [a, undefined ?? null] });\n```";
  const tests = { function: "f", cases: [{ arguments: [1, 2], expected: { list: [1, null], sum: 3 } }] };
  expect(await verifyCodeWith(pool.run, completion, tests, { language: "javascript" })).toMatchObject({ score: 1 });
  const other = { function: "f", cases: [{ arguments: [1, 2], expected: { list: [1, null], sum: "3" } }] };
  expect(await verifyCodeWith(pool.run, completion, other, { language: "javascript" })).toMatchObject({
    status: "wrong-answer",
    score: 0,
  });
});

test("printed lines are compared without white space at their ends, and all of them", async () => {
  const cases = [{ input: "2\n", output: "1\n2" }];
  const verdicts = await Promise.all(
    [
      "print('1 ')\nprint('2')\nprint()",
      "print('1')",
      "print('1')\nprint('2')\nprint('3')",
      "print(' 1')\nprint('2')",
    ].map((code) => judge(code, { cases })),
  );
  expect(verdicts.map(({ score }) => score)).toEqual([1, 0, 0, 0]);
});

test("a sandbox that does not start is an error, not a verdict", async () => {
  const broken = openSandboxPool({
    script: __filename,
    runtime: await findRewardRuntime(""),
    size: 1,
    startTimeout: 5,
  });
  await expect(runProgramWith(broken.run, "python", "print(1)")).rejects.toThrow("The sandbox for programs");
  broken.close();
  await expect(runProgramWith(broken.run, "python", "print(1)")).rejects.toThrow("closed");
});

test.skipIf(process.platform === "win32")("programs that take long and end well cost no process each", async () => {
  const folder = temporaryFolder("counted");
  buildSandbox(folder);
  const [starts, counted] = [join(folder, "starts.txt"), join(folder, "node.sh")];
  const runtime = await findRewardRuntime("");
  writeFileSync(counted, `#!/bin/sh\necho >> '${starts}'\nexec '${runtime.execPath}' "$@"\n`, { mode: 0o755 });
  const own = openSandboxPool({
    script: join(folder, "sandbox.mjs"),
    runtime: { ...runtime, execPath: counted },
    size: 2,
  });
  onTestFinished(() => own.close());
  const long = "import time\nend = time.time() + 0.6\nwhile time.time() < end: pass\nprint(1)";
  const programs = Array.from({ length: 10 }, () => runProgramWith(own.run, "python", long, { timeout: 60 }));
  for (const { stdout } of await Promise.all(programs)) expect(stdout).toBe("1\n");
  // Two that run, and one for each that would be there if they did not end.
  expect(readFileSync(starts, "utf8").length).toBeLessThanOrEqual(4);
});

test("programs of one asker do not keep those of another waiting, and end with it", async () => {
  const own = await testSandboxPool(1);
  onTestFinished(() => own.close());
  const [much, little] = [own.asker(), own.asker()];
  const ended: string[] = [];
  const run = async (asker: ProgramAsker, name: string, code = "print(1)") => {
    const { stdout } = await runProgramWith(asker.run, "python", code);
    ended.push(`${name} ${stdout.trim()}`);
  };
  const flood = Array.from({ length: 30 }, () => run(much, "much"));
  await run(little, "little");
  expect(ended.indexOf("little 1")).toBeLessThan(3);
  // One of them runs, and would for ten minutes.
  const endless = runProgramWith(much.run, "python", "while True: pass", { timeout: 600 });
  const gone = Promise.allSettled([endless, runProgramWith(much.run, "python", "print(2)")]);
  await Promise.all(flood);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const waits = run(little, "little", "print(3)");
  much.end();
  const why = "Nothing is waiting for this program any more.";
  expect((await gone).map((one) => one.status === "rejected" && String(one.reason))).toEqual(
    Array(2).fill(`Error: ${why}`),
  );
  await waits;
  expect(ended.at(-1)).toBe("little 3");
  await expect(runProgramWith(much.run, "python", "print(4)")).rejects.toThrow(why);
});
