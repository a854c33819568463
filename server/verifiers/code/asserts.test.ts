import { expect, test } from "vitest";
import { assertion, splitAsserts } from "./asserts";

test.each<readonly [source: string, expression: string, expected: unknown]>([
  ["assert f(1) == 2", "f(1)", { int: "0x2" }],
  ["assert f(')', '(') == ')'", "f(')', '(')", ")"],
  ["assert f([1, (2, 3)])==[4]", "f([1, (2, 3)])", { list: [{ int: "0x4" }] }],
  ['assert f(1) == 2, "f(1) == 2"', "f(1)", { int: "0x2" }],
  ["assert f(1) == (2, 3), 'message'", "f(1)", { tuple: [{ int: "0x2" }, { int: "0x3" }] }],
  ["assert f(\n  1, # one )\n) == None", "f(\n  1, # one )\n)", null],
  ["assert f(a == b) == True", "f(a == b)", true],
])("%s is a call and a literal", (source, expression, expected) => {
  expect(assertion(source)).toMatchObject({ kind: "equal", expression, expected });
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
