/** Programs call themselves by way of functions that are written in C as deep as in a native Python, and learn of the end as there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeProgram } from "../../verifiers/code/verify-code";
import type { SandboxPool } from "./sandbox-pool";
import { testSandboxPool } from "./sandbox.testing";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool(2);
});
afterAll(() => pool.close());

const imports = "import sys\nfrom functools import cache, lru_cache, reduce\n";
const judge = async (code: string, ...asserts: string[]) => {
  const { score, cases } = await judgeProgram(imports + code, { asserts }, { timeout: 20 }, pool.run);
  return { score, messages: cases.map(({ message }) => message).filter((message) => message !== "") };
};
const passed = { score: 1, messages: [] };

const programs: Readonly<Record<string, readonly [code: string, test: string]>> = {
  "a memoised function": [
    "@cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)",
    "assert fib(900) % 1000007 == 58844",
  ],
  "the distance of two words": [
    "sys.setrecursionlimit(10**6)\ndef f(a, b):\n    @lru_cache(None)\n    def d(i, j):\n        if not i or not j: return i + j\n        return min(d(i-1, j) + 1, d(i, j-1) + 1, d(i-1, j-1) + (a[i-1] != b[j-1]))\n    return d(len(a), len(b))",
    "assert f('ab' * 250, 'ba' * 250) == 2",
  ],
  "a knapsack of a thousand": [
    "sys.setrecursionlimit(10**4)\ndef f(n):\n    @cache\n    def best(i, room):\n        if i == n: return 0\n        return max(best(i + 1, room), best(i + 1, room - 7) + i if room >= 7 else 0)\n    return best(0, 70)",
    "assert f(1000) == 9945",
  ],
  "a constructor": [
    "class N:\n    def __init__(s, n): s.k = N(n - 1) if n else None\ndef f(n):\n    N(n)\n    return n",
    "assert f(900) == 900",
  ],
  "a generator within any": [
    "def g(u, t): return u == t or any(g(v, t) for v in [u + 1])\ndef f(n): return g(0, n)",
    "assert f(450) == True",
  ],
  map: ["def f(n): return [*map(f, [n - 1])][0] + 1 if n else 0", "assert f(900) == 900"],
  "a key": ["def f(n): return max([n], key=lambda x: f(x - 1)) if n else 0", "assert f(450) == 450"],
  "keys of a list that is sorted": [
    "sys.setrecursionlimit(10**5)\ndef f(n): return sorted([n], key=lambda x: f(x - 1))[0] if n else 0",
    "assert f(3000) == 3000",
  ],
  "a missing key": [
    "sys.setrecursionlimit(10**5)\nclass D(dict):\n    def __missing__(s, n): return s[n - 1] + 1 if n else 0\ndef f(n): return D()[n]",
    "assert f(3000) == 3000",
  ],
  "an operator": [
    "class N:\n    def __init__(s, n): s.n = n\n    def __add__(s, o): return N(s.n - 1) + o + 1 if s.n else 0\ndef f(n): return N(n) + 0",
    "assert f(900) == 900",
  ],
  "a function without anything in between": [
    "sys.setrecursionlimit(10**6)\ndef f(n): return f(n - 1) + 1 if n else 0",
    "assert f(100000) == 100000",
  ],
};

test.each(Object.entries(programs))("depth through %s", async (_, [code, test]) => {
  expect(await judge(code, test)).toEqual(passed);
});

const endless: Readonly<Record<string, string>> = {
  "a memoised function": "@cache\ndef g(n): return g(n + 1)",
  "a generator": "def g(n): return max(g(n + 1) for _ in 'ab')",
  map: "def g(n): return list(map(g, [n + 1]))",
  keys: "def g(n): return sorted([n], key=lambda x: g(x + 1))",
  "a constructor": "class N:\n    def __init__(s, n): s.n = N(n + 1)\ng = N",
  "a representation": "class N:\n    def __repr__(s): return '%r' % s\ndef g(n): return repr(N())",
  "what is not there": "class D(dict):\n    def __missing__(s, n): return s[n + 1]\ndef g(n): return D()[n]",
  eval: "def g(n): return eval('g(n + 1)', {'g': g, 'n': n})",
  "a list within itself, compared":
    "def g(n):\n    a = []\n    for _ in range(10**5): a = [a]\n    b = []\n    for _ in range(10**5): b = [b]\n    return a == b",
  "a text of brackets": "import json\ndef g(n): return json.loads('[' * 10**5 + ']' * 10**5)",
  "a long sum": "def g(n): return eval('+'.join(['1'] * 40000))",
};

test.each(Object.entries(endless))("no end to %s is a RecursionError, whatever the limit", async (_, code) => {
  for (const limit of ["", "sys.setrecursionlimit(10**9)"]) {
    const f = `\ndef f():\n    try:\n        g(0)\n    except RecursionError:\n        return 'ended'\n${limit}`;
    // And the interpreter is as good as before.
    expect(await judge(code + f, "assert f() == 'ended'", "assert f() == 'ended'")).toEqual(passed);
  }
});
