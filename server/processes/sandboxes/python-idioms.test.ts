/** What programs for competitions and data sets take for granted of a desktop's Python. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeProgram, runProgramWith } from "../../verifiers/code/verify-code";
import type { SandboxPool } from "./sandbox-pool";
import { testSandboxPool } from "./sandbox.testing";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool(2);
});
afterAll(() => pool.close());

const printed: Readonly<Record<string, readonly [code: string, output: string, input?: string]>> = {
  "the largest index as infinity": [
    "import sys\nbest = sys.maxsize\nfor x in [5 * 10**9, 3 * 10**9]: best = min(best, x)\nprint(best, -sys.maxsize - 1)",
    "3000000000 -9223372036854775808",
  ],
  "a search over a range that is longer than C counts": [
    "from bisect import bisect, bisect_left\nprint(bisect_left(range(10**10), 25, key=lambda x: x * x), bisect(range(0, 10**18, 7), 10**17))",
    `5 ${10n ** 17n / 7n + 1n}`,
  ],
  "a search over what knows no length": [
    "import bisect\nclass Squares:\n    def __getitem__(self, i): return i * i\nprint(bisect.bisect_left(Squares(), 10**30, 0, 10**18))",
    String(10n ** 15n),
  ],
  "a search like any other": [
    "import bisect\na = [1, 2, 2, 3]\nprint(bisect.bisect_left(a, 2), bisect.bisect(a, 2), bisect.bisect_right(a, 9, 1, 3), bisect.bisect_left(a, 2, key=lambda x: -x))\ntry: bisect.bisect(a, 1, -1)\nexcept ValueError as e: print(e)",
    "1 3 3 4\nlo must be non-negative",
  ],
  "longs of eight bytes": [
    "from array import array\na = array('l', [2**40]); a.append(-1)\nprint(list(a), a.itemsize, isinstance(a, array), array('i', [1]))",
    "[1099511627776, -1] 8 True array('i', [1])",
  ],
  "a cache of any size": [
    "import sys, functools\n@functools.lru_cache(maxsize=sys.maxsize)\ndef f(x): return x + 1\nprint(f(1), f(1))",
    "2 2",
  ],
  "numbers of thousands of digits": ["print(len(str(7**7000)), int('9' * 5000) % 7)", "5916 1"],
  "all input at once, by its size": [
    "import io, os\ninput = io.BytesIO(os.read(0, os.fstat(0).st_size)).readline\nprint(sum(map(int, input().split())))",
    "7",
    "3 4\n",
  ],
  "all input at once, by a large number": ["import os\nprint(os.read(0, 10**9).split())", "[b'3', b'4']", "3 4\n"],
  "a thread with a stack of its own": [
    "import sys, threading\ndef f(n): return n and f(n - 1) + 1\ndef main(): print(f(30000))\nsys.setrecursionlimit(10**6)\nthreading.stack_size(1 << 27)\nt = threading.Thread(target=main)\nt.start()\nt.join()\nprint(t.is_alive())",
    "30000\nFalse",
  ],
  "an error in a thread ends the thread": [
    "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\nprint('after')",
    "after",
  ],
  "threads with a lock, executors": [
    "import threading\nfrom concurrent.futures import ThreadPoolExecutor\nlock = threading.Lock(); n = 0\ndef work():\n    global n\n    for _ in range(10):\n        with lock: n += 1\nts = [threading.Thread(target=work) for _ in range(4)]\nfor t in ts: t.start()\nfor t in ts: t.join()\nwith ThreadPoolExecutor(max_workers=4) as pool: print(n, list(pool.map(abs, [-1, 2])), pool.submit(pow, 2, 3).result())",
    "40 [1, 2] 8",
  ],
  "limits of the system": [
    "import resource, sys\nresource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\nprint(resource.getrlimit(resource.RLIMIT_STACK), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >= 0)",
    "(-1, -1) True",
  ],
  coroutines: [
    "import asyncio\nasync def double(x):\n    await asyncio.sleep(x)\n    return 2 * x\nasync def main():\n    queue = asyncio.Queue()\n    async def put():\n        for x in 'ab': await queue.put(x)\n    async def get(): return [await queue.get() for _ in range(2)]\n    values = await asyncio.gather(double(2), double(1), get(), put())\n    try: await asyncio.wait_for(double(100), 1)\n    except TimeoutError: values.append('late')\n    return values + [await asyncio.to_thread(lambda: 7)]\nprint(asyncio.run(main()))",
    "[4, 2, ['a', 'b'], None, 'late', 7]",
  ],
  "coroutines of an event loop": [
    "import asyncio\nasync def f(): return 3\nloop = asyncio.new_event_loop()\nprint(loop.run_until_complete(f()))\nloop.close()",
    "3",
  ],
  "millions of numbers": ["x = list(range(5 * 10**6))\nprint(len(x), sum(x))", "5000000 12499997500000"],
  "its name": ["print(__name__)\nif __name__ == '__main__': print('main')", "__main__\nmain"],
};

test.each(Object.entries(printed))("%s", async (_, [code, output, input = ""]) => {
  const run = await runProgramWith(pool.run, "python", code, { input, timeout: 20 });
  expect([run.stdout.trimEnd(), run.status, run.message]).toEqual([output, "passed", ""]);
});

const guarded: Readonly<Record<string, string>> = {
  "its own tests":
    "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(1), 2)\nif __name__ == '__main__':\n    unittest.main()",
  "a question": 'if __name__ == "__main__":\n    print(f(int(input())))',
  "an end": "import sys\nif '__main__' == __name__:\n    sys.exit(1)",
  "no end": "if __name__ == '__main__':\n    while True: pass",
};

test.each(Object.entries(guarded))("functions are tested without what a main guard holds: %s", async (_, guard) => {
  // A data class looks its module up by name.
  const code = `from dataclasses import dataclass\n@dataclass\nclass P:\n    x: "int" = 1\ndef f(x):\n    return x + P().x\n${guard}`;
  for (const tests of [
    { asserts: ["assert f(1) == 2", "assert f(f(1)) == 3"] },
    { function: "f", cases: [{ arguments: [1], expected: 2 }] },
    { function: "f", check: "def check(candidate):\n    assert candidate(1) == 2" },
  ]) {
    const { score, cases } = await judgeProgram(code, tests, {}, pool.run);
    expect([score, cases.map(({ message }) => message).join("")]).toEqual([1, ""]);
  }
});

test("names of built-ins are a program's to use", async () => {
  const names =
    "list dict set str int len map hex type sorted max min sum range isinstance issubclass callable any all zip iter next open input id".split(
      " ",
    );
  const code = `def f(x): return [y for y in x], {1: (2, 3.5)}\n${names.map((name) => `${name} = None`).join("\n")}`;
  for (const tests of [
    { asserts: ["assert f([1, 2]) == ([1, 2], {1: (2, 3.5)})", "x = [*range(50)]\nassert f(x)[0] == x"] },
    { function: "f", check: "def check(candidate):\n    assert candidate('ab')[0] == ['a', 'b']" },
  ]) {
    const { score, cases } = await judgeProgram(code, tests, {}, pool.run);
    expect([score, cases.map(({ message }) => message).join("")]).toEqual([1, ""]);
  }
});
