/** Programs as people write them for LeetCode: without imports, as methods of a class, on trees and linked lists, and classes that are tested by operations. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { judgeProgram, runProgramWith } from "../../verifiers/code/verify-code";
import type { CodeTests } from "../../verifiers/code/code-tests";
import type { SandboxPool } from "./sandbox-pool";
import { testSandboxPool } from "./sandbox.testing";

let pool: SandboxPool;
beforeAll(async () => {
  pool = await testSandboxPool(2);
});
afterAll(() => pool.close());

async function judge(code: string, tests: CodeTests) {
  const { score, cases } = await judgeProgram(code, tests, {}, pool.run);
  return { score, message: cases.map(({ message }) => message).join("") };
}
const passed = { score: 1, message: "" };

const method = (signature: string, ...lines: readonly string[]) =>
  ["class Solution:", `    def ${signature}:`, ...lines.map((line) => `        ${line}`)].join("\n");
const one = (name: string, arguments_: readonly unknown[], expected: unknown): CodeTests => ({
  function: name,
  cases: [{ arguments: arguments_, expected }],
});

const twice = method("twice(self, xs: List[int]) -> List[int]", "return [2 * x for x in xs]");
const reverse = method(
  "reverse(self, head: Optional[ListNode]) -> Optional[ListNode]",
  "last = None",
  "while head: head.next, last, head = last, head, head.next",
  "return last",
);
const invert = method(
  "invert(self, root: Optional['TreeNode']) -> Optional['TreeNode']",
  "if root: root.left, root.right = self.invert(root.right), self.invert(root.left)",
  "return root",
);
const own =
  "class TreeNode:\n    def __init__(self, x):\n        self.val = x\n        self.left = self.right = None\n";
const cache = `class LRUCache:
    def __init__(self, capacity: int):
        self.room, self.held = capacity, OrderedDict()
    def get(self, key: int) -> int:
        if key not in self.held: return -1
        self.held.move_to_end(key)
        return self.held[key]
    def put(self, key: int, value: int) -> None:
        self.held[key] = value
        self.held.move_to_end(key)
        if len(self.held) > self.room: self.held.popitem(last=False)`;

const right: Readonly<Record<string, readonly [code: string, tests: CodeTests]>> = {
  "an assert on a method": [twice, { asserts: ["assert Solution().twice([3]) == [6]"] }],
  "cases of a method": [twice, one("Solution().twice", [[3, 4]], [6, 8])],
  "cases of a method by its name alone": [twice, one("twice", [[3, 4]], [6, 8])],
  "a check of a method": [
    twice,
    { function: "Solution().twice", check: "def check(candidate):\n    assert candidate(xs=[1, 2]) == [2, 4]" },
  ],
  "what is given without an import": [
    method(
      "f(self, n: int) -> List[int]",
      "d = defaultdict(list); q = deque([n]); heappush(d[0], -inf)",
      "return [gcd(12, n), bisect_left([1, 2], 2), pow(2, 10, 1000), len(list(accumulate([1, 2]))), math.isqrt(n), collections.Counter('aa')['a'], bisect.bisect([1], 1), abs(-1)]",
    ),
    one("Solution().f", [16], [4, 1, 24, 2, 4, 2, 1, 1]),
  ],
  "a helper that calls the class": [
    `${twice}\n    def thrice(self, xs): return [a + b for a, b in zip(self.twice(xs), xs)]`,
    one("Solution().thrice", [[1, 2]], [3, 6]),
  ],
  "a linked list": [reverse, one("Solution().reverse", [[1, 2, 3]], [3, 2, 1])],
  "an empty one": [reverse, one("Solution().reverse", [[]], [])],
  "one of thousands": [
    reverse,
    one(
      "Solution().reverse",
      [Array.from({ length: 5000 }, (_, i) => i)],
      Array.from({ length: 5000 }, (_, i) => 4999 - i),
    ),
  ],
  "linked lists in a list": [
    method(
      "merge(self, lists: List[Optional[ListNode]]) -> Optional[ListNode]",
      "values = []",
      "for head in lists:",
      "    while head: values.append(head.val); head = head.next",
      "first = None",
      "for value in sorted(values, reverse=True): first = ListNode(value, first)",
      "return first",
    ),
    one("Solution().merge", [[[1, 4], [], [2]]], [1, 2, 4]),
  ],
  "a tree": [invert, one("Solution().invert", [[4, 2, 7, null, 3]], [4, 7, 2, null, null, 3])],
  "a tree of its own": [own + invert, one("Solution().invert", [[4, 2, 7, 1]], [4, 7, 2, null, null, null, 1])],
  "a tree that tests make": [
    invert,
    {
      asserts: ["r = Solution().invert(TreeNode(1, TreeNode(2), None))\nassert r.left is None and r.right.val == 2"],
    },
  ],
  "lists with helpers of a data set": [
    reverse,
    {
      setup:
        "class ListNode:\n    def __init__(self, val=0, next=None): self.val, self.next = val, next\ndef list_node(values):\n    first = None\n    for value in reversed(values): first = ListNode(value, first)\n    return first\ndef is_same_list(a, b):\n    while a and b:\n        if a.val != b.val: return False\n        a, b = a.next, b.next\n    return a is None and b is None",
      function: "Solution().reverse",
      check:
        "def check(candidate):\n    assert is_same_list(candidate(head=list_node([*range(300)])), list_node([*range(299, -1, -1)]))",
    },
  ],
  "a list that leads into itself": [
    method(
      "cyclic(self, head: ListNode) -> bool",
      "seen = set()",
      "while head and id(head) not in seen: seen.add(id(head)); head = head.next",
      "return head is not None",
    ),
    {
      asserts: [
        "a = ListNode(1, ListNode(2))\na.next.next = a\nassert Solution().cyclic(a) is True",
        "assert Solution().cyclic(ListNode(1, ListNode(2))) is False",
      ],
    },
  ],
  "what is done in place": [
    method("reverse(self, nums: List[int]) -> None", "nums.reverse()"),
    one("Solution().reverse", [[1, 2, 3]], [3, 2, 1]),
  ],
  "a list that is changed in place": [
    method("cut(self, head: ListNode) -> None", "head.val, head.next = 7, None"),
    { asserts: ["a = ListNode(1, ListNode(2))\nSolution().cut(a)\nassert a.val == 7 and a.next is None"] },
  ],
  "what is done in place, by name": [
    method("reverse(self, nums: List[int]) -> None", "nums.reverse()"),
    { asserts: ["x = [1, 2]\nSolution().reverse(nums=x)\nassert x == [2, 1]"] },
  ],
  "operations on a class": [
    cache,
    one(
      "LRUCache",
      [
        ["LRUCache", "put", "put", "get", "put", "get"],
        [[2], [1, 1], [2, 2], [1], [3, 3], [2]],
      ],
      [null, null, null, 1, null, -1],
    ),
  ],
  "the package of sorted lists": [
    method(
      "f(self, xs: List[int]) -> List[int]",
      "from sortedcontainers import SortedList, SortedDict, SortedSet",
      "s = SortedList(xs); s.add(4); s.discard(9)",
      "d = SortedDict({2: 'b', 1: 'a'}); d[0] = 'z'",
      "return [s[0], s[-1], s.bisect_left(4), len(s), s.pop(), list(d), d.peekitem(0)[1], list(SortedSet([2, 1, 2])), list(s.irange(2, 4))]",
    ),
    one("Solution().f", [[5, 1, 3, 9]], [1, 5, 2, 4, 5, [0, 1, 2], "z", [1, 2], [3, 4]]),
  ],
};

test.each(Object.entries(right))("%s", async (_, [code, tests]) => {
  expect(await judge(code, tests)).toEqual(passed);
});

const wrong: Readonly<Record<string, readonly [code: string, tests: CodeTests]>> = {
  "another list": [
    method("reverse(self, head: ListNode) -> ListNode", "return head"),
    one("reverse", [[1, 2]], [2, 1]),
  ],
  "an endless list": [
    method("f(self, head: ListNode) -> ListNode", "head.next = head", "return head"),
    one("f", [[1]], [1]),
  ],
  "operations that give something else": [
    cache.replace("return -1", "return 0"),
    one(
      "LRUCache",
      [
        ["LRUCache", "get"],
        [[1], [1]],
      ],
      [null, -1],
    ),
  ],
  "a class that claims its list": [
    "class TreeNode:\n    val = 1\n    left = right = None\n    def __eq__(self, other): return True\nclass Solution:\n    def f(self, root): return TreeNode()",
    one("f", [[1, 2]], [1, 2]),
  ],
};

test.each(Object.entries(wrong))("%s is wrong", async (_, [code, tests]) => {
  expect((await judge(code, tests)).score).toBe(0);
});

test("other programs import what they use, and whole programs all", async () => {
  const code = "def f(xs: List[int]): return xs";
  const tests = { asserts: ["assert f([1]) == [1]"] };
  expect(await judge(code, tests)).toMatchObject({ score: 0 });
  expect((await judgeProgram(code, tests, { prelude: "leetcode" }, pool.run)).score).toBe(1);
  expect(
    (await judgeProgram(twice, { asserts: ["assert Solution().twice([3]) == [6]"] }, { prelude: "none" }, pool.run))
      .score,
  ).toBe(0);
  expect((await runProgramWith(pool.run, "python", `${twice}\nprint(1)`)).status).toBe("crash");
});

test("sorted lists do what plain ones do", async () => {
  const code = `
import random
from bisect import insort, bisect_left, bisect_right
from sortedcontainers import SortedList, SortedDict, SortedSet
s, plain = SortedList(), []
for step in range(12000):
    x = random.randrange(3000)
    if random.random() < 0.7 or not plain:
        s.add(x); insort(plain, x)
    elif random.random() < 0.5:
        s.discard(x)
        if x in plain: plain.remove(x)
    else:
        i = random.randrange(-len(plain), len(plain))
        assert s.pop(i) == plain.pop(i)
    if step % 500 == 0:
        assert list(s) == plain and len(s) == len(plain)
        assert all(s.bisect_left(y) == bisect_left(plain, y) and s.bisect_right(y) == bisect_right(plain, y) and s.count(y) == plain.count(y) and (y in s) == (y in plain) for y in range(-1, 3001, 50))
        assert [s[i] for i in range(-len(plain), len(plain), 97)] == [plain[i] for i in range(-len(plain), len(plain), 97)]
        assert s[5:2000:3] == plain[5:2000:3] and s[10:1500] == plain[10:1500] and list(reversed(s)) == plain[::-1]
        assert list(s.irange(100, 900)) == [y for y in plain if 100 <= y <= 900]
        assert all(s.index(y) == plain.index(y) for y in plain[::211])
        del s[0]; del plain[0]
assert list(s) == plain
k = SortedList([(1, 5), (2, 3), (0, 9)], key=lambda p: -p[1])
k.add((7, 4)); assert list(k) == [(0, 9), (1, 5), (7, 4), (2, 3)] and k.index((7, 4)) == 2
k.remove((1, 5)); assert k[1] == (7, 4) and k.bisect_key_left(-4) == 1
d = SortedDict(); d['b'] = 1; d['a'] = 2; d.update(c=3); del d['b']
assert list(d.items()) == [('a', 2), ('c', 3)] and d.keys()[0] == 'a' and d.popitem(0) == ('a', 2) and d.bisect_left('b') == 0 and dict(d) == {'c': 3}
t = SortedSet('hello'); t.add('a'); t.discard('z')
assert list(t) == list('aehlo') and t[0] == 'a' and 'e' in t and t.bisect('e') == 2 and list(t | {'z'}) == list('aehloz') and t.pop() == 'o'
print('ok')`;
  expect(await runProgramWith(pool.run, "python", code, { timeout: 30 })).toMatchObject({
    stdout: "ok\n",
    message: "",
  });
});
