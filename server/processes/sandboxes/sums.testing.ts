/** Tests of each kind for programs that add two numbers, or two lists. */
import type { CodeTests } from "../../verifiers/code/code-tests";

export const inputOutput: CodeTests = {
  cases: [
    { input: "20 22\n", output: "42\n" },
    { input: "-5 3\n", output: "-2\n" },
  ],
};
export const calls: CodeTests = {
  function: "add",
  cases: [
    { arguments: [20, 22], expected: 42 },
    { arguments: [-5, 3], expected: -2 },
  ],
};
export const kinds: readonly (readonly [kind: string, tests: CodeTests])[] = [
  ["calls", calls],
  [
    "a check",
    {
      function: "add",
      check: [
        "def check(candidate):",
        "    assert candidate(20, 22) == 42",
        "    assert abs(candidate(-5, 3) - -2) < 1e-6",
        "    assert candidate(candidate(1, 2), 4) == 7",
        "    given = [3, 1]",
        "    assert candidate(given, [2]) == [3, 1, 2] and given == [3, 1]",
      ].join("\n"),
    },
  ],
  [
    "asserts",
    {
      asserts: [
        "assert add(20, 22) == 42",
        "assert add(add(1, 2), 4) == 7",
        "assert abs(add(-5, 3) - -2) < 1e-6",
        "given = [3, 1]\nassert add(given, [2]) == [3, 1, 2] and given == [3, 1]",
        "assert all(add(a, b) == a + b for a, b in [(7, 8), (9, 9)])",
        "got = None\ntry:\n    got = add(20, 22)\nfinally:\n    assert got == 42",
        "assert str(add(20, 22)) == '42'",
      ],
    },
  ],
  ["input and output", inputOutput],
];
