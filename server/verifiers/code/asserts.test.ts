import { expect, test } from "vitest";
import { assertion, splitAsserts } from "./asserts";

const int = (value: number) => ({ int: `0x${value.toString(16)}` });

test.each<readonly [source: string, name: string, values: readonly unknown[], expected: unknown]>([
  ["assert f(1) == 2", "f", [int(1)], int(2)],
  ["assert f() == 2", "f", [], int(2)],
  ["assert f(1, [2],) == 2", "f", [int(1), { list: [int(2)] }], int(2)],
  ["assert f((1, 2)) == 2", "f", [{ tuple: [int(1), int(2)] }], int(2)],
  ["assert f(')', '(') == ')'", "f", [")", "("], ")"],
  ['assert f(1) == 2, "f(1) == 2"', "f", [int(1)], int(2)],
  ["assert f(1) == (2, 3), 'message'", "f", [int(1)], { tuple: [int(2), int(3)] }],
  ["assert f(\n  1, # one )\n) == None", "f", [int(1)], null],
  ["assert f('a == b') == True", "f", ["a == b"], true],
])("%s is a call and a literal", (source, name, values, expected) => {
  expect(assertion(source)).toMatchObject({ kind: "equal", function: name, arguments: values, expected });
});

// Each of these would say something else if its left side were compared with a literal, or would show the expected value.
test.each([
  "assert f(1) == 2 or True",
  "assert f(1) == g(2)",
  "assert f(1) == 2 == 2",
  "assert f(1) + 1 == 2",
  "assert not f(1) == 2",
  "assert f(1) is True",
  "assert f(1)",
  "assert f(1) != 2",
  "assert (f(1)) == 2",
  "assert f(1)[0] == 2",
  "assert 2 == f(1)",
  "assert math.isclose(f(1), 2.5)",
  "assert f(1) == 2 if x else True",
  "assert f(1 == 2",
  "assert f(a == b) == True",
  "assert abs(f(1) - 5) == 0",
  "assert f(g(1)) == 0",
  "assert f(x=1) == 0",
  "assert f(*[1]) == 0",
  "assert f(1) == x",
  "x = f(1) == 2",
  "",
])("%s is left to the tests' own interpreter", (source) => {
  expect(assertion(source)).toEqual({ kind: "other", source });
});

test("a text of asserts is taken apart at its statements", () => {
  const text = `# first
assert f("assert x\\n") == 1  # one
assert f(
  2
) == [
  assertive,
]; assert f('''
assert
''') == 3
`;
  expect(splitAsserts(text)?.map((part) => part.replaceAll("\n", "⏎"))).toEqual([
    'assert f("assert x\\n") == 1  # one',
    "assert f(⏎  2⏎) == [⏎  assertive,⏎]",
    "assert f('''⏎assert⏎''') == 3",
  ]);
  expect(splitAsserts("x = 1\nassert f(x) == 1")).toBeNull();
  expect(splitAsserts('"text"\nassert f(1) == 1')).toBeNull();
  expect(splitAsserts("asserted(1)")).toBeNull();
  expect(splitAsserts("")).toEqual([]);
});
