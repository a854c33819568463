/**
 * Programs that compute nothing, whatever else they do to their interpreter and whatever they give: each is worth what the one is that gives 0, and
 * none leaves the baseline by being worth nothing at all.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SandboxStep } from "../../protocol/sandbox";
import { judgeProgram } from "../../verifiers/code/verify-code";
import type { CodeTests } from "../../verifiers/code/code-tests";
import { exact } from "../../verifiers/code/tolerance";
import type { SandboxPool } from "./sandbox-pool";
import { hostileJavaScript, hostilePython } from "./hostile-programs.testing";
import { testSandboxPool } from "./sandbox.testing";
import { calls, inputOutput, kinds } from "./sums.testing";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool();
});
afterAll(() => pool.close());

const scoreOf = async (language: "python" | "javascript", code: string, tests: CodeTests): Promise<number | null> =>
  (await judgeProgram(code, tests, { language, timeout: 1 }, pool.run)).score;

/** Of the asserts one that is compared outside, and two of the statements that another interpreter runs. */
const fewer = (tests: CodeTests): CodeTests =>
  "asserts" in tests ? { asserts: [0, 3, 5].map((index) => tests.asserts[index]!) } : tests;

describe.each(kinds)("Python, %s:", (_kind, tests) => {
  test.concurrent.each(hostilePython)("%s", async (_name, code) => {
    expect(await scoreOf("python", code, fewer(tests))).toBe(0);
  });
});

describe.each([
  ["calls", calls],
  ["input and output", inputOutput],
] as const)("JavaScript, %s:", (_kind, tests) => {
  test.concurrent.each(hostileJavaScript)("%s", async (_name, code) => {
    expect(await scoreOf("javascript", code, tests)).toBe(0);
  });
});

test("after all of them, right programs are right", async () => {
  for (const [kind, tests] of kinds.slice(0, 3))
    expect([kind, await scoreOf("python", "def add(a, b):\n    return a + b", tests)]).toEqual([kind, 1]);
  expect(await scoreOf("python", "print(sum(map(int, input().split())))", inputOutput)).toBe(1);
  expect(await scoreOf("javascript", "const add = (a, b) => a + b", calls)).toBe(1);
});

test("an object that says yes to everything is no text and no set; one of a class that tests make has its own methods", async () => {
  const yes = "class Y:\n    def __getattr__(self, name): return lambda *x: True\ndef f(x): return Y()";
  const asked = ["assert f(1).startswith('ab')", "assert f(1).issuperset({1, 2})", "assert f(1).isdigit()"];
  expect(await scoreOf("python", yes, { asserts: asked })).toBe(0);
  const words = [
    "class Words:",
    "    def __init__(self): self.name, self.number, self.all = 'w', 7, []",
    "    def add(self, word): self.all.append(word)",
    "    def itself(self): return self",
    "    def startswith(self, text): return any(word.startswith(text) for word in self.all)",
  ].join("\n");
  const asserts = [
    "words = Words()\nwords.add('abc')\nassert words.startswith('ab') and not words.itself().startswith('b')",
    "words = Words()\nassert (words.name, words.number) == ('w', 7)\nwords.name = 'x'\nassert words.name == 'x'",
  ];
  expect(await scoreOf("python", words, { asserts })).toBe(1);
});

test("a module in place of a function makes no tests faulty", async () => {
  const asserts = ["assert f(bisect, 1) == 1 and True"];
  expect(await scoreOf("python", "import bisect\ndef f(g, x): return 1", { asserts })).toBe(0);
  expect(await scoreOf("python", "def bisect(x): return x\ndef f(g, x): return g(x)", { asserts })).toBe(1);
});

test("values are compared where the program ran, and nothing large leaves that process", async () => {
  const program = "import sys\ndef f():\n    sys.stdout.write('\\x01' * 2**20)\n    return ['\\x01' * 1000] * 150";
  const steps = Array.from({ length: 5 }, (): SandboxStep => ({
    kind: "call",
    function: "f",
    arguments: [],
    expected: null,
    equality: "python",
    tolerance: exact,
  }));
  const results = await pool.run(
    { language: "python", code: program, leetcode: false, steps, keep: 1 << 20, shown: 100 },
    5,
  );
  expect(results.map(({ outcome }) => outcome.kind)).toEqual(steps.map(() => "compared"));
  expect(JSON.stringify(results).length).toBeLessThan(100_000);
});
